"""Kill switches: what an operator turns on and off."""

from pydantic import Field

from zerodesk_aws.contracts.fields import Contract, Timestamp
from zerodesk_aws.contracts.limits import Reason


class SetKill(Contract):
    """A kill switch on or off, and why."""

    is_on: bool
    reason: Reason


class KillSwitch(Contract):
    """A kill switch: whom it stops, and who turned it on or off last, when and why."""

    stops: str = Field(examples=["venue", "market:BTC-USD"])
    is_on: bool
    author: str
    reason: str
    since: Timestamp


class KillSwitches(Contract):
    """Every kill switch that was ever used, as of a record of control#limits."""

    limits_sequence: int
    kills: list[KillSwitch]
