"""A perpetual among the markets of some runs: its listing, and the path of its price.

Its price moves, unlike those of the spot markets: orders follow it, and so do the index prices. So
positions gain and lose, margin binds, and a loss may take more than an account has.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.simulation.world import START_MS
from zerodesk.times import iso_ms

PERPETUAL: Final = "BTC-PERP"
SHARE: Final = 0.3
"""In how many runs a perpetual is traded."""

CRASHES_SHARE: Final = 0.6
"""How many of these begin with somebody who has borrowed to the brim, and gap."""

GAPS: Final = (0.1, 0.15, 0.2, 0.4)
"""By how much of the price: mostly beyond what somebody has."""

REFERENCE: Final = 60_000.0
LISTING: Final[dict[str, Any]] = {
    "quote": "USD",
    "tick_size": "1",
    "lot_size": "0.01",
    "reference_price": "60000",
    "margin": [
        {"from_notional": "0", "initial_bps": 500, "maintenance_bps": 250},
        {"from_notional": "30000", "initial_bps": 5_000, "maintenance_bps": 2_500},
    ],
}


@dataclass(frozen=True, slots=True)
class Path:
    """Where the price goes: to and fro between two ends, and perhaps down a gap at once.

    It is enough to take more than somebody has who is on the wrong side of it.
    """

    period_ms: float
    swing: float
    phase: float
    gap: float = 0.0
    gap_at_ms: float = 0.0

    def at(self, at_ms: float) -> float:
        """Return the price at a time.

        Examples
        --------
        >>> Path(period_ms=100.0, swing=0.1, phase=0.0).at(25.0)
        60000.0
        >>> Path(period_ms=100.0, swing=0.1, phase=0.0).at(50.0)
        66000.0
        """
        turn = (at_ms / self.period_ms + self.phase) % 1.0
        left = 1 - self.gap if at_ms >= self.gap_at_ms else 1
        return REFERENCE * left * (1 + self.swing * (1 - 4 * abs(turn - 0.5)))

    def falls(self, at_ms: float) -> bool:
        """Whether the price goes down at a time, or is about to."""
        if self.gap:
            return at_ms < self.gap_at_ms
        return (at_ms / self.period_ms + self.phase) % 1.0 > 0.5


def path_of(seed: int, duration_ms: float) -> Path | None:
    """Return where the price of the perpetual goes in a run, None in those that trade none."""
    chance = Random(f"futures {seed}")
    if chance.random() >= SHARE:
        return None
    period_ms = max(1.0, duration_ms) / chance.choice((0.5, 1, 2))
    gap, at_ms = chance.choice((0.0, 0.0, 0.4)), duration_ms * chance.uniform(0.3, 0.7)
    if crashes(seed):
        gap = Random(f"gap {seed}").choice(GAPS)
    return Path(period_ms, chance.choice((0.002, 0.05, 0.1)), chance.random(), gap, at_ms)


def crashes(seed: int) -> bool:
    """Whether a run that trades a perpetual sees somebody liquidated, by all appearances."""
    return Random(f"crash {seed}").random() < CRASHES_SHARE


def observed(at_ms: float, begins_ms: int = START_MS) -> str:
    """Return when a price was observed that is told so long after the start."""
    return iso_ms(begins_ms + int(at_ms))
