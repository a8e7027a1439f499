"""What a book is in the middle of, and what it remembers of a trade or a funding: plain values."""

from typing import Any, Final, NamedTuple

LastTrade = tuple[int, int, str, int]
LAST_TRADE_FIELDS: Final = (
    "price_ticks",
    "quantity_lots",
    "taker_side",
    "executed_at_ms",
)


def last_trade(trade: dict[str, Any]) -> LastTrade:
    """Return what a book remembers of its last trade, by the order of ``LAST_TRADE_FIELDS``.

    Not its id: that is of the symbol and of how many trades there have been.
    """
    return (
        trade["price_ticks"],
        trade["quantity_lots"],
        trade["taker_side"],
        trade["executed_at_ms"],
    )


class Auction(NamedTuple):
    """An auction: its name, of which kind, and when it ends, if that is known.

    It has the name of the command that began it. One that the book began by itself ``is_halt``:
    a price outside the band was the next.
    """

    auction_id: str
    kind: str
    ends_at_ms: int | None
    is_halt: bool = False


class Outside(NamedTuple):
    """A price at which a market does not trade on, and the band that it is outside of, ticks."""

    price_ticks: int
    reference_ticks: int
    low_ticks: int
    high_ticks: int


class Uncrossing(NamedTuple):
    """The end of an auction while it trades: at which price, how much still, what comes then."""

    command_id: str
    auction_id: str
    price_ticks: int
    left_lots: int
    then: str
    reason: str
    by: str = ""


def told(values: Auction | Uncrossing) -> dict[str, Any]:
    """Return values by their names; what came in after version 0.1.0 only where it is used."""
    usual = values._field_defaults
    return {name: one for name, one in values._asdict().items() if one != usual.get(name, ...)}


class Funding(NamedTuple):
    """A funding while it is paid: of which time, at which rate and mark, and up to whom by name."""

    command_id: str
    funding_at_ms: int
    rate_millionths: int
    mark_price_ticks: int
    paid_upto: str = ""


Funded = tuple[int, int | None, int | None, int | None]
"""(funding time, rate in millionths, mark, index in ticks); None where nobody was funded."""


class Cancelling(NamedTuple):
    """A cancel of many while it goes on: of whom, and what is left of it, the next one first.

    ``orders`` has [order, when it was accepted], as its command named them.
    """

    command_id: str
    account_id: str
    orders: list[list[Any]]


class Settling(NamedTuple):
    """The end of an option while its positions are paid: by which command, how much a lot."""

    command_id: str
    payoff_ticks: int
