"""American options: prices, Greeks and implied volatilities.

After Kim (1990) and Andersen, Lake and Offengenden (2016). The price is that of the European option
and a premium, an integral over where exercise pays, see `zerodesk.pricing._premium`. The boundary
of that region is found by collocation, for many options at a time, see
`zerodesk.pricing._exercise`. A call is a put with spot and strike, and rate and yield, changed
over.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing._american import EFFORTS, OUTPUTS, AmericanBlock
from zerodesk.pricing._american_volatility import implied
from zerodesk.pricing.batch import (
    Batch,
    FloatArray,
    MalformedCallError,
    OptionType,
    option_signs,
)
from zerodesk.pricing.quotes import ImpliedVolatility, answered


def american(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    outputs: Sequence[str] = ("price",),
    *,
    accuracy: str = "precise",
) -> dict[str, FloatArray]:
    """Return prices and Greeks of options that may be exercised at any time until they expire.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    spot, strike : array_like
        Per unit of the underlying, in one currency. Zero or more.
    expiry_years : array_like
        Time to expiry, years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year, of any sign.
    volatility : array_like
        Per square root of a year, zero or more.
    outputs : sequence of str
        Some of `OUTPUTS`: price; delta; gamma; vega, per 1.00 of volatility; theta, the change
        with the passing of one year; rho, per 1.00 of rate.
    accuracy : str
        ``"precise"``, errors of some 1e-12 of the larger of spot and strike, below 1e-10, or
        ``"fast"``, of some 1e-9, below 1e-7, in a fifth of the time.

    Returns
    -------
    dict of str to float64
        By the names asked for, each of the shape that the arguments broadcast to. NaN where an
        argument is NaN, infinite, or negative without being a rate, and where no boundary is
        found: at volatilities of 200 % for ten years, it happens. Where exercise is due the price
        is the payoff, the delta +1 or -1 and the other Greeks are zero.

    Raises
    ------
    MalformedCallError
        An output, accuracy or option type that does not exist, something else than numbers, or
        shapes that do not broadcast.

    Notes
    -----
    Waiting always pays where a put's rate is neither positive nor above the dividend yield (for a
    call, the yield and the rate): the option is European then, to the last digit. Where both are
    negative and the yield of a put is the lower of them, exercise lies between two boundaries.

    Without volatility an option is worth its best discounted payoff along the one path there is.

    References
    ----------
    Kim (1990), "The analytic valuation of American options", Review of Financial Studies 3(4),
    547-572; Andersen, Lake and Offengenden (2016), "High-performance American option pricing",
    Journal of Computational Finance 20(1), 39-87; Andersen and Lake (2021), "Fast American option
    pricing: the double-boundary case", Wilmott 116, 30-41.

    Examples
    --------
    Longstaff and Schwartz's first example, S = 36, K = 40, one year, 6 %, 20 %; 4.478 with 50
    dates of exercise a year.

    >>> values = american("put", 36, 40, 1, 0.06, 0, 0.2, outputs=("price", "delta"))
    >>> round(float(values["price"]), 6), round(float(values["delta"]), 6)
    (4.486674, -0.696806)

    A call without dividends is not exercised early:

    >>> round(float(american("call", 42, 40, 0.5, 0.10, 0, 0.20)["price"]), 4)
    4.7594
    """
    for name in outputs:
        if name not in OUTPUTS:
            raise MalformedCallError(f"outputs: no {name!r}; there are {', '.join(OUTPUTS)}")
    _require_accuracy(accuracy)
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
    )
    results = {name: batch.empty() for name in outputs}
    with np.errstate(all="ignore"):
        for where, arguments in batch.blocks():
            block = AmericanBlock(*arguments, outputs=outputs, accuracy=accuracy)
            for name, result in results.items():
                result[where] = block.values[name]
    return {name: batch.shaped(result) for name, result in results.items()}


def american_implied_volatility(
    option_type: OptionType,
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    *,
    accuracy: str = "precise",
) -> ImpliedVolatility:
    """Return the volatility with which `american` gives a price.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    price : array_like
        Zero or more.
    spot, strike : array_like
        Positive.
    expiry_years : array_like
        Years, positive.
    rate, dividend_yield : array_like
        Continuously compounded, per year, of any sign.
    accuracy : str
        Of the prices that are compared, as in `american`.

    Returns
    -------
    ImpliedVolatility
        Per square root of a year, and a `QuoteStatus` for each, of the shape that the arguments
        broadcast to. The volatility is 0 with status ZERO, where the price is no more than what
        the option is worth without any: the payoff, where exercise is due. It is NaN with any
        other status but OK.

    Raises
    ------
    MalformedCallError
        As `american`.

    Notes
    -----
    Newton's method within a bracket, from above: the volatility of the European option of that
    price is never below. The error is that of the price over vega.

    References
    ----------
    Of the prices as in `american`; Press et al., "Numerical Recipes", section 9.4, for Newton's
    method within a bracket.

    Examples
    --------
    >>> implied = american_implied_volatility("put", [4.486674, 4.0, 41.0], 36, 40, 1, 0.06, 0)
    >>> implied.volatility.round(5), implied.status
    (array([0.2, 0. , nan]), array([0, 1, 3], dtype=int8))
    """
    _require_accuracy(accuracy)
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        price=price,
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    return answered(batch, partial(implied, accuracy=accuracy))


def _require_accuracy(accuracy: str) -> None:
    if accuracy not in EFFORTS:
        expected = " or ".join(EFFORTS)
        raise MalformedCallError(f"accuracy: expected {expected}, was {accuracy!r}")
