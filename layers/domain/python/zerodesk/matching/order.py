"""An order as its book keeps it."""

from typing import Any, Final, Self

from zerodesk.money import BASIS_POINTS
from zerodesk.orders import OrderStatus, OrderType, PlaceCommand, TimeInForce

BUY: Final = "BUY"
SELL: Final = "SELL"

GTC: Final = TimeInForce.GTC.value
LIMIT: Final = OrderType.LIMIT.value

OPEN: Final = OrderStatus.OPEN.value
PARTIALLY_FILLED: Final = OrderStatus.PARTIALLY_FILLED.value


class BookOrder:
    """One order: what it may do, what it did, and its neighbours in the queue of its price.

    ``key`` is the price in its own ladder, negative for a buyer, so that the best price is
    always the smallest key; ``outcome`` is the status that closed the order, None while it is
    open; ``stamp`` names the last draft that touched it. A filled or cancelled order keeps its
    neighbours, so that taking the removal back is exact.
    """

    __slots__ = (
        "account_id",
        "fee_minor",
        "held_minor",
        "is_buy",
        "key",
        "maker_bps",
        "next",
        "notional_minor",
        "order_id",
        "outcome",
        "previous",
        "price_ticks",
        "quantity_lots",
        "remaining_lots",
        "rests",
        "stamp",
        "taker_bps",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - once for each order: by position is half the time
        self,
        order_id: str,
        account_id: str,
        is_buy: bool,  # noqa: FBT001
        price_ticks: int,
        quantity_lots: int,
        rests: bool,  # noqa: FBT001
        maker_bps: int = 0,
        taker_bps: int = 0,
        held_minor: int = 0,
        stamp: int = 0,
    ) -> None:
        self.order_id = order_id
        self.account_id = account_id
        self.is_buy = is_buy
        self.price_ticks = price_ticks
        self.key = -price_ticks if is_buy else price_ticks
        self.quantity_lots = self.remaining_lots = quantity_lots
        self.rests = rests
        self.maker_bps = maker_bps
        self.taker_bps = taker_bps
        self.held_minor = held_minor
        self.notional_minor = self.fee_minor = 0
        self.stamp = stamp
        self.outcome: str | None = None
        self.previous: BookOrder | None = None
        self.next: BookOrder | None = None

    @classmethod
    def of(cls, command: PlaceCommand, stamp: int) -> Self:
        """Return the order that a command places."""
        return cls(
            command["command_id"],
            command["account_id"],
            command["side"] == BUY,
            command["price_ticks"],
            command["quantity_lots"],
            command["time_in_force"] == GTC and command["type"] == LIMIT,
            command["maker_bps"],
            command["taker_bps"],
            command["held_minor"],
            stamp,
        )

    @property
    def status(self) -> str:
        """Where the order stands, as a value of OrderStatus."""
        if self.outcome is not None:
            return self.outcome
        return OPEN if self.remaining_lots == self.quantity_lots else PARTIALLY_FILLED

    def to_dict(self) -> dict[str, Any]:
        """Return the order as JSON-able values, for a snapshot."""
        return {
            "order_id": self.order_id,
            "account_id": self.account_id,
            "side": BUY if self.is_buy else SELL,
            "price_ticks": self.price_ticks,
            "quantity_lots": self.quantity_lots,
            "remaining_lots": self.remaining_lots,
            "filled_notional_minor": self.notional_minor,
            "fee_minor": self.fee_minor,
            "held_minor": self.held_minor,
            "maker_bps": self.maker_bps,
            "taker_bps": self.taker_bps,
            "rests": self.rests,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the order that ``to_dict`` wrote, in no queue yet."""
        order = cls(
            values["order_id"],
            values["account_id"],
            values["side"] == BUY,
            values["price_ticks"],
            values["quantity_lots"],
            values["rests"],
            values["maker_bps"],
            values["taker_bps"],
            values["held_minor"],
        )
        order.remaining_lots = values["remaining_lots"]
        order.notional_minor = values["filled_notional_minor"]
        order.fee_minor = values["fee_minor"]
        return order


def need_minor(order: BookOrder, tick_value_minor: int, lot_value_minor: int) -> int:
    """Return what an order's remaining lots need held: quote for a buyer, base for a seller.

    The same as ``Market.buy_need_minor`` and ``Market.sell_need_minor``, without looking the
    market's values up again for each order. A buyer's hold covers the dearer of its two rates.
    """
    if not order.is_buy:
        return order.remaining_lots * lot_value_minor
    notional_minor = order.remaining_lots * order.price_ticks * tick_value_minor
    maker_bps, taker_bps = order.maker_bps, order.taker_bps
    rate_bps = maker_bps if maker_bps > taker_bps else taker_bps
    return notional_minor + notional_minor * rate_bps // BASIS_POINTS
