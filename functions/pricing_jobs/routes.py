"""The routes of pricing_jobs. Importing them needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.pricing_jobs import CreateJob, Job

api = Api("pricing_jobs")
app = api.app


@api.route(
    "POST",
    "/v1/pricing/jobs",
    CreateJob,
    answers={HTTPStatus.CREATED: Job, HTTPStatus.OK: Job},
    refuses=(ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,),
)
def create_job(call: Call, asked: CreateJob) -> Answer:
    """Create a pricing job: a batch of up to a million options, as a CSV file of 100 MB at most.

    The answer has the link to which the file goes. Then start the job.
    """
    from pricing_jobs.operations import jobs

    job, is_new = jobs.create(call.account_id, asked)
    return Answer(job, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "POST",
    "/v1/pricing/jobs/{job_id}/start",
    Nothing,
    answers={HTTPStatus.OK: Job},
    refuses=(ProblemCode.NOT_FOUND, ProblemCode.JOB_NOT_UPLOADED),
)
def start_job(call: Call, _: Nothing) -> Answer:
    """Start a pricing job whose file is uploaded. It starts once, however often it is asked."""
    from pricing_jobs.operations import jobs

    return Answer(jobs.start(call.account_id, call.path["job_id"]))


@api.route(
    "GET",
    "/v1/pricing/jobs/{job_id}",
    Nothing,
    answers={HTTPStatus.OK: Job},
    refuses=(ProblemCode.NOT_FOUND,),
)
def get_job(call: Call, _: Nothing) -> Answer:
    """Get a pricing job: how far it is, and when it is through, a link to its result.

    A job is kept for seven days.
    """
    from pricing_jobs.operations import jobs

    return Answer(jobs.shown(call.account_id, call.path["job_id"]))
