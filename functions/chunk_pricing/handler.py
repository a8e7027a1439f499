"""Price one chunk; the card is in this package's docstring."""

from typing import Any

from chunk_pricing.rows import priced
from chunk_pricing.settings import JOBS_BUCKET
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.job_files import CHUNKS, REQUEST, RESULTS, JobFiles, numbered

files = JobFiles(JOBS_BUCKET)


@logger.inject_lambda_context(correlation_id_path="folder")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow when the result is written."""
    folder, number = event["folder"], event["number"]
    request = files.document(folder, REQUEST)
    rows = files.load(folder, numbered(CHUNKS, number))
    assert rows is not None, "the plan is written behind its chunks"
    files.put(folder, numbered(RESULTS, number), priced(request, rows))
    count("RowsPriced", event["rows"])
    return {"number": number}
