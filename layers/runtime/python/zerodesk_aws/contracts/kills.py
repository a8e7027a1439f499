"""Kill switches: what an operator turns on and off."""

from pydantic import Field

from zerodesk_aws.contracts.fields import Contract, Reason, Timestamp


class SetKill(Contract):
    """A kill switch on or off, and why."""

    is_on: bool
    reason: Reason


class KillSwitch(Contract):
    """A kill switch: whom it stops, and who turned it on or off last, when and why."""

    stops: str = Field(examples=["venue", "market:BTC-USD", "account:alice"])
    is_on: bool
    author: str
    reason: str
    since: Timestamp


class KillSwitches(Contract):
    """The kill switches of the venue and its markets that were ever used, as of control#limits."""

    limits_sequence: int
    kills: list[KillSwitch]
