"""The volatility that explains a price, after Black (1976), to the last places.

A quote is normalised to its out-of-the-money side: c = price / min(forward, strike), with
y = |ln(forward / strike)| and the unknown s = volatility sqrt(T). As s grows c rises from 0 to 1.
What is solved is ln(c / (1 - c)) as a function of ln s, which is smooth from end to end, by two or
three steps of Householder's method of the fourth order from a guess within a tenth.

With near = y / s - s / 2 and far = y / s + s / 2, c is phi(near) (R(near) - R(far)), R the Mills
ratio. There are two ways to compute it, by regime. Short or near: a series in s, since the
difference of two ratios a small s apart would cancel. Otherwise that difference, or, where near is
negative, the sum that makes its complement.

What rounding takes from the price on the way in, and from the volatility on the way out, is carried
along. Near the money, where the price is all but in proportion to s, it is told by how it differs.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zerodesk.pricing.bachelier import deviation_guess
from zerodesk.pricing.batch import Batch, BoolArray, FloatArray, OptionType, option_signs
from zerodesk.pricing.compensated import difference_error, product_remainder
from zerodesk.pricing.normal import (
    INVERSE_SQRT_2PI,
    SERIES_DEVIATION,
    SERIES_MONEYNESS,
    inverse_cdf,
    mills_difference,
    mills_excess,
    mills_ratio,
)
from zerodesk.pricing.quotes import (
    ImpliedVolatility,
    QuoteStatus,
    answered,
    rounded_away,
    time_value,
)

# From 4 % in the series regime and 10 % outside it; each step takes the fourth power.
_SERIES_STEPS: Final = 2
_DIRECT_STEPS: Final = 3
# The normalised price from which the guess of saturation is the better one.
_SATURATED: Final = 0.65
_TINY: Final = 1e-300
# Up to here, in deviations from the money and in half a deviation, a price is told by its lead.
_NEAR: Final = 0.4
# 1 / sqrt(2 pi) beyond its last place.
_CONSTANT_REST: Final = -2.4923272022777433e-17
# Up to here the series is good for a last step, though its guess is not for a first one.
_LAST_DEVIATION: Final = 1.3
_LAST_MONEYNESS: Final = 4.0
# Numbers below have lost their digits, and their price its volatility.
_SMALLEST: Final = 2.0**-1022
_ALWAYS: Final = np.array(True)  # noqa: FBT003 - there is no other way to say it

Indices: TypeAlias = NDArray[np.intp]


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
    The relative error is within twice what the last place of the price means for the volatility,
    eps price / (vega volatility), or twice eps where that is less.

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
    lost = rounded_away(amount, sign, price, forward, strike, discount)
    lost += product_remainder(amount, normalised, smaller)
    deviation = _deviation(y, normalised, lost / smaller)
    volatility = _over_root(*deviation, expiry_years)
    volatility[status != QuoteStatus.OK] = np.nan
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
    with np.errstate(all="ignore"):
        return _deviation(y, price, np.zeros_like(price)).rounded


class _Deviation(NamedTuple):
    rounded: FloatArray
    rest: FloatArray
    """What it is above its rounded value."""

    def put(self, where: Indices, other: "_Deviation") -> None:
        """Replace some by others."""
        self.rounded[where], self.rest[where] = other


def _deviation(y: FloatArray, price: FloatArray, lost: FloatArray) -> _Deviation:
    """Return s of prices, where ``lost`` is what rounding took from these."""
    guess = _guess(y, price)
    short = (guess <= SERIES_DEVIATION) & (y <= SERIES_MONEYNESS)
    if short.all():
        return _by_series(y, price, lost, guess)
    found = _Deviation(np.empty_like(guess), np.empty_like(guess))
    of = np.flatnonzero(short)
    found.put(of, _by_series(y[of], price[of], lost[of], guess[of]))
    of = np.flatnonzero(~short)
    wide = _wide_guess(y[of], price[of], guess[of])
    found.put(of, _directly(y[of], price[of], lost[of], wide))
    return found


def _over_root(deviation: FloatArray, rest: FloatArray, expiry_years: FloatArray) -> FloatArray:
    """Return the deviation over the root of time, with one rounding."""
    root = np.sqrt(expiry_years)
    quotient = deviation / root
    # The root's own error counts as one of what it divides.
    of_root = product_remainder(expiry_years, root, root)
    of_root /= root
    of_root *= quotient
    of_root *= -0.5
    rest += of_root
    rest += product_remainder(deviation, quotient, root)
    rest /= root
    rest += quotient
    return np.where(np.isfinite(rest), rest, quotient)


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


def _by_series(y: FloatArray, price: FloatArray, lost: FloatArray, guess: FloatArray) -> _Deviation:
    found = _solved(_series, _SERIES_STEPS, y, price, lost, guess)
    near = np.flatnonzero((y < _NEAR * found.rounded) & (found.rounded < 2.0 * _NEAR))
    found.put(near, _near_the_money(y[near], price[near], lost[near], found.rounded[near]))
    return found


def _directly(y: FloatArray, price: FloatArray, lost: FloatArray, guess: FloatArray) -> _Deviation:
    found = _solved(_direct, _DIRECT_STEPS, y, price, lost, guess)
    # The difference has lost what the series, from a place so near, still has.
    some = np.flatnonzero((found.rounded < _LAST_DEVIATION) & (y < _LAST_MONEYNESS))
    terms = (y[some], price[some], lost[some], found.rounded[some])
    found.put(some, _solved(_series, 1, *terms))
    wide = (found.rounded >= _LAST_DEVIATION) & (found.rounded * found.rounded > 2.0 * y)
    some = np.flatnonzero(wide)
    terms = (y[some], price[some], lost[some], found.rounded[some])
    found.put(some, _by_complement(*terms))
    return found


class _Price(NamedTuple):
    """The normalised price at a deviation."""

    price: FloatArray
    complement: FloatArray
    is_exact: BoolArray
    """Whether the price was worked out, and its complement taken from it."""
    density: FloatArray
    """The derivative by ln s."""
    distance: FloatArray
    half: FloatArray


def _solved(
    model: Callable[[FloatArray, FloatArray], _Price],
    steps: int,
    y: FloatArray,
    price: FloatArray,
    lost: FloatArray,
    deviation: FloatArray,
) -> _Deviation:
    """Return the deviation after so many steps from a guess."""
    complement = 1.0 - price
    for _ in range(steps - 1):
        at = model(y, deviation)
        residual = np.log(at.price / price * (complement / at.complement))
        deviation = deviation * np.exp(_step(residual, at))
    at = model(y, deviation)
    # Little is left, which the logarithm of a quotient would round.
    above = np.where(at.is_exact, at.price - price, complement - at.complement) - lost
    low, high = above / price, above / complement
    residual = low * (1.0 - low * (0.5 - low / 3.0)) + high * (1.0 + high * (0.5 + high / 3.0))
    return _moved(deviation, _step(residual, at))


def _moved(deviation: FloatArray, step: FloatArray) -> _Deviation:
    """Return a deviation after the last step in its logarithm, which is small."""
    change = deviation * (step + 0.5 * step * step)
    rounded = deviation + change
    return _Deviation(rounded, change - (rounded - deviation))


def _series(y: FloatArray, deviation: FloatArray) -> _Price:
    distance = y / deviation
    half = 0.5 * deviation
    density = _density(distance - half)
    density *= deviation
    price = density * mills_difference(distance, half)
    return _Price(price, 1.0 - price, _ALWAYS, density, distance, half)


def _direct(y: FloatArray, deviation: FloatArray) -> _Price:
    distance = y / deviation
    half = 0.5 * deviation
    near = distance - half
    density = _density(near)
    difference = np.copysign(mills_ratio(np.abs(near)), near)
    difference -= mills_ratio(distance + half)
    difference *= density
    density *= deviation
    # Below s = sqrt(2 y) that is the price; above it is minus the complement.
    is_low = near >= 0.0
    price = np.where(is_low, difference, 1.0 + difference)
    complement = np.where(is_low, 1.0 - difference, -difference)
    return _Price(price, complement, is_low, density, distance, half)


def _near_the_money(
    y: FloatArray, price: FloatArray, lost: FloatArray, deviation: FloatArray
) -> _Deviation:
    """Return deviations after one more step, from the price less what it is at the money.

    There the price is all but in proportion to the deviation, and whatever is rounded on the way
    shows in full. It is told as s / sqrt(2 pi) (1 + ...), whose second term alone is rounded.
    """
    distance, half = y / deviation, 0.5 * deviation
    near = distance - half
    power = np.expm1(-0.5 * near * near)
    below = distance * mills_ratio(distance)
    excess = mills_excess(1.0 - below, distance, half) - below
    share = power + (1.0 + power) * excess
    lead = INVERSE_SQRT_2PI * deviation
    lost = lost + product_remainder(lead, np.array(INVERSE_SQRT_2PI), deviation)
    above = (lead - price) + (lead * share - (lost - _CONSTANT_REST * deviation))
    return _moved(deviation, -above / (lead * (1.0 + power)))


def _by_complement(
    y: FloatArray, price: FloatArray, lost: FloatArray, deviation: FloatArray
) -> _Deviation:
    """Return deviations after one more step, from one less the price and what is rounded of it."""
    distance, half = y / deviation, 0.5 * deviation
    near = distance - half
    low, high = mills_ratio(np.maximum(-near, 0.0)), mills_ratio(distance + half)
    both = low + high
    power = np.exp(-0.5 * near * near)
    reach = power * both
    model = INVERSE_SQRT_2PI * reach
    rest = power * difference_error(low, -high, both)
    rest -= product_remainder(reach, power, both)
    rest = INVERSE_SQRT_2PI * rest + _CONSTANT_REST * reach
    rest -= product_remainder(model, np.array(INVERSE_SQRT_2PI), reach)
    complement = 1.0 - price
    above = (complement - model) + (difference_error(np.ones(1), price, complement) - rest - lost)
    return _moved(deviation, -above / (INVERSE_SQRT_2PI * power * deviation))


def _density(near: FloatArray) -> FloatArray:
    """Return the derivative of c by s."""
    exponent = near * near
    exponent *= -0.5
    density: FloatArray = np.exp(exponent)
    density *= INVERSE_SQRT_2PI
    return density


def _step(residual: FloatArray, at: _Price) -> FloatArray:
    """Return Householder's step in ln s.

    ``low`` and ``high`` are s c' over c and over 1 - c. With these the logarithm of
    their ratio has, by ln s, the first derivative low + high, and ratios ``second`` and ``third``
    of the next two to it.
    """
    low, high = at.density / at.price, at.density / at.complement
    square, quarter = at.distance * at.distance, at.half * at.half
    curvature = square - quarter
    skew = high - low
    bend = curvature + skew
    third = bend * bend - 3.0 * square - quarter + curvature * skew + low * low + high * high
    third += 3.0 * bend + 1.0
    second = bend + 1.0
    newton = -residual / (low + high)
    return newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + third * newton / 6.0))
