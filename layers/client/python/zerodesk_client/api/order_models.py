"""What the API answers about orders, as frozen values.

Prices in quote units, quantities in base units.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from zerodesk.orders import OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Trigger


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why pricing, risk or matching refused an order, and the numbers that decided."""

    code: str
    detail: str
    have: str | None = None
    need: str | None = None
    limit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """The terms that an order may have. What is None is left to the venue: most have none of them.

    A limit with a ``stop_price`` waits for that as well: one cancels the other.
    """

    side: Side
    price: Decimal | None = None
    type: OrderType = OrderType.LIMIT
    post_only: bool = False
    slides: bool | None = None
    reduce_only: bool | None = None
    self_trade: SelfTrade | None = None
    min_quantity: Decimal | None = None
    display_quantity: Decimal | None = None
    trigger: Trigger | None = None
    trigger_price: Decimal | None = None
    trail: Decimal | None = None
    trail_bps: int | None = None
    expires_at: datetime | None = None
    stop_price: Decimal | None = None
    stop_limit_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingOrder(OrderTerms):
    """An order that follows the one that it is placed with, once all of that is filled.

    Until then it waits, ARMED, and whatever else ends one of the two ends the other.
    """

    quantity: Decimal
    time_in_force: TimeInForce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder(OrderTerms):
    """An order to place. ``client_order_id`` makes placing it again harmless.

    It has a quantity, or at the market an amount in quote units, ``quote_amount``, to spend or to
    sell for. One triggers the other: ``then`` comes in once all of the order is filled.
    """

    client_order_id: str
    symbol: str
    quantity: Decimal | None = None
    quote_amount: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    then: FollowingOrder | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the venue last saw it. The fee is in ``fee_currency``."""

    order_id: str
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    post_only: bool
    quantity: Decimal
    price: Decimal | None
    status: OrderStatus
    filled_quantity: Decimal
    remaining_quantity: Decimal
    average_price: Decimal | None
    fee: Decimal
    fee_currency: str
    rejection: Rejection | None
    accepted_at: datetime
    updated_at: datetime
    account_sequence: int | None = None
    book_sequence: int | None = None
    slides: bool = False
    reduce_only: bool = False
    self_trade: SelfTrade = SelfTrade.NONE
    min_quantity: Decimal | None = None
    display_quantity: Decimal | None = None
    trigger: Trigger | None = None
    trigger_price: Decimal | None = None
    trail: Decimal | None = None
    trail_bps: int | None = None
    expires_at: datetime | None = None
    quote_amount: Decimal | None = None
    stop_price: Decimal | None = None
    stop_limit_price: Decimal | None = None
    then: str | None = None
    """The order that follows it."""
    after: str | None = None
    """The order that it follows."""

    @property
    def is_pending(self) -> bool:
        """Whether the book has yet to answer."""
        return self.status.is_pending

    @property
    def is_open(self) -> bool:
        """Whether the order rests in its book, or waits there for its trigger."""
        return self.status.is_open

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more can happen to the order."""
        return self.status.is_terminal


@dataclass(frozen=True, slots=True)
class AmendedOrder:
    """What became of an amend (PENDING, DONE or REJECTED), and the order as it stands."""

    amend_id: str
    status: str
    rejection: Rejection | None
    order: Order

    @property
    def is_pending(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.status == "PENDING"


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """Why one order of several was refused before anything was written, as ``ApiProblem`` says."""

    code: str
    detail: str
    field: str | None = None
    value: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What became of one order of several: the order, or the problem that it was refused with."""

    status: int
    order: Order | None
    problem: OrderProblem | None

    @property
    def is_pending(self) -> bool:
        """Whether the same request again would tell more."""
        if self.order is None:
            return self.problem is not None and self.problem.code == "UNAVAILABLE"
        return self.order.is_pending


@dataclass(frozen=True, slots=True)
class PlacedOrders:
    """What became of each order, in the order in which they were asked for."""

    results: tuple[PlacedOrder, ...]


@dataclass(frozen=True, slots=True)
class ReplacedOrder:
    """An order that was cancelled, as it ended, and the one that was placed behind it."""

    cancelled: Order
    order: Order

    @property
    def is_pending(self) -> bool:
        """Whether the book has not answered the order that was placed."""
        return self.order.is_pending


@dataclass(frozen=True, slots=True)
class CancelledOrders:
    """What a cancel of many named as of a record of the account, each order as it stands."""

    cancel_id: str
    symbol: str | None
    status: str
    account_sequence: int
    orders: tuple[Order, ...]

    @property
    def is_pending(self) -> bool:
        """Whether some of the orders are not final yet."""
        return self.status == "PENDING"


@dataclass(frozen=True, slots=True)
class CancelsAfter:
    """What a dead man's switch is set to, and whether its time before was up by then."""

    symbol: str | None
    cancels_at: datetime | None
    fired: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """One side of a trade, or the end of a position in an option, which is of no order."""

    trade_id: str
    order_id: str | None
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: str
    executed_at: datetime
