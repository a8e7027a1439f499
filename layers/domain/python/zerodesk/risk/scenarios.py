"""The scenarios in which portfolios are valued: nine prices by two volatilities, and two extremes.

After CME's SPAN. Of the extremes, which are three times as far, a third counts.
"""

from typing import Final, NamedTuple


class Scenario(NamedTuple):
    """A move of price and volatility, in shares of the ranges, and how much of it counts."""

    price: float
    volatility: float
    weight: float = 1.0


SCENARIOS: Final = (
    *(
        Scenario(price / 4.0, volatility)
        for price in (0, 1, -1, 2, -2, 3, -3, 4, -4)
        for volatility in (1.0, -1.0)
    ),
    Scenario(3.0, 0.0, 0.35),
    Scenario(-3.0, 0.0, 0.35),
)


class ScanRanges(NamedTuple):
    """How far a scenario goes: a share of the price, and one of the volatility, basis points."""

    price_bps: int = 1_500
    volatility_bps: int = 2_500


RANGES: Final = ScanRanges()
"""How far they go where nobody says otherwise."""
