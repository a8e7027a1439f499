"""Serve one request about an account's money; the card is in this package's docstring."""

from typing import Any

import funds.operations  # noqa: F401 - tables are bound while Lambda starts
from funds.routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
