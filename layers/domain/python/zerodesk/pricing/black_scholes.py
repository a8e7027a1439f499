"""European options after Black, Scholes and Merton (1973) and Black (1976).

Prices and twelve Greeks; `zerodesk.pricing._european` has the formulas.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing._european import EuropeanBlock, ForwardBlock
from zerodesk.pricing.batch import (
    Batch,
    FloatArray,
    MalformedCallError,
    OptionType,
    option_signs,
)

OUTPUTS: Final = (
    "price",
    "delta",
    "gamma",
    "vega",
    "theta",
    "rho",
    "vanna",
    "volga",
    "charm",
    "speed",
    "zomma",
    "color",
    "veta",
)
"""What `black_scholes` and `black76` can tell of an option."""


def _evaluate(
    block: type[EuropeanBlock], batch: Batch, outputs: Sequence[str]
) -> dict[str, FloatArray]:
    for name in outputs:
        if name not in OUTPUTS:
            raise MalformedCallError(f"outputs: no {name!r}; there are {', '.join(OUTPUTS)}")
    results = {name: batch.empty() for name in outputs}
    with np.errstate(all="ignore"):
        for where, arguments in batch.blocks():
            values = block(*arguments)
            for name, result in results.items():
                result[where] = getattr(values, name)
    return {name: batch.shaped(result) for name, result in results.items()}


def black_scholes(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    outputs: Sequence[str] = ("price",),
) -> dict[str, FloatArray]:
    """Return prices and Greeks of European options, after Black, Scholes and Merton.

    Only what ``outputs`` names is computed, in one pass.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    spot, strike : array_like
        Per unit of the underlying, in one currency. Zero or more; Greeks by spot need more.
    expiry_years : array_like
        Time to expiry, years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year, of any sign. A currency's foreign rate is a dividend
        yield; for a commodity it is the rate less the cost of carry.
    volatility : array_like
        Per square root of a year, zero or more.
    outputs : sequence of str
        Some of `OUTPUTS`: price; delta; gamma; vega, per 1.00 of volatility; theta, the change
        with the passing of one year; rho, per 1.00 of rate; vanna, of delta per 1.00 of
        volatility; volga, of vega; charm, color and veta, of delta, gamma and vega with the
        passing of one year; speed, of gamma by spot; zomma, of gamma per 1.00 of volatility.

    Returns
    -------
    dict of str to float64
        By the names asked for, each of the shape that the arguments broadcast to. NaN where an
        argument is NaN, infinite, or negative without being a rate.

    Raises
    ------
    MalformedCallError
        An output or option type that does not exist, something else than numbers, or shapes that
        do not broadcast.

    Notes
    -----
    Without volatility or time the price is what the legs are worth, max(S exp(-qT) - K exp(-rT),
    0) for a call, and the Greeks are its derivatives, from below where it has a kink.

    The relative error of the price is a few units in the last place times its elasticity, spot
    times delta over price: as small as the rounding of ``spot`` itself allows. Call less put
    is the difference of the legs within one unit in the last place of the larger, the legs as
    binary64 has them. What the exponents' rounding does to the legs themselves is on top: within
    4 units in all while rT and qT are below 4, and up to 9 at 10.

    References
    ----------
    Black and Scholes (1973), Journal of Political Economy 81(3), 637-654; Merton (1973), Bell
    Journal of Economics 4(1), 141-183. Greeks as in Haug (2007), "The Complete Guide to Option
    Pricing Formulas", chapter 2.

    Examples
    --------
    Hull's example, S = 42, K = 40, six months, 10 %, 20 %: the call is worth 4.76.

    >>> values = black_scholes("call", 42, 40, 0.5, 0.10, 0, 0.20, outputs=("price", "delta"))
    >>> round(float(values["price"]), 4), round(float(values["delta"]), 4)
    (4.7594, 0.7791)

    A chain of strikes at two expiries:

    >>> strikes, expiries = np.array([90.0, 100.0, 110.0]), np.array([[0.25], [1.0]])
    >>> black_scholes("put", 100, strikes, expiries, 0.02, 0, 0.3)["price"].round(2)
    array([[ 1.91,  5.72, 12.09],
           [ 6.29, 10.84, 16.69]])
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
    )
    return _evaluate(EuropeanBlock, batch, outputs)


def black76(
    option_type: OptionType,
    forward: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    volatility: ArrayLike,
    outputs: Sequence[str] = ("price",),
) -> dict[str, FloatArray]:
    """Return prices and Greeks of European options on a forward or future, after Black.

    As `black_scholes`, with the forward in the place of the spot and nothing to carry: delta,
    gamma, vanna and speed are by the forward, and rho holds the forward where it is, so it is
    minus the time to expiry times the price.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    forward, strike : array_like
        Per unit of the underlying, zero or more.
    expiry_years : array_like
        Years, zero or more.
    rate : array_like
        For discounting; continuously compounded, per year, of any sign.
    volatility : array_like
        Per square root of a year, zero or more.
    outputs : sequence of str
        Some of `OUTPUTS`.

    Returns
    -------
    dict of str to float64
        By the names asked for, each of the shape that the arguments broadcast to; NaN as in
        `black_scholes`.

    Raises
    ------
    MalformedCallError
        As `black_scholes`.

    References
    ----------
    Black (1976), "The pricing of commodity contracts", Journal of Financial Economics 3, 167-179.

    Examples
    --------
    Haug's example: futures at 19, strike 19, nine months, 10 %, 28 %; 1.7011.

    >>> round(float(black76("put", 19, 19, 0.75, 0.10, 0.28)["price"]), 4)
    1.7011
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        forward=forward,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        volatility=volatility,
    )
    return _evaluate(ForwardBlock, batch, outputs)
