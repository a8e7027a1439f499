"""Serve pricing jobs; the card is in this package's docstring."""

from typing import Any

from pricing_jobs.operations import jobs  # noqa: F401 - the settings are read while Lambda starts
from pricing_jobs.routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
