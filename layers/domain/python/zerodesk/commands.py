"""Commands: what may be asked of a book, each by its fields.

They are what ``kind`` says, and travel as they are: in holds, in the queue and in the journal. Who
only names them in annotations imports them for its types: to make these classes takes a cold
start some milliseconds, and nothing that an order passes needs them.
"""

from typing import Any, Literal, NotRequired, TypedDict


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
