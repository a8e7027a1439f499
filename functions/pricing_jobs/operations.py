"""The function's own objects, over its bucket and its workflow."""

from pricing_jobs.jobs import Jobs
from pricing_jobs.settings import JOBS_BUCKET, PRICING_EXECUTIONS_ARN, PRICING_WORKFLOW_ARN
from zerodesk_aws.job_files import JobFiles
from zerodesk_aws.workflows import NamedWorkflow

jobs = Jobs(JobFiles(JOBS_BUCKET), NamedWorkflow(PRICING_WORKFLOW_ARN, PRICING_EXECUTIONS_ARN))
