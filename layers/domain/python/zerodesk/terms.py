"""Terms of an account: what the operator has decided about it, kept in its own journal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from zerodesk.limits import UNLIMITED, Limits

MAX_VERIFICATION_LEVEL: Final = 3


class AccountStatus(StrEnum):
    """Whether an account may place orders. Cancels and its money are its own in any status."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class Product(StrEnum):
    """What is traded: the money itself, a promise about a price, a right."""

    SPOT = "SPOT"
    PERPETUAL = "PERPETUAL"
    OPTION = "OPTION"


LEVEL_OF: Final = {Product.SPOT: 1, Product.PERPETUAL: 2, Product.OPTION: 3}
"""The verification level that each product needs; an account begins at the first."""


class AccountTerms(NamedTuple):
    """Status, verification level, group and own limits of an account."""

    status: AccountStatus = AccountStatus.ACTIVE
    verification_level: int = LEVEL_OF[Product.SPOT]
    group: str | None = None
    limits: Limits = UNLIMITED

    def to_dict(self) -> dict[str, Any]:
        """Return the terms as JSON-able values."""
        return {
            "status": self.status.value,
            "verification_level": self.verification_level,
            "group": self.group,
            "limits": self.limits.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the terms that ``to_dict`` wrote."""
        return cls(
            status=AccountStatus(values["status"]),
            verification_level=values["verification_level"],
            group=values["group"],
            limits=Limits.from_dict(values["limits"]),
        )


TERMS: Final = AccountTerms()
"""Of an account of which nothing was decided yet."""
