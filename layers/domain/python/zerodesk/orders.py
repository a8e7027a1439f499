"""Orders: the words, the identity and the life of one."""

import base64
import hashlib
import re
from enum import StrEnum
from typing import Any, Final, Literal, NotRequired, TypedDict

from zerodesk.money import share_bps

CLIENT_ORDER_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,36}", re.ASCII)
CLIENT_ORDER_ID_RULE: Final = "1 to 36 letters, digits, points, hyphens or underscores"
COMMAND_BOUND_MS: Final = 15 * 60 * 1000
"""How long after it was accepted a command may still reach its book. A book remembers each
command id for this long, so that a late repeat is told apart from a new order."""


class Side(StrEnum):
    """Which side of a trade an order wants."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """LIMIT names its worst price; MARKET takes the collar's."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    """GTC, GTD and DAY rest, IOC takes what there is, FOK takes all or nothing.

    GTD ends at a time that it names, DAY at the end of the day, in UTC, on which it was accepted.
    """

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"
    DAY = "DAY"

    @property
    def rests(self) -> bool:
        """Whether what is left of a limit order stays in its book."""
        return self not in (TimeInForce.IOC, TimeInForce.FOK)

    @property
    def expires(self) -> bool:
        """Whether the order ends by itself at a time."""
        return self in (TimeInForce.GTD, TimeInForce.DAY)


RESTING: Final = frozenset(one.value for one in TimeInForce if one.rests)
EXPIRING: Final = frozenset(one.value for one in TimeInForce if one.expires)


class SelfTrade(StrEnum):
    """What an order does when it would trade with another order of its own account.

    NONE trades. EXPIRE_TAKER ends the order that comes, EXPIRE_MAKER the one that rests,
    EXPIRE_BOTH both. DECREMENT takes the smaller of the two off both, without a trade.
    """

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


class Trigger(StrEnum):
    """What an order waits for: the last trade at its trigger price, or beyond.

    STOP goes with the market: a buyer waits for the price to rise to the trigger, a seller for it
    to fall there. TAKE_PROFIT goes against it: a buyer waits for a fall, a seller for a rise.
    """

    STOP = "STOP"
    TAKE_PROFIT = "TAKE_PROFIT"


def rises(*, is_buy: bool, trigger: str) -> bool:
    """Whether an order waits for the price to rise to its trigger; if not, for it to fall there."""
    return is_buy == (trigger == Trigger.STOP)


class OrderStatus(StrEnum):
    """Where an order stands. QUEUED and HELD are before the book has answered.

    ARMED waits in the book for its trigger.
    """

    QUEUED = "QUEUED"
    HELD = "HELD"
    ARMED = "ARMED"
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"

    @property
    def is_pending(self) -> bool:
        """Whether the book has yet to answer."""
        return self in (OrderStatus.QUEUED, OrderStatus.HELD)

    @property
    def is_open(self) -> bool:
        """Whether the order rests in its book, or waits there for its trigger."""
        return self in (OrderStatus.ARMED, OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED)

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more can happen to the order."""
        return not (self.is_pending or self.is_open)


SPECIAL_TERMS: Final = frozenset(
    {
        "self_trade",
        "min_quantity_lots",
        "display_lots",
        "slides",
        "trigger",
        "trigger_ticks",
        "trail_ticks",
        "trail_bps",
        "expires_at_ms",
        "reduce_only",
        "amount_minor",
        "stop_ticks",
        "stop_limit_ticks",
        "stop_rests",
        "then",
        "after",
    }
)
"""Of an order: those that most have not, and that are then left out wherever it is written."""


class PlaceCommand(TypedDict):
    """An order on its way to its book, as the hold stores it and the queue carries it.

    ``self_trade`` is a value of SelfTrade. An IOC order with ``min_quantity_lots`` trades that
    much at once or nothing. A GTC order with ``display_lots`` shows no more than that of what
    rests. A post-only order that ``slides`` rests one tick short of the price that it would have
    met. One with a ``trigger``, a value of Trigger, waits for a trade at ``trigger_ticks`` or
    beyond and comes in then, with all its other terms. The trigger of a stop that trails follows
    the last trade at ``trail_ticks`` or ``trail_bps`` and never goes back, its limit with it. One
    that is GTD or DAY expires by the first command that is sent at ``expires_at_ms`` or later. One
    that is ``reduce_only`` closes what its account has open in a derivative, and opens nothing. A
    market order with ``amount_minor`` trades whole lots while so much of the quote currency covers
    them; ``quantity_lots`` is then the most that it may trade. A limit order with ``stop_ticks`` is
    a pair, one cancels the other: untraded, it leaves its queue once the last trade is at the stop
    or beyond, and comes in with the limit ``stop_limit_ticks``, to rest there if it ``stop_rests``.
    One with ``then`` leads: that is the command of another order, which comes in ``after`` it, once
    all of the first is filled. It names the one that it follows, and is no command by itself.
    """

    kind: Literal["place"]
    command_id: str
    account_id: str
    symbol: str
    side: str
    type: str
    price_ticks: int
    quantity_lots: int
    time_in_force: str
    post_only: bool
    maker_bps: int
    taker_bps: int
    held_minor: int
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]
    self_trade: NotRequired[str]
    min_quantity_lots: NotRequired[int]
    display_lots: NotRequired[int]
    slides: NotRequired[bool]
    trigger: NotRequired[str]
    trigger_ticks: NotRequired[int]
    trail_ticks: NotRequired[int]
    trail_bps: NotRequired[int]
    expires_at_ms: NotRequired[int]
    reduce_only: NotRequired[bool]
    amount_minor: NotRequired[int]
    stop_ticks: NotRequired[int]
    stop_limit_ticks: NotRequired[int]
    stop_rests: NotRequired[bool]
    then: NotRequired[dict[str, Any]]
    after: NotRequired[str]


def to_hold_minor(first: PlaceCommand, then: PlaceCommand, gets_minor: int, need_minor: int) -> int:
    """Return what is to be held from the start for an order that follows another one.

    It is what it needs, but for what the first brings of that at least: each fill of the first adds
    to the hold, so that nobody can spend it in between, and all of them add up to the need.

    Parameters
    ----------
    first, then
        The two orders. Of one side, the first brings nothing that the other one needs.
    gets_minor
        What the first gets at its limit, before its fee; see ``Market.gets_minor``.
    need_minor
        What the order that follows will need, minor units of what it gives.
    """
    if first["side"] == then["side"]:
        return need_minor
    rate_bps = 0 if first["side"] == Side.BUY else max(first["maker_bps"], first["taker_bps"])
    return max(0, need_minor - gets_minor + share_bps(gets_minor, rate_bps))


class CancelCommand(TypedDict):
    """A wish to take an order out of its book."""

    kind: Literal["cancel"]
    command_id: str
    account_id: str
    symbol: str
    order_id: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class CancelAllCommand(TypedDict):
    """A wish to take every order out of a book that its account held by a record of its journal.

    ``orders`` are those that were held in this book as of that record, ``account_sequence``: each
    by its id and when it was accepted. What is held later is not among them, and lives.
    """

    kind: Literal["cancel_all"]
    command_id: str
    account_id: str
    symbol: str
    account_sequence: int
    orders: list[list[Any]]
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class AmendCommand(TypedDict):
    """A wish to change an order that rests: its whole quantity, its price, or both.

    What is not named stays. ``held_minor`` is held under the amend's id, for what the order needs
    beyond its own hold. ``post_only`` and ``slides`` are the order's. ``refused`` is what pricing
    said against an amend for which nothing is held: only the book refuses such a one.
    """

    kind: Literal["amend"]
    command_id: str
    account_id: str
    symbol: str
    order_id: str
    price_ticks: NotRequired[int]
    quantity_lots: NotRequired[int]
    post_only: bool
    slides: NotRequired[bool]
    refused: NotRequired[dict[str, Any]]
    held_minor: int
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class IndexCommand(TypedDict):
    """An index price as an outside source reported it."""

    kind: Literal["index"]
    command_id: str
    symbol: str
    price_ticks: int
    source: str
    observed_at_ms: int
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class ListCommand(TypedDict):
    """The first command of every book: the market as it is listed."""

    kind: Literal["list"]
    command_id: str
    symbol: str
    market: dict[str, Any]
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class SetStateCommand(TypedDict):
    """A change of what a market accepts, with its reason.

    An AUCTION may say of which kind it is, a value of AuctionKind, and how long it lasts by record
    time. To set the market OPEN ends an auction; to stop it breaks the auction off. ``by`` says
    whose word it is: an account's, or a part of the venue. A halt that ``clears`` the book cancels
    every order in it.
    """

    kind: Literal["set_state"]
    command_id: str
    symbol: str
    state: str
    reason: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]
    by: NotRequired[str]
    auction: NotRequired[str]
    lasts_ms: NotRequired[int]
    clears: NotRequired[bool]


class ChangeCommand(TypedDict):
    """Other terms of a market, by the names of ``zerodesk.instruments.CHANGEABLE``."""

    kind: Literal["change"]
    command_id: str
    symbol: str
    changes: dict[str, Any]
    reason: str
    by: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class EndAuctionCommand(TypedDict):
    """The end of an auction: whatever crosses trades, and the market goes on as its kind says."""

    kind: Literal["end_auction"]
    command_id: str
    symbol: str
    auction_id: str
    reason: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]
    by: NotRequired[str]


class ExpireCommand(TypedDict):
    """A look at the time: orders whose time has come expire by it, as by any command."""

    kind: Literal["expire"]
    command_id: str
    symbol: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class FundCommand(TypedDict):
    """A funding time of a perpetual that has come. Who holds what, and the rate, is the book's."""

    kind: Literal["fund"]
    command_id: str
    symbol: str
    funding_at_ms: int
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class SettleCommand(TypedDict):
    """The end of an option: by which price of its underlying its positions are paid.

    ``price_minor`` is of one unit of the underlying, minor units of the quote. ``first_sequence``
    to ``last_sequence`` are the records of the underlying's book that it is the average of, zero
    where an operator said it.
    """

    kind: Literal["settle"]
    command_id: str
    symbol: str
    price_minor: int
    first_sequence: int
    last_sequence: int
    reason: str
    by: str
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


MAX_OTHERS: Final = 100
"""Accounts that one deleveraging names: its record has as many rows, far below an item's bound."""


class DeleverageCommand(TypedDict):
    """A position of a derivative that others take over from an account at a price, past the queue.

    ``others`` are those on the other side, each with how many lots it gives up at most, in the
    order of the ranking. The book cuts them to what is open then, on either side. It was decided
    on a mark, and holds until the book's is of later than ``marked_until_ms``, or record time is
    where the book has none, as that of an option: a command that is late does not meet an account
    which nobody liquidates any more.
    """

    kind: Literal["deleverage"]
    command_id: str
    account_id: str
    symbol: str
    price_ticks: int
    others: list[list[Any]]
    marked_until_ms: int
    accepted_at_ms: int
    sent_at_ms: NotRequired[int]


class TakeOver(TypedDict):
    """What a region is told that is to become a book's home: no command of the book itself.

    It holds for the epoch that the book was in when somebody asked, and for no later one.
    """

    kind: Literal["take_over"]
    symbol: str
    from_epoch: int


HoldingCommand = PlaceCommand | AmendCommand
"""What something is held for."""

Command = (
    HoldingCommand
    | CancelCommand
    | CancelAllCommand
    | IndexCommand
    | ListCommand
    | SetStateCommand
    | ChangeCommand
    | EndAuctionCommand
    | ExpireCommand
    | FundCommand
    | SettleCommand
    | DeleverageCommand
)


def order_id_for(account_id: str, client_order_id: str) -> str:
    """Return the order id that a client's own id always leads to.

    The id is a digest, so the conditional put of the order item is the idempotency gate: the
    same (account, client id) can only ever be one order.

    Examples
    --------
    >>> order_id_for("alice", "my-first-order")
    'ofnp47z3c4bnfbbwn5y626vser4'
    """
    digest = hashlib.sha256(f"{account_id}\n{client_order_id}".encode()).digest()
    # Eight characters are five bytes: what is behind these comes into no id.
    return "o" + base64.b32encode(digest[:20]).decode()[:26].lower()


def following_id_for(account_id: str, client_order_id: str) -> str:
    """Return the id of the order that follows the one which a client names so.

    No client can name an order by what is digested here, so nobody else has the id.

    Examples
    --------
    >>> following_id_for("alice", "my-first-order") == order_id_for("alice", "my-first-order")
    False
    """
    return order_id_for(account_id, f"{client_order_id}>")


def amend_id_for(account_id: str, client_amend_id: str) -> str:
    """Return the command id that a client's own id of an amend always leads to."""
    return "a" + order_id_for(account_id, client_amend_id)[1:]


def cancel_id_for(order_id: str) -> str:
    """Return the command id of the one cancel that an order can have."""
    return "c" + order_id[1:]


BY_BAND: Final = "band"
BY_MARK: Final = "mark"
BY_TIME: Final = "time"
"""Whose word it is when a book changes its state by itself: a price outside its band, a mark that
is stale or fresh again, its time."""


def halt_id_for(symbol: str, halts: int) -> str:
    """Return the id of the auction by which a book halts for the so-manieth time."""
    return f"{symbol}-halt-{halts}"


def mass_cancel_id_for(account_id: str, client_cancel_id: str) -> str:
    """Return the command id that a client's own id of a cancel of many always leads to."""
    return "m" + order_id_for(account_id, client_cancel_id)[1:]


def settling_id_for(symbol: str, at_ms: int) -> str:
    """Return the command id of an end of an option that is asked for at a time.

    The first that its book takes is the one; whatever comes behind finds the option ended.
    """
    return f"settle-{symbol}-{at_ms}"


def look_at_the_time(symbol: str, at_ms: int) -> ExpireCommand:
    """Return the command by which a book, also a quiet one, goes on to when the queue took it.

    Examples
    --------
    >>> look_at_the_time("BTC-USD", 5)["command_id"]
    'expire-BTC-USD-5'
    """
    return ExpireCommand(
        kind="expire",
        command_id=f"expire-{symbol}-{at_ms}",
        symbol=symbol,
        accepted_at_ms=at_ms,
    )


def ending_id_for(auction_id: str) -> str:
    """Return the command id of the one end that an auction has, whoever asks for it."""
    return f"end-{auction_id}"
