"""The tape: a market's last 24 hours, one row a minute, so that a day is a bounded sum."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

MINUTE_MS: Final = 60_000
WINDOW_MINUTES: Final = 24 * 60


@dataclass(slots=True)
class Span:
    """What was traded in a span of time. Prices in ticks; turnover in ticks x lots."""

    open_ticks: int
    high_ticks: int
    low_ticks: int
    volume_lots: int = 0
    turnover: int = 0
    trades: int = 0

    def add(self, price_ticks: int, quantity_lots: int) -> None:
        """Take a trade in."""
        self.high_ticks = max(self.high_ticks, price_ticks)
        self.low_ticks = min(self.low_ticks, price_ticks)
        self.volume_lots += quantity_lots
        self.turnover += price_ticks * quantity_lots
        self.trades += 1

    def extend(self, later: "Span") -> None:
        """Take a later span in."""
        self.high_ticks = max(self.high_ticks, later.high_ticks)
        self.low_ticks = min(self.low_ticks, later.low_ticks)
        self.volume_lots += later.volume_lots
        self.turnover += later.turnover
        self.trades += later.trades


class Tape:
    """The fold of a book's trades by minute."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, Span]] = deque(maxlen=WINDOW_MINUTES)

    def apply(self, body: dict[str, Any]) -> None:
        """Take in the trades of the next record of the book."""
        for event in body["events"]:
            if event["type"] == "TradeExecuted":
                price_ticks = event["price_ticks"]
                minute = event["executed_at_ms"] // MINUTE_MS
                if not self._minutes or self._minutes[-1][0] != minute:
                    self._minutes.append((minute, Span(price_ticks, price_ticks, price_ticks)))
                self._minutes[-1][1].add(price_ticks, event["quantity_lots"])

    def day(self, now_ms: int) -> Span | None:
        """Return the 24 hours that end with the minute of ``now_ms``; None without a trade."""
        since = now_ms // MINUTE_MS - WINDOW_MINUTES
        total: Span | None = None
        for minute, span in self._minutes:
            if minute <= since:
                continue
            if total is None:
                total = Span(span.open_ticks, span.high_ticks, span.low_ticks)
            total.extend(span)
        return total
