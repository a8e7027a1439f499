"""The environment of pricing_jobs."""

from zerodesk_aws.settings import required

JOBS_BUCKET = required("JOBS_BUCKET")
PRICING_WORKFLOW_ARN = required("PRICING_WORKFLOW_ARN")
PRICING_EXECUTIONS_ARN = required("PRICING_EXECUTIONS_ARN")
