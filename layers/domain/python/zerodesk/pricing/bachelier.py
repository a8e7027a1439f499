"""European options on a forward that moves by amounts, not by percentages (Bachelier 1900).

The model of rates that may be negative and of spreads. With the deviation s = volatility sqrt(T)
and d = |forward - strike| / s, the out-of-the-money side is worth s phi(d) (1 - d R(d)).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import Batch, FloatArray, OptionType, option_signs
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, mills_slope, polynomial
from zerodesk.pricing.quotes import ImpliedVolatility, QuoteStatus, answered, time_value

_FAR: Final = 1e6
_TINY: Final = 1e-300

# Deviation over straddle and sqrt(eta) by eta = u / artanh(u), u = moneyness / straddle; 3.3e-4.
_WIDTH_NUMERATOR: Final = (
    3.3352226163193555,
    1.5026632759631728,
    0.11347713926253877,
    0.009756520202987493,
)
_WIDTH_DENOMINATOR: Final = (
    1.0,
    2.7607652904217317,
    0.17948426873591536,
    0.019474764434531822,
)
# Each multiplies the digits by three: 3e-4, 1e-9, nothing left.
_HALLEY_STEPS: Final = 3


def bachelier(
    option_type: OptionType,
    forward: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    discount: ArrayLike,
    volatility: ArrayLike,
) -> FloatArray:
    """Return prices of European options after Bachelier.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    forward, strike : array_like
        Of any sign.
    expiry_years : array_like
        Years, zero or more.
    discount : array_like
        What one unit at expiry is worth now, positive.
    volatility : array_like
        In units of the forward per square root of a year, zero or more.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN where an argument is NaN, infinite or out of its range.

    Raises
    ------
    MalformedCallError
        An option type that does not exist, something else than numbers, or shapes that do not
        broadcast.

    References
    ----------
    Bachelier (1900), "Theorie de la speculation"; Schachermayer and Teichmann (2008), "How close
    are the option pricing formulas of Bachelier and Black-Merton-Scholes?", Mathematical Finance
    18(1), 155-170.

    Examples
    --------
    At the money an option is worth s / sqrt(2 pi): 0.01 / 2.5066.

    >>> round(float(bachelier("call", 0.02, 0.02, 1.0, 1.0, 0.01)), 8)
    0.00398942
    >>> round(float(bachelier("put", -0.005, 0.0, 0.0, 1.0, 0.01)), 8)
    0.005
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        forward=forward,
        strike=strike,
        expiry_years=expiry_years,
        discount=discount,
        volatility=volatility,
    )
    return batch.evaluate(_price)


def _price(
    sign: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    expiry_years: FloatArray,
    discount: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    difference = forward - strike
    deviation = volatility * np.sqrt(expiry_years)
    distance = np.fmin(np.abs(difference) / deviation, _FAR)
    density = INVERSE_SQRT_2PI * np.exp(-0.5 * distance * distance)
    price = deviation * density * mills_slope(distance) + np.maximum(sign * difference, 0.0)
    valid = np.isfinite(price) & np.isfinite(difference + deviation) & np.isfinite(discount)
    valid &= (discount > 0.0) & (volatility >= 0.0)
    return np.where(valid, discount * price, np.nan)


def deviation_guess(price: FloatArray, moneyness: FloatArray) -> FloatArray:
    """Return the deviation that explains an out-of-the-money price, to 3e-4.

    Parameters
    ----------
    price : float64
        Undiscounted, positive.
    moneyness : float64
        |forward - strike|, zero or more.

    References
    ----------
    Coordinates of Choi, Kim and Kwak (2009), "Numerical approximation of the implied volatility
    under arithmetic Brownian motion", Applied Mathematical Finance 16(3), 261-268, with
    coefficients fitted for this module.

    Examples
    --------
    >>> deviation_guess(np.array([0.08331547, 3.98926221]), np.array([1.0, 0.001])).round(2)
    array([ 1., 10.])
    """
    straddle = 2.0 * price
    straddle += moneyness
    eta = moneyness / price
    # 0.5 log1p(m / p) is artanh(u); at the money both vanish and eta is 1.
    half_log = 0.5 * np.log1p(eta)
    eta = moneyness / (straddle * half_log)
    eta = np.where(half_log > _TINY, eta, 1.0)
    width = polynomial(_WIDTH_NUMERATOR, eta)
    width *= np.sqrt(eta)
    width /= polynomial(_WIDTH_DENOMINATOR, eta)
    width *= straddle
    return width


def bachelier_implied_volatility(
    option_type: OptionType,
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    discount: ArrayLike,
) -> ImpliedVolatility:
    """Return the volatility with which `bachelier` gives a price.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    price : array_like
        Zero or more.
    forward, strike : array_like
        Of any sign.
    expiry_years, discount : array_like
        Positive.

    Returns
    -------
    ImpliedVolatility
        Of the shape that the arguments broadcast to. There is no maximum: any price has one.

    Raises
    ------
    MalformedCallError
        As `bachelier`.

    References
    ----------
    Jaeckel (2017), "Implied normal volatility", Wilmott 90, 52-54, for the problem; the steps are
    Halley's.

    Examples
    --------
    >>> implied = bachelier_implied_volatility("call", 0.01, 0.02, 0.02, 1.0, 1.0)
    >>> round(float(implied.volatility), 8)
    0.02506628
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        price=price,
        forward=forward,
        strike=strike,
        expiry_years=expiry_years,
        discount=discount,
    )
    return answered(batch, _implied)


def _implied(
    sign: FloatArray,
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    expiry_years: FloatArray,
    discount: FloatArray,
) -> ImpliedVolatility:
    amount, moneyness, status = time_value(sign, price, forward, strike, discount)
    deviation = deviation_guess(amount, moneyness)
    for _ in range(_HALLEY_STEPS):
        # Halley's step for ln price as a function of ln deviation.
        distance = moneyness / deviation
        square = distance * distance
        slope = mills_slope(distance)
        model = deviation * (INVERSE_SQRT_2PI * np.exp(-0.5 * square)) * slope
        newton = np.log(amount / model) * slope
        curvature = ((square + 1.0) * slope - 1.0) / slope
        deviation = deviation * np.exp(newton / (1.0 + 0.5 * newton * curvature))
    timely = (expiry_years > 0.0) & np.isfinite(expiry_years)
    status = np.where(timely, status, QuoteStatus.INVALID).astype(np.int8)
    volatility = np.where(status == QuoteStatus.OK, deviation / np.sqrt(expiry_years), np.nan)
    volatility = np.where(status == QuoteStatus.ZERO, 0.0, volatility)
    return ImpliedVolatility(volatility, status)
