"""An order as its book keeps it."""

from typing import Any, Final, Self

from zerodesk.money import BASIS_POINTS
from zerodesk.orders import OrderStatus, PlaceCommand

BUY: Final = "BUY"
SELL: Final = "SELL"

OPEN: Final = OrderStatus.OPEN.value
PARTIALLY_FILLED: Final = OrderStatus.PARTIALLY_FILLED.value


class BookOrder:
    """One order: what it may do, what it did, and its neighbours in the queue of its price.

    ``key`` is the price in its own ladder, negative for a buyer, so that the best price is
    always the smallest key; ``hold_bps`` is the fee rate that its hold covers, the dearer of the
    two that it may pay; ``outcome`` is the status that closed the order, None while it is
    open; ``stamp`` names the last draft that touched it. A filled or cancelled order keeps its
    neighbours, so that taking the removal back is exact.
    """

    __slots__ = (
        "account_id",
        "fee_minor",
        "held_minor",
        "hold_bps",
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

    def __init__(self, command: PlaceCommand, stamp: int) -> None:
        price_ticks = command["price_ticks"]
        self.order_id = command["command_id"]
        self.account_id = command["account_id"]
        self.is_buy = is_buy = command["side"] == BUY
        self.price_ticks = price_ticks
        self.key = -price_ticks if is_buy else price_ticks
        self.quantity_lots = self.remaining_lots = command["quantity_lots"]
        self.notional_minor = self.fee_minor = 0
        self.held_minor = command["held_minor"]
        self.maker_bps = maker_bps = command["maker_bps"]
        self.taker_bps = taker_bps = command["taker_bps"]
        self.hold_bps = maker_bps if maker_bps > taker_bps else taker_bps
        self.rests = command["time_in_force"] == "GTC" and command["type"] == "LIMIT"
        self.outcome: str | None = None
        self.stamp = stamp
        self.previous: BookOrder | None = None
        self.next: BookOrder | None = None

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

    def row(self) -> list[Any]:
        """Return the values of ``to_dict`` in its order: what a digest takes in."""
        return [
            self.order_id,
            self.account_id,
            BUY if self.is_buy else SELL,
            self.price_ticks,
            self.quantity_lots,
            self.remaining_lots,
            self.notional_minor,
            self.fee_minor,
            self.held_minor,
            self.maker_bps,
            self.taker_bps,
            self.rests,
        ]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the order that ``to_dict`` wrote, in no queue yet."""
        order = cls.__new__(cls)
        for name in ("order_id", "account_id", "price_ticks", "quantity_lots", "remaining_lots"):
            setattr(order, name, values[name])
        for name in ("fee_minor", "held_minor", "maker_bps", "taker_bps", "rests"):
            setattr(order, name, values[name])
        order.notional_minor = values["filled_notional_minor"]
        order.is_buy = values["side"] == BUY
        order.key = -order.price_ticks if order.is_buy else order.price_ticks
        order.hold_bps = max(order.maker_bps, order.taker_bps)
        order.outcome = order.previous = order.next = None
        order.stamp = 0
        return order


def need_minor(order: BookOrder, tick_value_minor: int, lot_value_minor: int) -> int:
    """Return what an order's remaining lots need held: quote for a buyer, base for a seller.

    The same as ``Market.buy_need_minor`` and ``Market.sell_need_minor``, without looking the
    market's values up again for each order.
    """
    if not order.is_buy:
        return order.remaining_lots * lot_value_minor
    notional_minor = order.remaining_lots * order.price_ticks * tick_value_minor
    return notional_minor + notional_minor * order.hold_bps // BASIS_POINTS
