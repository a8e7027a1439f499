"""Quote options; the card is in this package's docstring."""

from typing import Any

import option_quotes.operations  # noqa: F401 - numpy is loaded while Lambda starts
from option_quotes.routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
