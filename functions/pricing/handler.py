"""Price one order; the card is in this package's docstring."""

from typing import Any

from pricing.settings import MARKET_TABLE
from zerodesk.instruments import Market
from zerodesk.orders import Side, Trigger
from zerodesk.pricing import Quote, quote_amount, quote_pair, quote_quantity
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
    answer = quoted(listed.market, listed.mark_price_ticks, event)
    if isinstance(answer, Rejection):
        count("PricingRefused")
        logger.info("order not priced", code=answer.code, have=answer.have, limit=answer.limit)
        return {"verdict": "REFUSED", "rejection": answer.to_dict()}
    count("OrdersPriced")
    return {"verdict": "PRICED", "quote": answer.to_dict()}


def quoted(market: Market, mark_price_ticks: int, order: dict[str, Any]) -> Quote | Rejection:
    """Return the quote of an order by its quantity, or by the amount that it names."""
    side = Side(order["side"])
    if "amount_minor" in order:
        return quote_amount(market, mark_price_ticks, side, order["amount_minor"])
    if "stop_ticks" in order:
        return quote_pair(
            market,
            mark_price_ticks,
            side,
            order["price_ticks"],
            order["quantity_lots"],
            order["stop_ticks"],
            order.get("stop_limit_ticks"),
        )
    return quote_quantity(
        market,
        mark_price_ticks,
        side,
        order["price_ticks"],
        order["quantity_lots"],
        (Trigger(order["trigger"]), order["trigger_ticks"]) if "trigger" in order else None,
    )
