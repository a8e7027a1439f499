"""The one place that asks what time it is, and that waits."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Return the time, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds that never go back, for measuring how long something takes."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def iso_ms(at_ms: int) -> str:
    """Return a time as ISO-8601 UTC with milliseconds.

    Examples
    --------
    >>> iso_ms(1_764_000_000_123)
    '2025-11-24T16:00:00.123Z'
    """
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
