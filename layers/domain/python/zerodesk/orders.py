"""Orders: the words, the identity and the life of one."""

import base64
import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zerodesk.money import share_bps

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

CLIENT_ORDER_ID: Final = r"[A-Za-z0-9._-]{1,36}"
CLIENT_ORDER_ID_RULE: Final = "1 to 36 letters, digits, points, hyphens or underscores"
COMMAND_BOUND_MS: Final = 15 * 60 * 1000
"""How long after it was accepted a command may still reach its book. A book remembers each
command id for this long, so that a late repeat is told apart from a new order."""
MAX_OTHERS: Final = 100
"""Accounts that one deleveraging names: its record has as many rows, far below an item's bound."""


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


def to_hold_minor(
    first: "PlaceCommand", then: "PlaceCommand", gets_minor: int, need_minor: int
) -> int:
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


def ending_id_for(auction_id: str) -> str:
    """Return the command id of the one end that an auction has, whoever asks for it."""
    return f"end-{auction_id}"
