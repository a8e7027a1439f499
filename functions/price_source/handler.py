"""Take one index price in; the card is in this package's docstring."""

from typing import Any

from price_source.operations import prices
from price_source.routes import api
from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.contracts.events.prices import IndexPriceObserved
from zerodesk_aws.contracts.markets import ReportIndexPrice
from zerodesk_aws.entry import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """Answer API Gateway, or take in what the bus tells."""
    if "requestContext" in event:
        return api(event, context)
    try:
        observed = read(IndexPriceObserved, event["detail"])
        asked = ReportIndexPrice(
            source=event["source"], price=observed.price, observed_at=observed.observed_at
        )
        prices.report(observed.symbol, asked)
    except ProblemError as refusal:
        # Nobody waits for an answer, and the same event would break the same rule again.
        count("IndexPricesRefused")
        logger.warning("index price refused", problem=refusal.problem.to_document())
    return None
