"""Digital options: all or nothing at expiry."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing._european import EuropeanBlock
from zerodesk.pricing.batch import Batch, FloatArray, OptionType, choices, option_signs

CASH: Final = 0.0
ASSET: Final = 1.0


def digital(
    payoff: OptionType,
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
) -> FloatArray:
    """Return prices of cash-or-nothing and asset-or-nothing options, after Black and Scholes.

    Parameters
    ----------
    payoff : str or array_like
        ``"cash"`` pays 1, ``"asset"`` one unit of the underlying; or an array of these, or of 0
        and 1.
    option_type : str or array_like
        ``"call"`` pays above the strike, ``"put"`` below; or an array of these, or of +1 and -1.
    spot, strike : array_like
        Per unit of the underlying, positive.
    expiry_years : array_like
        Years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year.
    volatility : array_like
        Per square root of a year, zero or more.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN where an argument is NaN, infinite or out of its range. Relative accuracy is kept
        where the price is small. Without volatility or time, exactly at the strike, a put pays.

    Raises
    ------
    MalformedCallError
        A payoff or option type that does not exist, something else than numbers, or shapes that
        do not broadcast.

    References
    ----------
    Reiner and Rubinstein (1991), "Unscrambling the binary code", Risk 4(9), 75-83.

    Examples
    --------
    Haug's example: pays 10 if futures at 100 end below 80, nine months, 6 %, 35 %; 2.6710.

    >>> round(10 * float(digital("cash", "put", 100, 80, 0.75, 0.06, 0.06, 0.35)), 4)
    2.671
    """
    batch = Batch(
        payoff=choices("payoff", payoff, {"cash": CASH, "asset": ASSET}),
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
    )
    return batch.evaluate(_price)


def _price(payoff: FloatArray, sign: FloatArray, *terms: FloatArray) -> FloatArray:
    block = EuropeanBlock(sign, *terms)
    asset_leg, bond_leg = block.legs
    return np.where(payoff == ASSET, asset_leg, bond_leg / block.strike)
