"""Perpetuals among the markets of some runs: their listings, and the paths of their prices.

Their prices move, unlike those of the spot markets: orders follow them, and so do the index prices.
So positions gain and lose, margin binds, and a loss may take more than an account has. In some of
these runs there are two, so that what one loses the other may bear, or lose as well.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.simulation.world import START_MS
from zerodesk.times import iso_ms

PERPETUAL: Final = "BTC-PERP"
SECOND: Final = "ETH-PERP"
SHARE: Final = 0.3
"""In how many runs a perpetual is traded."""

SECOND_SHARE: Final = 0.225
"""In how many of these a second one is: such a run takes a fifth more than with one."""

CRASHES_SHARE: Final = 0.6
"""How many of these begin with somebody who has borrowed to the brim, and gap."""

GAPS: Final = (0.1, 0.15, 0.2, 0.4)
"""By how much of the price: mostly beyond what somebody has."""

REFERENCE: Final = 60_000.0
SECOND_REFERENCE: Final = 3_000.0
PERPETUALS: Final[dict[str, dict[str, Any]]] = {
    PERPETUAL: {
        "quote": "USD",
        "tick_size": "1",
        "lot_size": "0.01",
        "reference_price": "60000",
        "margin": [
            {"from_notional": "0", "initial_bps": 500, "maintenance_bps": 250},
            {"from_notional": "30000", "initial_bps": 5_000, "maintenance_bps": 2_500},
        ],
    },
    SECOND: {
        "quote": "USD",
        "tick_size": "0.5",
        "lot_size": "0.1",
        "reference_price": "3000",
        "margin": [
            {"from_notional": "0", "initial_bps": 1_000, "maintenance_bps": 500},
            {"from_notional": "9000", "initial_bps": 3_000, "maintenance_bps": 1_500},
        ],
    },
}
"""A lot of the second is worth half of one of the first, and needs as much: so it is not always the
larger position whose closing relieves most."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where the price goes: to and fro between two ends, and perhaps down a gap at once, or up one
    that is negative.

    It is enough to take more than somebody has who is on the wrong side of it.
    """

    period_ms: float
    swing: float
    phase: float
    gap: float = 0.0
    gap_at_ms: float = 0.0
    reference: float = REFERENCE

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
        return self.reference * left * (1 + self.swing * (1 - 4 * abs(turn - 0.5)))

    def falls(self, at_ms: float) -> bool:
        """Whether the price goes down at a time, or is about to."""
        if self.gap:
            return at_ms < self.gap_at_ms
        return (at_ms / self.period_ms + self.phase) % 1.0 > 0.5


def source(symbol: str) -> str:
    """Return what the sources of chance of a perpetual begin with.

    What is wanted of the first does not hang on whether there is a second one.
    """
    return "" if symbol == PERPETUAL else "second "


def paths_of(seed: int, duration_ms: float) -> dict[str, Path]:
    """Return where the prices of a run's perpetuals go, nothing in those that trade none."""
    first = _path_of(seed, duration_ms)
    if first is None:
        return {}
    chance = Random(f"second perpetual {seed}")
    if chance.random() >= SECOND_SHARE:
        return {PERPETUAL: first}
    second = replace(
        first,
        reference=SECOND_REFERENCE,
        swing=chance.choice((0.002, 0.05, 0.1)),
        phase=chance.random(),
        gap=first.gap * chance.choice((0.0, 0.5, 1.0)),
    )
    return {PERPETUAL: first, SECOND: second}


def _path_of(seed: int, duration_ms: float) -> Path | None:
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
