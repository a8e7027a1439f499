"""Price one batch; the card is in this package's docstring."""

from typing import Any

import pricing_api.batches
import pricing_api.surfaces  # noqa: F401 - numpy is loaded while Lambda starts
from pricing_api.routes import api
from zerodesk_aws.entry import logger, metrics


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway."""
    return api(event, context)
