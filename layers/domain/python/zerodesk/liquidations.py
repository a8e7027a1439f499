"""A liquidation as part of an account: that it is under way, and how far it has come."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

BY_MARGIN: Final = "margin"
"""Whose word it is when the venue liquidates an account."""


class Liquidation(NamedTuple):
    """A liquidation that is under way. ``number`` is the account's record that began it.

    ``steps`` are those that were taken so far. ``symbol`` and ``lots_before`` say what the last of
    them was to reduce, and ``in_vain`` how many in a row closed nothing. ``paying`` is the step by
    which the insurance fund was asked last, 0 of one that it was not, for ``asked_minor`` of
    ``currency``. A takeover that was asked for last holds for marks of up to ``marked_until_ms``.
    """

    number: int
    began_at_ms: int
    steps: int = 0
    symbol: str = ""
    lots_before: int = 0
    in_vain: int = 0
    paying: int = 0
    currency: str = ""
    asked_minor: int = 0
    marked_until_ms: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the liquidation as JSON-able values."""
        return self._asdict()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the liquidation that ``to_dict`` wrote."""
        return cls(**values)


def order_name(liquidation: Liquidation, step: int) -> str:
    """Return the name of a step's order, which no client can give one of its own.

    Examples
    --------
    >>> order_name(Liquidation(7, 0), 2)
    'liquidation#7#2'
    """
    return f"liquidation#{liquidation.number}#{step}"
