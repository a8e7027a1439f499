"""Serve one request of an operator; the card is in this package's docstring."""

from typing import Any

import back_office.operations  # noqa: F401 - tables and clients are made while Lambda starts
from back_office.routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
