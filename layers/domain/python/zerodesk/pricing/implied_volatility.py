"""The volatility that explains a price, after Black (1976), to the last places.

A quote is normalised to its out-of-the-money side: c = price / min(forward, strike), with
y = |ln(forward / strike)| and the unknown s = volatility sqrt(T). As s grows c rises from 0 to 1.
What is solved is ln(c / (1 - c)) as a function of ln s, which is smooth from end to end, by two or
three steps of Householder's method of the fourth order from a guess within a tenth.

With near = y / s - s / 2 and far = y / s + s / 2, c is phi(near) (R(near) - R(far)), R the Mills
ratio. There are two ways to compute it, by regime. Short or near: a series in s, since the
difference of two ratios a small s apart would cancel. Otherwise that difference, or, where near is
negative, the sum that makes its complement.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.bachelier import deviation_guess
from zerodesk.pricing.batch import Batch, FloatArray, OptionType, option_signs
from zerodesk.pricing.normal import (
    INVERSE_SQRT_2PI,
    SERIES_DEVIATION,
    SERIES_MONEYNESS,
    inverse_cdf,
    mills_difference,
    mills_ratio,
)
from zerodesk.pricing.quotes import ImpliedVolatility, QuoteStatus, answered, time_value

# From 4 % in the series regime and 10 % outside it; each step takes the fourth power.
_SERIES_STEPS: Final = 2
_DIRECT_STEPS: Final = 3
# The normalised price from which the guess of saturation is the better one.
_SATURATED: Final = 0.65
_TINY: Final = 1e-300
# Numbers below have lost their digits, and their price its volatility.
_SMALLEST: Final = 2.0**-1022


def implied_volatility(
    option_type: OptionType,
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    discount: ArrayLike,
) -> ImpliedVolatility:
    """Return the volatility with which Black's formula gives a price.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    price : array_like
        Zero or more, in the currency of the strike.
    forward, strike : array_like
        Positive. On a spot the forward is spot exp((rate - dividend_yield) expiry_years).
    expiry_years : array_like
        Years, positive.
    discount : array_like
        What one unit at expiry is worth now, exp(-rate expiry_years); positive.

    Returns
    -------
    ImpliedVolatility
        Per square root of a year, and a `QuoteStatus` for each, of the shape that the arguments
        broadcast to. The volatility is 0 with status ZERO, and NaN with any other but OK.

    Raises
    ------
    MalformedCallError
        An option type that does not exist, something else than numbers, or shapes that do not
        broadcast.

    Notes
    -----
    The relative error is a few units in the last place, plus what the last place of the price
    means for the volatility: eps price / (vega volatility).

    References
    ----------
    Jaeckel (2015), "Let's be rational", Wilmott 75, 40-53, for the normalisation; Householder
    (1970), "The numerical treatment of a single nonlinear equation", for the steps.

    Examples
    --------
    >>> implied = implied_volatility("call", 7.965567455405797, 100, 100, 1, 1)
    >>> round(float(implied.volatility), 15), QuoteStatus(implied.status).name
    (0.2, 'OK')
    >>> chain = implied_volatility("put", [5.0, 0.0, -1.0, 95.0], 100, 95, 0.5, 1.0)
    >>> chain.volatility.round(4), chain.status
    (array([0.2632, 0.    ,    nan,    nan]), array([0, 1, 2, 3], dtype=int8))
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
    sign, price, forward, strike, expiry_years, discount = np.broadcast_arrays(
        *map(np.atleast_1d, (sign, price, forward, strike, expiry_years, discount))
    )
    amount, moneyness, status = time_value(sign, price, forward, strike, discount)
    smaller = np.minimum(forward, strike)
    status[(status == QuoteStatus.OK) & (amount >= smaller)] = QuoteStatus.ABOVE_MAXIMUM
    valid = (smaller > 0.0) & (expiry_years > 0.0) & np.isfinite(expiry_years)
    status[~valid] = QuoteStatus.INVALID
    # forward - strike is exact where they are near, and so keeps the digits of a small y.
    y = np.log1p(moneyness / smaller)
    normalised = amount / smaller
    status[(status == QuoteStatus.OK) & (normalised < _SMALLEST)] = QuoteStatus.ZERO
    deviation = normalised_deviation(y, normalised)
    volatility = np.where(status == QuoteStatus.OK, deviation / np.sqrt(expiry_years), np.nan)
    volatility[status == QuoteStatus.ZERO] = 0.0
    return ImpliedVolatility(volatility, status)


def normalised_deviation(y: FloatArray, price: FloatArray) -> FloatArray:
    """Return s, volatility times the root of time, of normalised prices.

    Parameters
    ----------
    y : float64, shape (n,)
        |ln(forward / strike)|. Not checked: this is an inner loop.
    price : float64, shape (n,)
        Undiscounted, of the option out of the money, over the smaller of forward and strike:
        between 2^-1022 and 1.

    Examples
    --------
    >>> normalised_deviation(np.array([0.0, 0.1]), np.array([0.079656, 0.041482])).round(5)
    array([0.2, 0.2])
    """
    guess = _guess(y, price)
    short = (guess <= SERIES_DEVIATION) & (y <= SERIES_MONEYNESS)
    if short.all():
        return _by_series(y, price, guess)
    deviation = np.empty_like(guess)
    deviation[short] = _by_series(y[short], price[short], guess[short])
    other = ~short
    wide = _wide_guess(y[other], price[other], guess[other])
    deviation[other] = _directly(y[other], price[other], wide)
    return deviation


def _guess(y: FloatArray, price: FloatArray) -> FloatArray:
    """Return Bachelier's deviation for the price over the geometric mean of forward and strike."""
    return deviation_guess(np.maximum(price * np.exp(-0.5 * y), _TINY), y)


def _wide_guess(y: FloatArray, price: FloatArray, guess: FloatArray) -> FloatArray:
    """Return s within a tenth, where Bachelier's is too far off."""
    for _ in range(2):
        # Black's price lacks a factor of exp(s^2 / 24) at the money, exp(s^2 / 8) far from it.
        square = (y / guess) ** 2
        lack = guess * guess * (1.0 + 2.0 * square / (square + 3.0)) / 24.0
        guess = _guess(y, price * np.exp(lack))
    # Where s is large, 1 - c is about 2 Phi(-d1), and s = d1 + sqrt(d1^2 + 2 y).
    d1 = -inverse_cdf(0.5 * (1.0 - price))
    saturated = d1 + np.sqrt(d1 * d1 + 2.0 * y)
    return np.where(price > _SATURATED, saturated, guess)


def _by_series(y: FloatArray, price: FloatArray, deviation: FloatArray) -> FloatArray:
    complement = 1.0 - price
    for _ in range(_SERIES_STEPS):
        distance = y / deviation
        half = 0.5 * deviation
        per_density = mills_difference(distance, half)
        density = _density(distance - half)
        density *= deviation
        model = density * per_density
        model_complement = 1.0 - model
        residual = np.log(model / price * (complement / model_complement))
        low, high = 1.0 / per_density, density / model_complement
        step = _step(residual, low, high, distance * distance, half * half)
        deviation = deviation * np.exp(step)
    return deviation


def _directly(y: FloatArray, price: FloatArray, deviation: FloatArray) -> FloatArray:
    complement = 1.0 - price
    for _ in range(_DIRECT_STEPS):
        distance = y / deviation
        half = 0.5 * deviation
        near = distance - half
        density = _density(near)
        difference = np.copysign(mills_ratio(np.abs(near)), near)
        difference -= mills_ratio(distance + half)
        difference *= density
        # Below s = sqrt(2 y) that is the price; above it is minus the complement.
        is_low = near >= 0.0
        model = np.where(is_low, difference, 1.0 + difference)
        model_complement = np.where(is_low, 1.0 - difference, -difference)
        residual = np.log(model / price * (complement / model_complement))
        density *= deviation
        low, high = density / model, density / model_complement
        step = _step(residual, low, high, distance * distance, half * half)
        deviation = deviation * np.exp(step)
    return deviation


def _density(near: FloatArray) -> FloatArray:
    """Return the derivative of c by s."""
    exponent = near * near
    exponent *= -0.5
    density: FloatArray = np.exp(exponent)
    density *= INVERSE_SQRT_2PI
    return density


def _step(
    residual: FloatArray,
    low: FloatArray,
    high: FloatArray,
    square: FloatArray,
    quarter: FloatArray,
) -> FloatArray:
    """Return Householder's step in ln s.

    ``square`` is (y / s)^2, ``quarter`` s^2 / 4.

    ``low`` and ``high`` are s c' over c and over 1 - c. With these the logarithm of
    their ratio has, by ln s, the first derivative low + high, and ratios ``second`` and ``third``
    of the next two to it.
    """
    curvature = square - quarter
    skew = high - low
    bend = curvature + skew
    third = bend * bend - 3.0 * square - quarter + curvature * skew + low * low + high * high
    third += 3.0 * bend + 1.0
    second = bend + 1.0
    newton = -residual / (low + high)
    return newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + third * newton / 6.0))
