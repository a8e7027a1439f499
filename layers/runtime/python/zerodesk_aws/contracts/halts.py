"""Halts: what is stopped now, by whom, why, since when and until when."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from zerodesk_aws.contracts.fields import Contract, Timestamp


class Stop(StrEnum):
    """How something is stopped: the state of a market, or a kill switch."""

    AUCTION = "AUCTION"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"
    KILL_SWITCH = "KILL_SWITCH"


class Halt(Contract):
    """One stop."""

    stops: str = Field(examples=["venue", "market:BTC-USD"])
    how: Annotated[Stop, Field(strict=False)]
    by: str = Field(
        description="An operator's account, or a part of the venue: band, mark, time, "
        "reconciliation. Empty where that is not known."
    )
    reason: str
    since: Timestamp | None = Field(description="Null where that is not known.")
    until: Timestamp | None = Field(
        description="When it ends by itself, where that is known: the end of an auction."
    )


class Halts(Contract):
    """Every stop there is, kill switches first."""

    halts: list[Halt]
