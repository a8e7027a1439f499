"""Price one order; the card is in this package's docstring."""

from typing import Any

from pricing.settings import MARKET_TABLE
from zerodesk.orders import Side, Trigger
from zerodesk.pricing import quote_spot
from zerodesk.rejections import Rejection
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import StaleMarketError
from zerodesk_aws.tables.market import Markets

markets = Markets(MARKET_TABLE)


@logger.inject_lambda_context(correlation_id_path="order_id")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow with a quote or a refusal."""
    listed = markets.get(event["symbol"])
    if listed is None:
        raise StaleMarketError(event["symbol"])
    answer = quote_spot(
        listed.market,
        listed.mark_price_ticks,
        Side(event["side"]),
        event["price_ticks"],
        event["quantity_lots"],
        (Trigger(event["trigger"]), event["trigger_ticks"]) if "trigger" in event else None,
    )
    if isinstance(answer, Rejection):
        count("PricingRefused")
        logger.info("order not priced", code=answer.code, have=answer.have, limit=answer.limit)
        return {"verdict": "REFUSED", "rejection": answer.to_dict()}
    count("OrdersPriced")
    return {"verdict": "PRICED", "quote": answer.to_dict()}
