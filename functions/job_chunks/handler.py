"""Cut a job or join it; the card is in this package's docstring."""

from typing import Any

from job_chunks.cutting import cut
from job_chunks.joining import join
from job_chunks.settings import JOBS_BUCKET
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import PricingIncompleteError
from zerodesk_aws.job_files import PLAN, PREFIX, JobFiles

files = JobFiles(JOBS_BUCKET)


@logger.inject_lambda_context(correlation_id_path="folder")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow with what it does next."""
    folder = event["folder"]
    if event["step"] == "cut":
        chunks = cut(files, folder)
        if chunks is None:
            count("PricingJobsRefused")
            return {"verdict": "REFUSED"}
        logger.info("job cut", chunks=chunks)
        return {"verdict": "CUT", "plan_key": f"{PREFIX}/{folder}/{PLAN}"}
    given_up = join(files, folder, event["outcomes"])
    if given_up:
        logger.error("chunks given up", given_up=given_up[:10], total=len(given_up))
        raise PricingIncompleteError(f"{len(given_up)} chunks of {folder} have no values")
    count("PricingJobsDone")
    return {"verdict": "DONE"}
