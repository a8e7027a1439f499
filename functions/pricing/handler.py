"""Price one order, or mark the options; the card is in this package's docstring."""

from functools import cache
from typing import TYPE_CHECKING, Any

from pricing.settings import MARKET_TABLE
from zerodesk.instruments import Market, Product, TradingState
from zerodesk.orders import Side, Trigger
from zerodesk.pricing import Quote, quote_amount, quote_pair, quote_quantity
from zerodesk.rejections import Rejection, of_following
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import StaleMarketError, named
from zerodesk_aws.tables.listed import Listed, listed_in

if TYPE_CHECKING:
    from pricing.options import OptionDesk
    from zerodesk_aws.tables.market import Markets


@logger.inject_lambda_context(correlation_id_path="order_id")
@metrics.log_metrics
@named()
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow with a quote or a refusal."""
    if "order" not in event:
        return marked()
    order, listed = event["order"], listed_in(event["shown"].get("Item"))
    if listed is None:
        raise StaleMarketError(order["symbol"])
    answer = of_order(listed, listed.mark_price_ticks, order)
    if isinstance(answer, Rejection):
        count("PricingRefused")
        logger.info("order not priced", code=answer.code, have=answer.have, limit=answer.limit)
        return {"verdict": "REFUSED", "rejection": answer.to_dict()}
    count("OrdersPriced")
    priced = {"verdict": "PRICED", "quote": answer.to_dict()}
    return followed(listed, answer, order, priced) if "then" in order else priced


def of_order(listed: Listed, near_ticks: int, order: dict[str, Any]) -> Quote | Rejection:
    """Return the quote of an order: of an option by its surface, of all else near a price."""
    if listed.market.product is Product.OPTION:
        return desk().quote(listed, order)
    return quoted(listed.market, near_ticks, order)


def followed(
    listed: Listed, first: Quote, order: dict[str, Any], priced: dict[str, Any]
) -> dict[str, Any]:
    """Answer for the order that follows, too: it finds its market where the first one trades.

    ``gets_minor`` is what the first one gets at its worst price, before its fee.
    """
    near_ticks = first.worst_price_ticks
    answer = of_order(listed, near_ticks, order["then"])
    if isinstance(answer, Rejection):
        count("PricingRefused")
        return {"verdict": "REFUSED", "rejection": of_following(answer).to_dict()}
    gets_minor = listed.market.gets_minor(
        near_ticks, order["quantity_lots"], is_buy=order["side"] == Side.BUY
    )
    return priced | {"then": answer.to_dict(), "gets_minor": gets_minor}


@cache
def markets() -> "Markets":
    """Return the table, with its client: no order but an option's waits for that."""
    from zerodesk_aws.tables.market import Markets

    return Markets(MARKET_TABLE)


@cache
def desk() -> "OptionDesk":
    """Return the desk of options, with numpy: no order of anything else waits for that."""
    from pricing.options import OptionDesk

    return OptionDesk(markets())


def marked() -> dict[str, Any]:
    """Mark every option that is listed, as the clock asks."""
    listed = [
        one
        for one in markets().all()
        if one.market.product is Product.OPTION and one.state is not TradingState.DELISTED
    ]
    marked_count = desk().mark(listed) if listed else 0
    count("OptionsMarked", marked_count)
    return {"marked": marked_count, "unmarked": len(listed) - marked_count}


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
