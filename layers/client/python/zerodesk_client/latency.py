"""Latencies of many threads, and their percentiles."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

RECENT: Final = 500
"""How many of the latest latencies the percentiles of a running display cover."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Latencies in milliseconds; None where nothing was measured."""

    count: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None


def percentiles(latencies_s: Iterable[float]) -> Percentiles:
    """Return the percentiles by nearest rank: each is a latency that was measured.

    Examples
    --------
    >>> percentiles(n / 1000 for n in range(1, 101))
    Percentiles(count=100, p50_ms=50.0, p95_ms=95.0, p99_ms=99.0, max_ms=100.0)
    """
    ordered = sorted(latencies_s)
    if not ordered:
        return Percentiles(0, None, None, None, None)

    def nearest_ms(percent: int) -> float:
        return round(ordered[ceil(len(ordered) * percent / 100) - 1] * 1000, 1)

    return Percentiles(len(ordered), *(nearest_ms(percent) for percent in (50, 95, 99, 100)))


class LatencyRecorder:
    """Collects latencies; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all_s: list[float] = []
        self._recent_s: deque[float] = deque(maxlen=RECENT)

    def add(self, latency_s: float) -> None:
        """Record one latency."""
        with self._lock:
            self._all_s.append(latency_s)
            self._recent_s.append(latency_s)

    @property
    def count(self) -> int:
        """How many were recorded."""
        return len(self._all_s)

    def total(self) -> Percentiles:
        """Return the percentiles of all."""
        with self._lock:
            copy = list(self._all_s)
        return percentiles(copy)

    def recent(self) -> Percentiles:
        """Return the percentiles of the latest."""
        with self._lock:
            copy = list(self._recent_s)
        return percentiles(copy)
