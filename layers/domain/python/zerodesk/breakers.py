"""A breaker for a service outside of the venue: whom nobody hears is not asked again and again.

Closed, each call goes out. After so many failures in a row it opens, and nobody is asked until a
pause is over; then it is half open, and one call is let through as a trial. An answer closes it, a
failure opens it again for twice as long. The pattern is M. Nygard's, "Release It!", 2007, ch. 5.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

FAILURES_TO_OPEN: Final = 3
FIRST_PAUSE_MS: Final = 2 * 60_000
LONGEST_PAUSE_MS: Final = 60 * 60_000
TRIAL_MS: Final = 60_000
"""By then a trial has ended, or who made it is gone: another may be made."""


class BreakerState(StrEnum):
    """Whether a service is asked."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


@dataclass(frozen=True, slots=True)
class Breaker:
    """How a service fared of late.

    Attributes
    ----------
    failures
        In a row, up to now.
    opened_at_ms, until_ms
        Since when nobody asks it, and until when; None while it is closed.
    reason
        What the latest failure was.

    Examples
    --------
    >>> broken = Breaker()
    >>> for minute in range(3):
    ...     broken = broken.failed(minute * 60_000, "no answer")
    >>> broken.state_at(120_000).value, broken.until_ms
    ('OPEN', 240000)
    >>> broken.state_at(240_000).value
    'HALF_OPEN'
    >>> broken.answered().state_at(240_000).value
    'CLOSED'
    """

    failures: int = 0
    opened_at_ms: int | None = None
    until_ms: int | None = None
    reason: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Breaker":
        """Return a breaker as ``to_dict`` wrote it."""
        return cls(**kept)

    def to_dict(self) -> dict[str, Any]:
        """Return what a journal record keeps."""
        return {
            "failures": self.failures,
            "opened_at_ms": self.opened_at_ms,
            "until_ms": self.until_ms,
            "reason": self.reason,
        }

    def state_at(self, at_ms: int) -> BreakerState:
        """Return whether the service is asked at a time."""
        if self.until_ms is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if at_ms < self.until_ms else BreakerState.HALF_OPEN

    def tried(self, at_ms: int) -> "Breaker":
        """Return it with its trial under way: until that must have ended nobody else makes one."""
        return replace(self, until_ms=at_ms + TRIAL_MS)

    def failed(self, at_ms: int, reason: str) -> "Breaker":
        """Return it after a failure."""
        failures = self.failures + 1
        if failures < FAILURES_TO_OPEN:
            return Breaker(failures, reason=reason)
        opened_at_ms = at_ms if self.opened_at_ms is None else self.opened_at_ms
        return Breaker(failures, opened_at_ms, at_ms + _pause_ms(failures), reason)

    def answered(self) -> "Breaker":
        """Return it after an answer."""
        return CLOSED


CLOSED: Final = Breaker()


def _pause_ms(failures: int) -> int:
    """Return how long a service is left alone: twice as long for each trial that failed."""
    # Six doublings are beyond the longest pause; what follows would only be a larger number.
    doublings = min(failures - FAILURES_TO_OPEN, 6)
    return min(FIRST_PAUSE_MS << doublings, LONGEST_PAUSE_MS)
