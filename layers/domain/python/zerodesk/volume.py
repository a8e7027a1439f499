"""What a market traded lately, by the hour: small enough to travel with settlement's cursor."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

HOUR_MS: Final = 3_600_000
DAY_HOURS: Final = 24

Hours = dict[str, int]
"""Lots by the number of the hour since 1970, written as text, as JSON keeps keys."""


def with_trades(hours: Mapping[str, int], bodies: Iterable[dict[str, Any]]) -> Hours:
    """Return the hours after further records of the book, without those that have passed.

    Examples
    --------
    >>> trade = {"type": "TradeExecuted", "quantity_lots": 5, "executed_at_ms": 25 * HOUR_MS}
    >>> with_trades({"0": 7, "24": 1}, [{"events": [trade]}])
    {'24': 1, '25': 5}
    """
    after = dict(hours)
    for body in bodies:
        for event in body["events"]:
            if event["type"] == "TradeExecuted":
                hour = str(event["executed_at_ms"] // HOUR_MS)
                after[hour] = after.get(hour, 0) + event["quantity_lots"]
    latest = max(map(int, after), default=0)
    return {hour: lots for hour, lots in after.items() if int(hour) > latest - DAY_HOURS - 1}


def day_volume_lots(hours: Mapping[str, int], at_ms: int) -> int:
    """Return the lots of the 24 hours that came before the present one, and of the present one."""
    first = at_ms // HOUR_MS - DAY_HOURS
    return sum(lots for hour, lots in hours.items() if int(hour) >= first)
