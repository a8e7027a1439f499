"""What the participants of a demo did, counted across their threads."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from zerodesk_client.api import Client, NewOrder, Order
from zerodesk_client.latency import LatencyRecorder, Percentiles


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts so far. ``orders_per_s`` is over the whole time of trading."""

    seconds: float
    orders: int
    orders_per_s: float
    cancels: int
    statuses: dict[str, int]
    refusals: dict[str, int]
    recent: Percentiles
    latency: Percentiles


class Tally:
    """Counts orders, answers and latencies; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latencies = LatencyRecorder()
        self._statuses: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._cancels = 0
        self._started_s: float | None = None
        self._stopped_s: float | None = None

    @property
    def started_s(self) -> float | None:
        """When the first answer came, on the monotonic clock; None before.

        Functions that nobody has called for a while start cold: the time of trading begins once
        the first order has found its way.
        """
        return self._started_s

    def stop(self) -> None:
        """End the time of trading."""
        self._stopped_s = time.monotonic()

    def place(self, client: Client, order: NewOrder) -> Order:
        """Place an order, and count it with its answer and the time to it."""
        started_s = time.monotonic()
        placed = client.place_order(order)
        self._latencies.add(time.monotonic() - started_s)
        with self._lock:
            self._started_s = self._started_s or time.monotonic()
            self._statuses[placed.status.value] += 1
            if placed.rejection is not None:
                self._refusals[placed.rejection.code] += 1
        return placed

    def cancelled(self) -> None:
        """Count a cancel."""
        with self._lock:
            self._cancels += 1

    def refused(self, code: str) -> None:
        """Count a problem that a participant met."""
        with self._lock:
            self._refusals[code] += 1

    def totals(self) -> Totals:
        """Return the counts so far."""
        now_s = self._stopped_s or time.monotonic()
        seconds = now_s - (self._started_s or now_s)
        with self._lock:
            statuses, refusals = dict(self._statuses), dict(self._refusals)
        orders = self._latencies.count
        return Totals(
            seconds=seconds,
            orders=orders,
            orders_per_s=orders / seconds if seconds > 0 else 0.0,
            cancels=self._cancels,
            statuses=statuses,
            refusals=refusals,
            recent=self._latencies.recent(),
            latency=self._latencies.total(),
        )


def to_step(amount: Decimal, step: Decimal) -> Decimal:
    """Return ``amount`` rounded to a whole number of steps, at least one.

    Examples
    --------
    >>> to_step(Decimal("0.12345"), Decimal("0.0001"))
    Decimal('0.1234')
    """
    return max(Decimal(1), (amount / step).to_integral_value()) * step
