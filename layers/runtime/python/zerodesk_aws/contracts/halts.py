"""Halts: what is stopped now, by whom, why, since when and until when."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from zerodesk_aws.contracts.fields import Contract, Timestamp
from zerodesk_aws.contracts.paging import Cursor


class Stop(StrEnum):
    """How something is stopped: the state of a market, a switch, a breaker, or of an account."""

    AUCTION = "AUCTION"
    BREAKER = "BREAKER"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"
    KILL_SWITCH = "KILL_SWITCH"
    LIQUIDATION = "LIQUIDATION"
    LOSS = "LOSS"
    SUSPENDED = "SUSPENDED"


class Halt(Contract):
    """One stop."""

    stops: str = Field(examples=["venue", "market:BTC-USD", "account:alice", "feed:BTC-USD"])
    how: Annotated[Stop, Field(strict=False)]
    by: str = Field(
        description="An operator's account, or a part of the venue: band, mark, time, "
        "reconciliation, margin, loss, breaker. Empty where that is not known."
    )
    reason: str
    since: Timestamp | None = Field(description="Null where that is not known.")
    until: Timestamp | None = Field(
        description="When it ends by itself, where that is known: the end of an auction, of the "
        "day of a loss, or of the pause of a feed."
    )


class Halts(Contract):
    """Every stop of the venue, its markets and feeds, kill switches first."""

    halts: list[Halt]


class ListStopped(Contract):
    """A page of the accounts that are stopped."""

    cursor: Cursor | None = None


class StoppedPage(Contract):
    """Stops of accounts, by account; one that several stop is there for each of them.

    A page may be short, or empty; the list ends where next_cursor is null.
    """

    halts: list[Halt]
    next_cursor: str | None
