"""An order as its book keeps it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from zerodesk.instruments import FEE_HOLD_MINOR
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import RESTING, SPECIAL_TERMS, OrderStatus, OrderType, SelfTrade, TimeInForce

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

BUY: Final = "BUY"
SELL: Final = "SELL"

NONE: Final = SelfTrade.NONE.value
GTC: Final = TimeInForce.GTC.value
LIMIT: Final = OrderType.LIMIT.value

KEPT_TERMS: Final = frozenset(
    {
        "self_trade",
        "display_lots",
        "repriced",
        "expires_at_ms",
        "reduce_only",
        "amount_minor",
        "stop_ticks",
    }
)
"""Of a special order: those that it goes on having once it rests, or is in the middle of its fills.
"""

ARMED: Final = OrderStatus.ARMED.value
OPEN: Final = OrderStatus.OPEN.value
PARTIALLY_FILLED: Final = OrderStatus.PARTIALLY_FILLED.value


class BookOrder:
    """One order: what it may do, what it did, and its neighbours in the queue of its price.

    ``key`` is the price in its own ladder, negative for a buyer, so that the best price is
    always the smallest key; ``outcome`` is the status that closed the order, None while it is
    open; ``stamp`` names the last draft that touched it. A filled or cancelled order keeps its
    neighbours, so that taking the removal back is exact.

    Most orders have no special terms, and spend nothing on them: see ``SpecialOrder``. Only
    ``hidden_lots`` and ``repriced``, which each fill and each answer ask for, are of each order:
    what is of its class alone is looked for through the bases each time.
    """

    __slots__ = (
        "account_id",
        "fee_minor",
        "held_minor",
        "hidden_lots",
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
        "repriced",
        "rests",
        "stamp",
        "taker_bps",
    )

    previous: "BookOrder | None"
    next: "BookOrder | None"
    """Its neighbours, from where it rests for the first time."""
    self_trade: str = NONE
    display_lots: int = 0
    expires_at_ms: int = 0
    is_armed: bool = False
    rises: bool = False
    trails: bool = False
    untraded: str = OPEN
    """The status of one that is not done and has no fill."""
    is_picky: bool = False
    """Whether it has to look at each order that it would meet."""
    reduce_only: bool = False
    is_paired: bool = False
    """Whether it rests and waits for a stop as well."""
    after: str = ""
    """The order that it follows, and waits for."""

    def take_terms(  # noqa: PLR0913, PLR0917 - once for each order: by position is half the time
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
        /,
    ) -> None:
        """Take what an order may do, before all else: it has done nothing so far.

        Not ``__init__``: a class that is called with arguments takes half as long again.
        """
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
        self.notional_minor = self.fee_minor = self.hidden_lots = 0
        self.stamp = stamp
        self.repriced = False
        self.outcome: str | None = None

    @classmethod
    def of(cls, command: "PlaceCommand", stamp: int = 0) -> "BookOrder":
        """Return the order that a command places."""
        kind = kind_of(SPECIAL_TERMS & command.keys())
        order = kind()
        order.take_terms(
            command["command_id"],
            command["account_id"],
            command["side"] == BUY,
            command["price_ticks"],
            command["quantity_lots"],
            command["time_in_force"] in RESTING and command["type"] == LIMIT,
            command["maker_bps"],
            command["taker_bps"],
            command["held_minor"],
            stamp,
        )
        if isinstance(order, SpecialOrder):
            order.self_trade = command.get("self_trade", NONE)
            order.display_lots = command.get("display_lots", 0)
            order.expires_at_ms = command.get("expires_at_ms", 0)
            order.reduce_only = command.get("reduce_only", False)
        if isinstance(order, AmountOrder):
            order.amount_minor = command["amount_minor"]
        if isinstance(order, PairedOrder):
            order.take_stop(command)
        return order

    @property
    def total_lots(self) -> int:
        """What is still to be filled, shown or not."""
        return self.remaining_lots + self.hidden_lots

    @property
    def status(self) -> str:
        """Where the order stands, as a value of OrderStatus."""
        if self.outcome is not None:
            return self.outcome
        return self.untraded if self.total_lots == self.quantity_lots else PARTIALLY_FILLED

    def to_dict(self) -> dict[str, Any]:
        """Return the order as JSON-able values, for a snapshot.

        What came in after version 0.1.0 is left out where it is not used.
        """
        plain = {
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
        return plain | self.special()

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
            *self.special().values(),
        ]

    def special(self) -> dict[str, Any]:
        """Return the special terms that the order has, which are left out where it has none."""
        return {}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "BookOrder":
        """Return the order that ``to_dict`` wrote, in no queue yet."""
        kind = kind_of(KEPT_TERMS & values.keys())
        order = kind()
        order.take_terms(
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
        if isinstance(order, SpecialOrder):
            order.self_trade = values.get("self_trade", NONE)
            order.display_lots = values.get("display_lots", 0)
            order.hidden_lots = values.get("hidden_lots", 0)
            order.repriced = values.get("repriced", False)
            order.expires_at_ms = values.get("expires_at_ms", 0)
            order.reduce_only = values.get("reduce_only", False)
        if isinstance(order, AmountOrder):
            order.amount_minor = values["amount_minor"]
        if isinstance(order, PairedOrder):
            order.take_stop(values)
        return order

    @classmethod
    def of_row(cls, row: list[Any]) -> "BookOrder":
        """Return the order without special terms that ``row`` wrote, in no queue yet."""
        (
            order_id,
            account_id,
            side,
            price_ticks,
            quantity_lots,
            remaining_lots,
            notional_minor,
            fee_minor,
            held_minor,
            maker_bps,
            taker_bps,
            rests,
        ) = row
        order = BookOrder()
        order.take_terms(
            order_id,
            account_id,
            side == BUY,
            price_ticks,
            quantity_lots,
            rests,
            maker_bps,
            taker_bps,
            held_minor,
        )
        order.remaining_lots = remaining_lots
        order.notional_minor = notional_minor
        order.fee_minor = fee_minor
        return order

    def need_minor(
        self,
        lots: int,
        tick_value_minor: int,
        lot_value_minor: int,
        is_option: bool,  # noqa: FBT001 - by position, as it is asked for each order
    ) -> int:
        """Return what lots of the order need held: quote for a buyer, base for a seller.

        The same as ``Market.need_minor``, without looking the market's values up again for each
        order; a lot is worth nothing where nothing is delivered. The hold covers the dearer of two
        rates.
        """
        if lot_value_minor and not self.is_buy:
            return lots * lot_value_minor
        notional_minor = lots * self.price_ticks * tick_value_minor
        maker_bps, taker_bps = self.maker_bps, self.taker_bps
        rate_bps = maker_bps if maker_bps > taker_bps else taker_bps
        fee_minor = notional_minor * rate_bps // BASIS_POINTS
        if lot_value_minor or (is_option and self.is_buy):
            return notional_minor + fee_minor
        return FEE_HOLD_MINOR + fee_minor


class SpecialOrder(BookOrder):
    """An order with terms that most have not.

    ``self_trade`` says what happens when it would meet an order of its own account. An order with
    ``display_lots`` shows no more of what rests than that: ``remaining_lots`` is what is in the
    queue, ``hidden_lots`` the rest. When the shown lots are filled the next ones enter the queue
    at its end, as an order of their own that takes the first one's place, see ``next_slice``.
    ``repriced`` is one whose price is another than it came with; one with ``expires_at_ms`` ends at
    that time. One that is ``reduce_only`` never opens a position, see ``matching.reducing``.
    """

    __slots__ = (
        "display_lots",
        "expires_at_ms",
        "reduce_only",
        "self_trade",
        "successor",
    )

    self_trade: str
    display_lots: int
    reduce_only: bool
    expires_at_ms: int
    successor: "SpecialOrder | None"

    def take_terms(self, *terms: Any) -> None:
        """Take what an order may do; it has no special terms so far."""
        super().take_terms(*terms)
        self.self_trade = NONE
        self.reduce_only = False
        self.display_lots = self.expires_at_ms = 0
        self.successor = None

    def special(self) -> dict[str, Any]:
        """Return those of the special terms that the order has."""
        terms = {
            "self_trade": self.self_trade,
            "display_lots": self.display_lots,
            "hidden_lots": self.hidden_lots,
            "repriced": self.repriced,
            "expires_at_ms": self.expires_at_ms,
            "reduce_only": self.reduce_only,
        }
        return {name: value for name, value in terms.items() if value not in (0, NONE)}

    @property
    def is_picky(self) -> bool:  # type: ignore[override]
        """Whether it does not trade with its own account's orders as with any other."""
        return self.self_trade != NONE

    def reprice(self, price_ticks: int) -> None:
        """Give the order, which is in no queue, another price."""
        self.price_ticks = price_ticks
        self.key = -price_ticks if self.is_buy else price_ticks
        self.repriced = True

    def hide(self) -> None:
        """Show no more than the displayed quantity, before the order rests."""
        total_lots = self.total_lots
        if self.display_lots:
            self.remaining_lots = min(self.display_lots, total_lots)
            self.hidden_lots = total_lots - self.remaining_lots

    def next_slice(self) -> "SpecialOrder":
        """Return the order that comes in this one's place once its shown lots are gone.

        What it has paid and holds is the first one's, and passed on when that is known.
        """
        order = SpecialOrder()
        order.take_terms(
            self.order_id,
            self.account_id,
            self.is_buy,
            self.price_ticks,
            self.quantity_lots,
            self.rests,
            self.maker_bps,
            self.taker_bps,
        )
        order.self_trade, order.display_lots = self.self_trade, self.display_lots
        order.repriced, order.expires_at_ms = self.repriced, self.expires_at_ms
        order.remaining_lots, order.hidden_lots = 0, self.hidden_lots
        order.hide()
        self.successor = order
        return order


class AmountOrder(SpecialOrder):
    """A market order that names an amount of the quote currency in place of a quantity.

    It trades whole lots while the amount covers them; ``quantity_lots`` is the most that it may
    trade. A buyer holds what is left of the amount, with the fee on it.
    """

    __slots__ = ("amount_minor",)

    amount_minor: int
    is_picky = True

    def special(self) -> dict[str, Any]:
        """Return those of the special terms that the order has."""
        return super().special() | {"amount_minor": self.amount_minor}

    def covered_lots(self, price_ticks: int, tick_value_minor: int) -> int:
        """Return what it may trade at a price: whole lots, as far as its amount goes."""
        left_minor = self.amount_minor - self.notional_minor
        return min(self.remaining_lots, left_minor // (price_ticks * tick_value_minor))

    def need_minor(
        self,
        lots: int,
        tick_value_minor: int,
        lot_value_minor: int,
        is_option: bool,  # noqa: FBT001 - by position, as it is asked for each order
    ) -> int:
        """Return what must be held: the rest of the amount and its fee, or a seller's lots."""
        if lot_value_minor and not self.is_buy:
            return super().need_minor(lots, tick_value_minor, lot_value_minor, is_option)
        left_minor = self.amount_minor - self.notional_minor
        fee_minor = left_minor * max(self.maker_bps, self.taker_bps) // BASIS_POINTS
        if lot_value_minor or (is_option and self.is_buy):
            return left_minor + fee_minor
        return FEE_HOLD_MINOR + fee_minor


class PairedOrder(SpecialOrder):
    """A limit order that rests, and a stop: one cancels the other.

    While nothing of it has traded it is both, with the larger of their two holds. Its first trade
    ends the stop; a trade at the stop takes it out of its queue, and ``stopped`` comes in.
    """

    __slots__ = ("stop_limit_ticks", "stop_rests", "stop_ticks")

    stop_ticks: int
    stop_limit_ticks: int
    stop_rests: bool

    def take_stop(self, terms: Mapping[str, Any]) -> None:
        """Take the terms of the stop over."""
        self.stop_ticks, self.stop_limit_ticks = terms["stop_ticks"], terms["stop_limit_ticks"]
        self.stop_rests = terms.get("stop_rests", False)

    @property
    def is_paired(self) -> bool:  # type: ignore[override]
        """Whether it waits for its stop still."""
        return self.remaining_lots == self.quantity_lots

    @property
    def trigger_ticks(self) -> int:
        """The price that the last trade must reach."""
        return self.stop_ticks

    @property
    def trigger_key(self) -> int:
        """Its stop as the key of a ladder: a buyer's is reached by a rise."""
        return self.stop_ticks if self.is_buy else -self.stop_ticks

    def special(self) -> dict[str, Any]:
        """Return those of the special terms that the order has."""
        terms = {"stop_ticks": self.stop_ticks, "stop_limit_ticks": self.stop_limit_ticks}
        return super().special() | terms | ({"stop_rests": True} if self.stop_rests else {})

    def need_minor(
        self,
        lots: int,
        tick_value_minor: int,
        lot_value_minor: int,
        is_option: bool,  # noqa: FBT001 - by position, as it is asked for each order
    ) -> int:
        """Return the larger of what its two ways need held, or its limit's once it has traded."""
        values = (lots, tick_value_minor, lot_value_minor, is_option)
        need = super().need_minor(*values)
        if lots != self.quantity_lots:
            return need
        stopped_need = self.triggered().need_minor(*values)
        return max(need, stopped_need)

    def triggered(self) -> SpecialOrder:
        """Return the order that takes this one's place at its stop."""
        order = SpecialOrder()
        order.take_terms(
            self.order_id,
            self.account_id,
            self.is_buy,
            self.price_ticks,
            self.quantity_lots,
            self.stop_rests,
            self.maker_bps,
            self.taker_bps,
            self.held_minor,
        )
        order.self_trade, order.expires_at_ms = self.self_trade, self.expires_at_ms
        order.reduce_only = self.reduce_only
        order.reprice(self.stop_limit_ticks)
        return order


def kind_of(terms: frozenset[str]) -> type[BookOrder]:
    """Return the class of an order with these special terms."""
    if "amount_minor" in terms:
        return AmountOrder
    if "stop_ticks" in terms:
        return PairedOrder
    return SpecialOrder if terms else BookOrder
