"""A pot: what an account has set aside for an isolated position, and all that it can lose by it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from zerodesk.liquidations import Liquidation


class Pot(NamedTuple):
    """The pot of one market; minor units of ``currency``, in which the market is quoted.

    It stands for what is free wherever the market is concerned: fees are held out of it, and what
    positions make or lose and fundings bring comes and goes there. Less than nothing is owed by the
    position, and not by the rest of the account. ``moves`` is the number of the owner's latest
    move, ``moved_minor`` what it brought: a repeat of it is known by both. Numbers begin at the
    record that isolated the position, so no later pot of the market has them again.
    ``liquidation`` is the one of this position alone that is under way.
    """

    currency: str
    minor: int
    moves: int
    moved_minor: int = 0
    liquidation: Liquidation | None = None

    def plus(self, minor: int) -> "Pot":
        """Return the pot after an amount came, or went if it is negative."""
        return self._replace(minor=self.minor + minor)

    def to_dict(self) -> dict[str, Any]:
        """Return the pot as JSON-able values."""
        values = self._asdict()
        if self.liquidation is not None:
            return values | {"liquidation": self.liquidation.to_dict()}
        del values["liquidation"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the pot that ``to_dict`` wrote."""
        found = values.get("liquidation")
        liquidation = None if found is None else Liquidation.from_dict(found)
        return cls(**{**values, "liquidation": liquidation})
