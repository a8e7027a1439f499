"""Loss breakers: an account that has lost its limit of a day may only close until the day ends."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

from zerodesk.money import format_minor
from zerodesk.positions import DAY_MS, day_of

BY_LOSS: Final = "loss"
"""Whose word it is when the venue stops an account for its loss."""


class LossStop(NamedTuple):
    """A stop of an account: what it had lost when of how much allowed, in minor units.

    It holds to the end of that day, whatever the marks do meanwhile.

    Examples
    --------
    >>> stop = LossStop("USD", 120_000_000, 100_000_000, at_ms=1_000)
    >>> stop.reason
    'lost 120 USD since 00:00 UTC, of 100 allowed'
    >>> stop.until_ms, stop.holds_at(86_399_999), stop.holds_at(86_400_000)
    (86400000, True, False)
    """

    currency: str
    loss_minor: int
    limit_minor: int
    at_ms: int

    @property
    def until_ms(self) -> int:
        """When the day ends."""
        return (day_of(self.at_ms) + 1) * DAY_MS

    def holds_at(self, at_ms: int) -> bool:
        """Whether the account is stopped at a time."""
        return at_ms < self.until_ms

    @property
    def reason(self) -> str:
        """Why the account is stopped."""
        lost, limit = (
            format_minor(minor, self.currency) for minor in (self.loss_minor, self.limit_minor)
        )
        return f"lost {lost} {self.currency} since 00:00 UTC, of {limit} allowed"

    def to_dict(self) -> dict[str, Any]:
        """Return the stop as JSON-able values."""
        return self._asdict()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the stop that ``to_dict`` wrote."""
        return cls(**values)
