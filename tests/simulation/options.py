"""Options among the markets of some runs: a call and a put that end while orders come.

Both are far in the money, so that what they are worth moves with the index, and orders around one
price find each other. The venue has known the index for half an hour when a run begins, and they
expire a minute and a half into it. In most of these runs the index jumps before, away from somebody
who has written as much as its margin bears.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from tests.simulation.perpetuals import Path

EXPIRY_MS: Final = 1_764_057_600_000
"""2025-11-25T08:00:00Z, as the symbols say."""

AHEAD_MS: Final = 90_000
"""How long before it a run begins: behind a jump there is time for a liquidation, or nearly."""

BEGINS_MS: Final = EXPIRY_MS - AHEAD_MS
SHARE: Final = 0.12
"""How many of the runs that trade no perpetual trade options."""

UNDERLYING: Final = "BTC-USD"
INDEX: Final = 60_000.0
CALL: Final = "BTC-25NOV25-50000-C"
PUT: Final = "BTC-25NOV25-66000-P"
STRIKES: Final = {CALL: 50_000.0, PUT: 66_000.0}
LEAST: Final = 20.0
"""Around what an option trades that is worth nothing any more."""

LISTING: Final[dict[str, Any]] = {
    "quote": "USD",
    "tick_size": "1",
    "lot_size": "0.01",
    "reference_price": "8000",
    "collar_bps": 5_000,
}
OPTIONS: Final[dict[str, dict[str, Any]]] = dict.fromkeys(STRIKES, LISTING)

HALF_HOUR: Final = tuple(
    (EXPIRY_MS - minutes * 60_000, 60_000 + 37 * (minutes % 9) - 150)
    for minutes in range(33, 0, -3)
)
"""When the index was what before a run begins: without a gap, as expiry wants it."""

ENDS_AT: Final = (0.5, 0.9, 1.2)
"""Where in its traffic they expire: mostly within it, or behind it all."""

JUMPS_SHARE: Final = 0.7
"""In how many of these runs the index jumps."""

JUMPS: Final = (0.08, 0.15, 0.25, 0.35)
"""By how much of the price: up to more than buying back what was written leaves of an account."""

JUMPS_AT: Final = (0.15, 0.5)
"""Between which parts of the time until they expire."""

WRITTEN: Final = ((12, 6), (12, 6, 4), (14, 7, 4))
"""How many lots somebody writes of what will cost more, one after the other: each order is paid for
before there is margin for the next."""

WRITTEN_EACH_MS: Final = 2_500
BOUGHT: Final = (0, 0, 4, 8)
"""How many it has of the other option beside them."""

EXPIRIES: Final = (
    {"expiry_years": 0.011, "theta": 0.0036, "psi": 0.04},
    {"expiry_years": 0.11, "theta": 0.036, "psi": 0.12},
)
WAVES: Final = 5
SURFACE: Final[dict[str, Any]] = {
    "format": "zerodesk.surface",
    "version": 1,
    "underlying": "BTC",
    "as_of": "2025-11-25T07:00:00Z",
    "model": "essvi",
    "inputs_sha256": "0f" * 32,
    "expiries": [
        {"forward": 60_000.0, "discount": 1.0, "rho": -0.2} | expiry for expiry in EXPIRIES
    ],
}


def trades_options(seed: int) -> bool:
    """Whether a run that trades no perpetual trades options."""
    return Random(f"an option {seed}").random() < SHARE


def is_option(symbol: str) -> bool:
    """Whether a symbol names a right to be paid at a day."""
    return symbol.endswith(("-C", "-P"))


def lasts_ms(seed: int) -> float:
    """Return how long orders come in a run that trades them."""
    return AHEAD_MS / Random(f"expiry {seed}").choice(ENDS_AT)


def index_of(seed: int) -> Path:
    """Return where the index goes in a run that trades them: nowhere, or up or down a jump."""
    chance = Random(f"index {seed}")
    jumps, by = chance.random() < JUMPS_SHARE, chance.choice((-1, 1)) * chance.choice(JUMPS)
    at_ms = AHEAD_MS * chance.uniform(*JUMPS_AT)
    return Path(AHEAD_MS, 0.0, 0.0, by if jumps else 0.0, at_ms, INDEX)


def level_of(symbol: str, index: float) -> float:
    """Return around what an option trades at an index: what it would pay.

    Examples
    --------
    >>> [level_of(symbol, 60_000.0) for symbol in STRIKES]
    [10000.0, 6000.0]
    >>> level_of(PUT, 69_000.0)
    20.0
    """
    pays = index - STRIKES[symbol]
    return max(LEAST, float(round(pays if symbol == CALL else -pays)))


def in_waves(share: float) -> float:
    """Return when an order comes before which a share of all have come: dense where a wave begins.

    Examples
    --------
    >>> in_waves(0.0), in_waves(0.1), in_waves(0.2)
    (0.0, 0.025, 0.2)
    """
    wave, within = divmod(share * WAVES, 1.0)
    return (wave + within**3) / WAVES


def index_before() -> Iterator[tuple[int, str]]:
    """Yield when before a run the index was what."""
    for at_ms, price in HALF_HOUR:
        yield at_ms, str(price)
