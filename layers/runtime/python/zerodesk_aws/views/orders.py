"""Orders as the API shows them."""

from typing import Any, Final

from zerodesk.instruments import Market
from zerodesk.money import format_minor, format_scaled, power_of_ten
from zerodesk.orders import OrderStatus, SelfTrade
from zerodesk.times import iso_ms
from zerodesk_aws.contracts.orders import Order, Rejection
from zerodesk_aws.tables.orders import OrderItem
from zerodesk_aws.views.numbers import whole

AVERAGE_DIGITS: Final = 4
"""Decimals of an average price beyond the tick's."""


def order_view(item: OrderItem, market: Market) -> Order:
    """Return an order's item as the API shows it."""
    asked: dict[str, Any] = item.request
    filled_lots, price_ticks = int(item.filled_lots), item.limit_ticks
    trigger_ticks, expires_at_ms = asked.get("trigger_ticks"), asked.get("expires_at_ms")
    trail_ticks, amount_minor = asked.get("trail_ticks"), asked.get("amount_minor")
    return Order(
        order_id=item.order_id,
        client_order_id=asked["client_order_id"],
        symbol=asked["symbol"],
        side=asked["side"],
        type=asked["type"],
        time_in_force=asked["time_in_force"],
        post_only=asked["post_only"],
        slides=asked.get("slides", False),
        reduce_only=asked.get("reduce_only", False),
        self_trade=asked.get("self_trade", SelfTrade.NONE),
        min_quantity=_quantity(market, asked.get("min_quantity_lots")),
        display_quantity=_quantity(market, asked.get("display_lots")),
        trigger=asked.get("trigger"),
        trigger_price=None if trigger_ticks is None else market.format_price(trigger_ticks),
        stop_price=_price(market, asked.get("stop_ticks")),
        stop_limit_price=_price(market, asked.get("stop_limit_ticks")),
        then=asked["then"]["order_id"] if "then" in asked else None,
        after=asked.get("after"),
        trail=None if trail_ticks is None else market.format_price(trail_ticks),
        trail_bps=asked.get("trail_bps"),
        expires_at=None if expires_at_ms is None else iso_ms(expires_at_ms),
        quantity=market.format_quantity(item.quantity_lots),
        quote_amount=None if amount_minor is None else format_minor(amount_minor, market.quote),
        price=None if price_ticks is None else market.format_price(price_ticks),
        status=OrderStatus(item.status),
        filled_quantity=market.format_quantity(filled_lots),
        remaining_quantity=market.format_quantity(item.lots_left),
        average_price=average_price(market, int(item.filled_notional_minor), filled_lots),
        fee=format_minor(int(item.fee_minor), market.quote),
        fee_currency=market.quote,
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        accepted_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
        account_sequence=whole(item.account_sequence),
        book_sequence=whole(item.book_sequence),
    )


def _price(market: Market, price_ticks: int | None) -> str | None:
    return None if price_ticks is None else market.format_price(price_ticks)


def _quantity(market: Market, quantity_lots: int | None) -> str | None:
    return None if quantity_lots is None else market.format_quantity(quantity_lots)


def average_price(market: Market, notional_minor: int, filled_lots: int) -> str | None:
    """Return what one unit cost on average, rounded half to even four digits beyond the tick."""
    if not filled_lots:
        return None
    finer_units = notional_minor * market.tick_units * power_of_ten(AVERAGE_DIGITS)
    whole, rest = divmod(finer_units, filled_lots * market.tick_value_minor)
    twice = 2 * rest - filled_lots * market.tick_value_minor
    rounded = whole + (twice > 0 or (twice == 0 and whole % 2))
    return format_scaled(rounded, market.tick_digits + AVERAGE_DIGITS)
