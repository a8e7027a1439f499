"""Take one request; the card is in this package's docstring."""

from typing import Any

import order_intake.operations  # noqa: F401 - tables and clients are made while Lambda starts
from order_intake.order_routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
