"""Lookback options, watched all the time.

All four come from one quantity, the value W of what the extremum still gains on a level: for the
maximum, exp(-rT) E max(max S - level, 0) with the level at the spot or above. Integrating the law
of the maximum over levels gives the vanilla option at the level plus spot exp(-rT) J, both
positive, with

    J = integral of exp(k w) Phi(-(w + c) / s) from w0 = |ln(level / spot)| to infinity,

k = 2 (r - q) / sigma^2 and c = (r - q - sigma^2 / 2) T, both with the other sign for the minimum.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing._european import EuropeanBlock
from zerodesk.pricing.batch import Batch, BoolArray, FloatArray, OptionType, option_signs
from zerodesk.pricing.normal import pdf, weighted_cdf

# Below this |k| s the closed form of J, a difference over k, gives way to its series.
_SMALL: Final = 0.02
_TERMS: Final = 8
_EXPONENT_MAX: Final = 700.0


def floating_lookback(
    option_type: OptionType,
    spot: ArrayLike,
    running_extremum: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
) -> FloatArray:
    """Return prices of the right to buy at the minimum, or to sell at the maximum.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` buys at the minimum, ``"put"`` sells at the maximum; or an array of these, or
        of +1 and -1.
    spot : array_like
        Positive.
    running_extremum : array_like
        For a call the minimum so far, at most the spot; for a put the maximum, at least the spot.
    expiry_years : array_like
        Years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year; they may be equal.
    volatility : array_like
        Per square root of a year, zero or more.

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
    Goldman, Sosin and Gatto (1979), "Path dependent options: buy at the low, sell at the high",
    Journal of Finance 34(5), 1111-1127.

    Examples
    --------
    Haug's example: S = 120, minimum 100, half a year, 10 %, 6 %, 30 %; 25.3534.

    >>> round(float(floating_lookback("call", 120, 100, 0.5, 0.10, 0.06, 0.30)), 4)
    25.3534
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        spot=spot,
        running_extremum=running_extremum,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
    )
    return batch.evaluate(_floating)


def fixed_lookback(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    running_extremum: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
) -> FloatArray:
    """Return prices of options on the maximum (calls) or the minimum (puts) against a strike.

    Parameters
    ----------
    option_type, spot, expiry_years, rate, dividend_yield, volatility
        As in `floating_lookback`.
    strike : array_like
        Positive.
    running_extremum : array_like
        Until now: the maximum for a call and the minimum for a put.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN as in `floating_lookback`.

    Raises
    ------
    MalformedCallError
        As `floating_lookback`.

    References
    ----------
    Conze and Viswanathan (1991), "Path dependent options: the case of lookback options", Journal
    of Finance 46(5), 1893-1907.

    Examples
    --------
    Haug's example: S = 100, K = 95, maximum 100, half a year, 10 %, no dividends, 10 %; 13.2687.

    >>> round(float(fixed_lookback("call", 100, 95, 100, 0.5, 0.10, 0.0, 0.10)), 4)
    13.2687
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        running_extremum=running_extremum,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
    )
    return batch.evaluate(_fixed)


def _floating(
    sign: FloatArray,
    spot: FloatArray,
    extremum: FloatArray,
    expiry_years: FloatArray,
    rate: FloatArray,
    dividend_yield: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    # A call looks back at the minimum, so its gains lie on the side of puts.
    terms = (expiry_years, rate, dividend_yield, volatility)
    gain = _gain(-sign, spot, extremum, *terms)
    asset = spot * np.exp(-dividend_yield * expiry_years)
    bond = extremum * np.exp(-rate * expiry_years)
    valid = _valid(-sign, spot, extremum, *terms)
    # Without volatility the two cancel, to rounding.
    return np.where(valid, np.maximum(sign * (asset - bond) + gain, 0.0), np.nan)


def _fixed(
    sign: FloatArray,
    spot: FloatArray,
    strike: FloatArray,
    extremum: FloatArray,
    expiry_years: FloatArray,
    rate: FloatArray,
    dividend_yield: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    terms = (expiry_years, rate, dividend_yield, volatility)
    locked_in = np.maximum(sign * (extremum - strike), 0.0) * np.exp(-rate * expiry_years)
    level = np.where(sign > 0.0, np.maximum(strike, extremum), np.minimum(strike, extremum))
    valid = _valid(sign, spot, extremum, *terms) & (strike > 0.0) & np.isfinite(strike)
    return np.where(valid, locked_in + _gain(sign, spot, level, *terms), np.nan)


def _valid(
    side: FloatArray, spot: FloatArray, extremum: FloatArray, *terms: FloatArray
) -> BoolArray:
    expiry_years, rate, dividend_yield, volatility = terms
    total = spot + extremum + expiry_years + rate + dividend_yield + volatility
    valid: BoolArray = np.isfinite(total) & (spot > 0.0) & (extremum > 0.0)
    valid &= (expiry_years >= 0.0) & (volatility >= 0.0) & (side * (extremum - spot) >= 0.0)
    return valid


def _gain(
    side: FloatArray,
    spot: FloatArray,
    level: FloatArray,
    expiry_years: FloatArray,
    rate: FloatArray,
    dividend_yield: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    """Return W; ``side`` is +1 for the maximum and -1 for the minimum."""
    carry = rate - dividend_yield
    block = EuropeanBlock(side, spot, level, expiry_years, rate, dividend_yield, volatility)
    deviation = block.deviation
    variance = volatility * volatility
    w0 = side * np.log(level / spot)
    k = side * 2.0 * carry / variance
    z = (w0 + side * (carry - 0.5 * variance) * expiry_years) / deviation
    closed = weighted_cdf(carry * expiry_years, k * deviation - z) - weighted_cdf(k * w0, -z)
    small = k * deviation
    # Where the bound binds the level is thousands of deviations away and the rest is zero.
    series = deviation * np.exp(np.minimum(k * w0, _EXPONENT_MAX)) * _series(small, z)
    integral = np.where(np.abs(small) < _SMALL, series, closed / k)
    moving = block.price + spot * block.bond_discount * integral
    # The known path ends at its extremum, or began there.
    end = spot * np.exp(carry * expiry_years)
    known = np.maximum(side * (end - level), side * (spot - level))
    known = np.maximum(known, 0.0) * block.bond_discount
    return np.where(deviation > 0.0, moving, known)


def _series(small: FloatArray, z: FloatArray) -> FloatArray:
    """Return the integral of exp(small (v - z)) Phi(-v) from z, by moments of the tail.

    m_j = E max(V - z, 0)^j for a normal V follows m_{j+1} = j m_{j-1} - z m_j.
    """
    before = weighted_cdf(np.zeros_like(z), -z)
    now = pdf(z) - z * before
    weight = np.ones_like(small)
    total = weight * now
    for j in range(1, _TERMS):
        before, now = now, j * before - z * now
        weight = weight * small / (j + 1.0)
        total = total + weight * now
    return total
