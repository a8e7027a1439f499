"""Terms of an account: what the operator has decided about it, kept in its own journal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from zerodesk.instruments import Product
from zerodesk.kills import Kill
from zerodesk.limits import UNLIMITED, Limits
from zerodesk.losses import LossStop

MAX_VERIFICATION_LEVEL: Final = 3


class AccountStatus(StrEnum):
    """Whether an account may place orders. Cancels and its money are its own in any status."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


LEVEL_OF: Final = {Product.SPOT: 1, Product.PERPETUAL: 2, Product.OPTION: 3}
"""The verification level that each product needs; an account begins at the first."""


class AccountTerms(NamedTuple):
    """Status, verification level, group, own limits, kill switch and loss stop of an account."""

    status: AccountStatus = AccountStatus.ACTIVE
    verification_level: int = LEVEL_OF[Product.SPOT]
    group: str | None = None
    limits: Limits = UNLIMITED
    kill: Kill | None = None
    """The account's kill switch, where it is on."""
    loss_stop: LossStop | None = None
    """The latest stop for a day's loss, until the limits are set anew."""
    spared: Kill | None = None
    """By whose word the account is not liquidated, where an operator has said so."""

    def to_dict(self) -> dict[str, Any]:
        """Return the terms as JSON-able values."""
        stops = {"kill": self.kill, "loss_stop": self.loss_stop, "spared": self.spared}
        return {
            "status": self.status.value,
            "verification_level": self.verification_level,
            "group": self.group,
            "limits": self.limits.to_dict(),
        } | {name: stop.to_dict() for name, stop in stops.items() if stop is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the terms that ``to_dict`` wrote."""
        return cls(
            status=AccountStatus(values["status"]),
            verification_level=values["verification_level"],
            group=values["group"],
            limits=Limits.from_dict(values["limits"]),
            kill=Kill.of(values["kill"]) if "kill" in values else None,
            loss_stop=LossStop.from_dict(values["loss_stop"]) if "loss_stop" in values else None,
            spared=Kill.of(values["spared"]) if "spared" in values else None,
        )


TERMS: Final = AccountTerms()
"""Of an account of which nothing was decided yet."""
