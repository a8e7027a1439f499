"""Make the sample file: trades that behave like recorded ones, the same for the same seed.

    python -m zerodesk_client.formats.sample > tests/data/sample_trades.csv

Prices come in runs and bounce between two sides of a spread; sizes are mostly round lots; a few
prints jump more than 50 basis points and back, as late reports on a real tape do; once the level
itself shifts. Only ``Random.random`` is drawn from, whose sequence Python keeps across versions.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from zerodesk_client.api.decode import timestamp
from zerodesk_client.formats.zerodesk_trades import HEADER

SEED: Final = 20131008
TRADES: Final = 1_000
OPENING: Final = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
FIRST_PRICE_CENTS: Final = 41_235
SHIFT_AT: Final = 0.62
"""Where in the file the level shifts by ``SHIFT_CENTS``, as after a piece of news."""
SHIFT_CENTS: Final = -260
LATE_REPORT_CENTS: Final = 290

SIZES: Final = (
    (0.58, 100, 100, 1),
    (0.80, 200, 100, 8),
    (0.985, 1, 1, 99),
    (1.0, 5_000, 100, 150),
)
"""Kinds of sizes: cumulative chance, smallest, step, how many; round lots, multiples, odd lots,
blocks."""

RUN_ENDS: Final = 0.38
LEVEL_MOVES: Final = 0.22
LATE_REPORTS: Final = 0.006
BURSTS: Final = 0.55
UP_TICKS: Final = 0.5


def sample_lines(seed: int = SEED, trades: int = TRADES) -> Iterator[str]:
    """Yield the lines of the file, header first, without line ends."""
    draw = random.Random(seed).random  # noqa: S311 - the same file each time is the point
    yield ",".join(HEADER)
    at, bid_cents, price_cents = OPENING, FIRST_PRICE_CENTS, FIRST_PRICE_CENTS
    for number in range(trades):
        if draw() >= BURSTS:
            at += timedelta(milliseconds=1 + int(draw() * 900))
        if number == int(trades * SHIFT_AT):
            bid_cents += SHIFT_CENTS
            price_cents = bid_cents
        elif draw() < RUN_ENDS:
            if draw() < LEVEL_MOVES:
                bid_cents += 1 if draw() < UP_TICKS else -1
            price_cents = bid_cents + int(draw() * 2)
        late = draw() < LATE_REPORTS
        printed_cents = price_cents + (LATE_REPORT_CENTS if late else 0)
        price = f"{printed_cents // 100}.{printed_cents % 100:02d}"
        yield f"{timestamp(at)},{price},{_size(draw(), draw())}"


def _size(chance: float, place: float) -> int:
    """Return shares: the kind of size by ``chance``, the size within it by ``place``."""
    for below, smallest, step, sizes in SIZES:
        if chance < below:
            return smallest + step * int(place * sizes)
    raise AssertionError(f"the last kind covers every chance below 1, not {chance}")


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in sample_lines())
