"""What the API answers, as frozen values. Prices in quote units, quantities in base units."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from zerodesk.orders import OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Trigger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why pricing, risk or matching refused an order, and the numbers that decided."""

    code: str
    detail: str
    have: str | None = None
    need: str | None = None
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to place. ``client_order_id`` makes placing it again harmless.

    What is None is left to the venue: most orders have none of the last four terms.
    """

    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None = None
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    slides: bool | None = None
    self_trade: SelfTrade | None = None
    min_quantity: Decimal | None = None
    display_quantity: Decimal | None = None
    trigger: Trigger | None = None
    trigger_price: Decimal | None = None
    trail: Decimal | None = None
    trail_bps: int | None = None
    expires_at: datetime | None = None


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
    self_trade: SelfTrade = SelfTrade.NONE
    min_quantity: Decimal | None = None
    display_quantity: Decimal | None = None
    trigger: Trigger | None = None
    trigger_price: Decimal | None = None
    trail: Decimal | None = None
    trail_bps: int | None = None
    expires_at: datetime | None = None

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
class Page(Generic[T]):
    """Some of the entries of a list, and the cursor that continues it (None at the end)."""

    entries: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has of one currency, in its units: total = available + held."""

    currency: str
    available: Decimal
    held: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Balances:
    """All balances of an account at one sequence of its journal."""

    account_id: str
    account_sequence: int | None
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """One side of a trade."""

    trade_id: str
    order_id: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: str
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class PriceBand:
    """How far a price may move within a window before its market stops for an auction."""

    bps: int
    window_seconds: int
    auction_seconds: int


@dataclass(frozen=True, slots=True)
class NewMarket:
    """A spot market to list. Rates and the collar in basis points."""

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    max_quantity: Decimal
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: Decimal
    band: PriceBand | None = None


@dataclass(frozen=True, slots=True)
class Auction:
    """An auction that a market holds, and what it would come to now."""

    auction_id: str
    kind: str
    ends_at: datetime | None
    indicative_price: Decimal | None
    indicative_quantity: Decimal
    surplus: Decimal


@dataclass(frozen=True, slots=True)
class Market:
    """A market: its listing, what it accepts now, its mark and its last trade's price."""

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    max_quantity: Decimal
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: Decimal
    state: str
    mark_price: Decimal | None
    last_price: Decimal | None
    auction: Auction | None = None
    band: PriceBand | None = None
    state_reason: str = ""
    state_by: str = ""
    state_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """A kill switch: whom it stops, and who turned it on or off last, when and why."""

    stops: str
    is_on: bool
    author: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Level:
    """All that rests at one price."""

    price: Decimal
    quantity: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Depth:
    """The best levels of a book, best first."""

    symbol: str
    book_sequence: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Ticker:
    """A market's last 24 hours."""

    symbol: str
    last_price: Decimal | None
    mark_price: Decimal | None
    best_bid: Decimal | None
    best_ask: Decimal | None
    open_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    volume_24h: Decimal
    quote_volume_24h: Decimal
    trades_24h: int
    book_sequence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as everybody sees it."""

    trade_id: str
    price: Decimal
    quantity: Decimal
    taker_side: Side
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An account."""

    account_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """A new key. The venue shows ``api_key`` this once and keeps only a hash."""

    key_id: str
    api_key: str


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """A journaled deposit and the balances after it."""

    deposit_id: str
    account_sequence: int | None = None
    balances: tuple[Balance, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal as it stands: RESERVED until the back office posts or voids it."""

    withdrawal_id: str
    account_id: str
    currency: str
    amount: Decimal
    status: str
    asked_at: datetime
    updated_at: datetime
    rejection: Rejection | None = None
    account_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it stands: PENDING until the other account has it."""

    transfer_id: str
    from_account_id: str
    to_account_id: str
    currency: str
    amount: Decimal
    status: str
    asked_at: datetime
    updated_at: datetime
    rejection: Rejection | None = None
    account_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One leg of a record: what a ledger account received, or gave if it is negative."""

    ledger_account: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """One record of an account's journal; its entries balance."""

    sequence: int
    hash: str
    recorded_at: datetime
    cause: dict[str, Any]
    entries: tuple[StatementEntry, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a statement: the balances around the whole stretch, and some of its records."""

    account_id: str
    stream: str
    from_sequence: int | None
    to_sequence: int | None
    opening: tuple[Balance, ...]
    closing: tuple[Balance, ...]
    records: tuple[StatementRecord, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """A record of an account, reversed by another that names it."""

    account_id: str
    sequence: int
    hash: str
    reason: str
    reversal_sequence: int
    entries: tuple[StatementEntry, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """What an account's fills in a market add up to; quantity in base, amounts in quote units."""

    symbol: str
    currency: str
    quantity: Decimal
    average_price: Decimal | None
    cost: Decimal
    mark_price: Decimal
    unrealised: Decimal
    realised: Decimal
    fees: Decimal
    realised_today: Decimal
    fees_today: Decimal


@dataclass(frozen=True, slots=True)
class Positions:
    """Every market that an account has traded, at one record of its journal."""

    account_id: str
    account_sequence: int
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class EffectiveLimit:
    """A limit that holds for an account, who set it, and how much of it is used."""

    limit: str
    value: Decimal
    set_by: str
    key: str | None = None
    unit: str | None = None
    used: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """What an account may do at most."""

    account_id: str
    account_sequence: int
    limits_sequence: int
    status: str
    verification_level: int
    limits: tuple[EffectiveLimit, ...]
    group: str | None = None
    kill: KillSwitch | None = None


@dataclass(frozen=True, slots=True)
class ScopeLimits:
    """The limits of the venue or of a group, and who set them why."""

    scope: str
    author: str
    reason: str
    limits: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SweptBook:
    """A book whose fees the house has up to a record."""

    symbol: str
    book_sequence: int


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """What the house has of one currency, in its units, and from which books."""

    currency: str
    balance: Decimal
    house_sequence: int
    swept: tuple[SweptBook, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """The venue's word on itself."""

    status: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that reconciliation found wrong."""

    code: str
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Recount:
    """One check of a reconciliation: how many things were looked at, and how many were wrong."""

    name: str
    checked: int
    breaches: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A recount of every book and account.

    ``complete`` is False when the venue's time was up before all was read; asked again, it goes
    on from there. ``books`` and ``totals`` have a row per book and per currency.
    """

    balanced: bool
    checked_at: str
    complete: bool = True
    checks: tuple[Recount, ...] = ()
    books: tuple[dict[str, Any], ...] = ()
    accounts: int = 0
    totals: tuple[dict[str, Any], ...] = ()
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamState:
    """What a stream of the journal came to behind one of its records."""

    stream: str
    sequence: int
    record_hash: str
    recorded_at: datetime
    state_hash: str
    state: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """Where a stream's archive in the venue's bucket ends now."""

    stream: str
    added: int
    last: int
    manifest_hash: str
