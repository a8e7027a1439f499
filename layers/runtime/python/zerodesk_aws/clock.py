"""The one place that asks what time it is, and that waits."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime.fromtimestamp(0, UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


def now_ms() -> int:
    """Return the time, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds that never go back, for measuring how long something takes."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def as_ms(at: datetime) -> int:
    """Return a time as milliseconds since 1970 UTC, exactly: no float on the way.

    Examples
    --------
    >>> as_ms(datetime(2025, 11, 24, 16, 0, 0, 123_000, tzinfo=UTC))
    1764000000123
    """
    return (at - EPOCH) // MILLISECOND
