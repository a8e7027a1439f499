"""Take an index price in, or read the feeds; the card is in this package's docstring."""

from typing import Any, Final

from price_source.operations import prices
from price_source.routes import api
from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.contracts.events.prices import IndexPriceObserved
from zerodesk_aws.contracts.markets import ReportIndexPrice
from zerodesk_aws.entry import count, logger, metrics

FEED: Final = "prices."
"""So the source of an event begins that tells a price: the clock's begins otherwise."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """Answer API Gateway, take in what the bus tells, or read the feeds as the clock rings."""
    if "requestContext" in event:
        return api(event, context)
    if event.get("source", "").startswith(FEED):
        take(event)
    else:
        read_feeds()
    return None


def take(event: dict[str, Any]) -> None:
    """Send a price of the bus to its book."""
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


def read_feeds() -> None:
    """Send what the feeds tell to its books."""
    from price_source.each_minute import puller

    puller.pull()
