"""Options among the markets of some runs: a call and a put that end while orders come.

Both are far in the money, so that what they are worth moves with the index and never comes to
nothing, and orders around one price find each other. The venue has known the index for half an hour
when a run begins, and some seconds into it they expire.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

EXPIRY_MS: Final = 1_764_057_600_000
"""2025-11-25T08:00:00Z, as the symbols say."""

AHEAD_MS: Final = 20_000
"""How long before it a run begins."""

BEGINS_MS: Final = EXPIRY_MS - AHEAD_MS
SHARE: Final = 0.12
"""How many of the runs that trade no perpetual trade options."""

UNDERLYING: Final = "BTC-USD"
LEVELS: Final = {"BTC-25NOV25-50000-C": 10_000.0, "BTC-25NOV25-66000-P": 6_000.0}
"""The options, and around what they trade."""

LISTING: Final[dict[str, Any]] = {
    "quote": "USD",
    "tick_size": "1",
    "lot_size": "0.01",
    "reference_price": "8000",
    "collar_bps": 5_000,
}
OPTIONS: Final[dict[str, dict[str, Any]]] = dict.fromkeys(LEVELS, LISTING)

HALF_HOUR: Final = tuple(
    (EXPIRY_MS - minutes * 60_000, 60_000 + 37 * (minutes % 9) - 150)
    for minutes in range(33, 0, -3)
)
"""When the index was what before a run begins: without a gap, as expiry wants it."""

ENDS_AT: Final = (0.5, 0.9, 1.2)
"""Where in its traffic they expire: mostly within it, or behind it all."""

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
