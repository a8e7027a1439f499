"""Risk arrays by a model: what one lot makes in each scenario of price and volatility.

Analytics: it needs numpy and is imported by name. Spot and perpetuals move with the price, options
after Black (1976) on the underlying's price as their forward.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from zerodesk.derivatives import OptionType
from zerodesk.money import BASIS_POINTS, MAX_EXACT
from zerodesk.pricing.black_scholes import black76
from zerodesk.risk.portfolio import PER_UNIT, RiskArray
from zerodesk.risk.scenarios import SCENARIOS, ScanRanges

MODEL_VERSION: Final = 1
YEAR_MS: Final = 365 * 24 * 3_600_000


class ArrayTooLargeError(ValueError):
    """A lot that could make more than the venue settles."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """An instrument as the model needs it. An option has a strike, an end and a volatility."""

    symbol: str
    option_type: OptionType | None = None
    strike: float = 0.0
    years: float = 0.0
    volatility: float = 0.0
    expiry: str = ""
    day_volume_lots: int | None = None


def risk_arrays(
    instruments: Sequence[Modelled], mark: float, lot_minor: float, ranges: ScanRanges
) -> list[RiskArray]:
    """Return the array of each instrument, in whole minor units.

    Parameters
    ----------
    instruments
        Of one underlying.
    mark
        The underlying's price, in units of the quote currency.
    lot_minor
        What a price of one makes of one lot, minor units.
    ranges
        How far a scenario goes.

    Raises
    ------
    ArrayTooLargeError
        A lot is worth more than an exact integer of the wire.
    """
    moves = np.array(SCENARIOS)
    prices = mark * np.maximum(1.0 + moves[:, 0] * ranges.price_bps / BASIS_POINTS, 0.0)
    stretch = np.maximum(1.0 + moves[:, 1] * ranges.volatility_bps / BASIS_POINTS, 0.0)
    found = []
    for one in instruments:
        if one.option_type is None:
            now, then, delta = 0.0, prices - mark, 1.0
        else:
            kind, volatility = one.option_type.value.lower(), one.volatility
            told = black76(kind, mark, one.strike, one.years, 0.0, volatility, ("price", "delta"))
            now, delta = float(told["price"]), float(told["delta"])
            then = black76(kind, prices, one.strike, one.years, 0.0, volatility * stretch)["price"]
        profits = np.rint((then - now) * moves[:, 2] * lot_minor)
        if not np.all(np.isfinite(profits)) or np.abs(profits).max() > MAX_EXACT:
            raise ArrayTooLargeError(one.symbol)
        found.append(
            RiskArray(
                symbol=one.symbol,
                version=MODEL_VERSION,
                profit_minor=tuple(int(profit) for profit in profits),
                delta_millionths=round(delta * PER_UNIT),
                expiry=one.expiry,
                is_option=one.option_type is not None,
                value_minor=round(now * lot_minor),
                day_volume_lots=one.day_volume_lots,
            )
        )
    return found
