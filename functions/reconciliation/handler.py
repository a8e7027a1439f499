"""Reconcile by the clock or on request; the card is in this package's docstring."""

from typing import Any, Final

from reconciliation import operations
from reconciliation.routes import api
from zerodesk_aws.entry import logger, metrics

SCHEDULE_BUDGET_SECONDS: Final = 52.0
"""Of the function's 60 seconds; the rest is for telling."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway, or reconcile because a minute has passed."""
    if "requestContext" in event:
        return api(event, context)
    report = operations.reconcile(SCHEDULE_BUDGET_SECONDS)
    return {name: report[name] for name in ("balanced", "complete", "checked_at", "breaches")}
