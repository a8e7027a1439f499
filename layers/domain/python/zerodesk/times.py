"""Times as people read them. Everything else counts milliseconds since 1970."""

from datetime import UTC, datetime


def iso_ms(at_ms: int) -> str:
    """Return a time as ISO-8601 UTC with milliseconds.

    Examples
    --------
    >>> iso_ms(1_764_000_000_123)
    '2025-11-24T16:00:00.123Z'
    """
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at.replace(tzinfo=None).isoformat()}.{at_ms % 1000:03d}Z"
