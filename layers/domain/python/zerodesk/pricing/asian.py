"""Asian options: on geometric averages in closed form, on arithmetic ones by convolution.

Fixings are at i T / n, i = 1 to n; none means that the average is taken all the time.

For the arithmetic one, let R_i be the return between two fixings, normal and independent. The sum
of the fixings is spot exp(B_1) with B_n = R_n and B_i = R_i + ln(1 + exp(B_{i+1})), so the density
of each B is that of the next, bent and convolved with a normal. The densities are as smooth as that
normal, so plain sums over a grid of half its width are exact to rounding. The last convolution is
Black's formula, which takes the payoff's kink off the grid.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing._european import ForwardBlock
from zerodesk.pricing.batch import (
    Batch,
    FloatArray,
    MalformedCallError,
    OptionType,
    numbers,
    option_signs,
)
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.normal import INVERSE_SQRT_2PI

FIXINGS_MAX: Final = 2_000
"""More take longer than a request lasts; the average of all the time is near by then."""

# Deviations after which a density is less than 1e-18 of its peak.
_REACH: Final = 9.0
_CELLS_PER_DEVIATION: Final = 2
# Trapezoidal averages of so many intervals differ from the continuous one by even powers of 1 / n.
_EXTRAPOLATED: Final = (8, 16, 32, 64)


def geometric_asian(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    fixings: ArrayLike,
) -> FloatArray:
    """Return prices of options on the geometric average.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    spot, strike : array_like
        Positive.
    expiry_years : array_like
        Years, zero or more; also the time of the last fixing.
    rate, dividend_yield : array_like
        Continuously compounded, per year.
    volatility : array_like
        Per square root of a year, zero or more.
    fixings : array_like
        How many, equally spaced, the first after one interval; 0 for all the time.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN where an argument is NaN, infinite or out of its range.

    Raises
    ------
    MalformedCallError
        An option type that does not exist, something else than numbers, a number of fixings that
        is negative or no whole number, or shapes that do not broadcast.

    References
    ----------
    Kemna and Vorst (1990), "A pricing method for options based on average asset values", Journal
    of Banking and Finance 14(1), 113-129; Turnbull and Wakeman (1991) for the fixings.

    Examples
    --------
    Haug's example: S = 80, K = 85, three months, 5 %, -3 %, 20 %, all the time; 4.6922.

    >>> round(float(geometric_asian("put", 80, 85, 0.25, 0.05, -0.03, 0.20, 0)), 4)
    4.6922
    """
    return _batch(
        option_type, spot, strike, expiry_years, rate, dividend_yield, volatility, fixings
    ).evaluate(_geometric)


def arithmetic_asian(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    fixings: ArrayLike,
) -> FloatArray:
    """Return prices of options on the arithmetic average.

    Parameters
    ----------
    option_type, spot, strike, expiry_years, rate, dividend_yield, volatility
        As in `geometric_asian`.
    fixings : array_like
        Whole numbers up to `FIXINGS_MAX`; 0 for the average of all the time.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN as in `geometric_asian`. Absolute error below 1e-12 of the larger of spot and strike;
        for the average of all the time below 1e-8.

    Raises
    ------
    MalformedCallError
        As `geometric_asian`.

    Notes
    -----
    One option at a time, in about 30 n sqrt(n) steps of a convolution: a few milliseconds for 50
    fixings. The continuous average is extrapolated (Romberg) from trapezoidal ones.

    References
    ----------
    Carverhill and Clewlow (1990), "Flexible convolution", Risk 3(4), 25-29; Benhamou (2002), "Fast
    Fourier transform for discrete Asian options", Journal of Computational Finance 6(1), 49-68.

    Examples
    --------
    One fixing makes a European option.

    >>> round(float(arithmetic_asian("call", 42, 40, 0.5, 0.10, 0, 0.20, 1)), 4)
    4.7594

    Linetsky's (2004) first case: S = K = 2, a year, 2 %, 10 %, all the time; 0.0559860415.

    >>> round(float(arithmetic_asian("call", 2, 2, 1, 0.02, 0, 0.10, 0)), 8)
    0.05598604
    """
    batch = _batch(
        option_type, spot, strike, expiry_years, rate, dividend_yield, volatility, fixings
    )
    return batch.evaluate(np.vectorize(_arithmetic, otypes=[np.float64]))


def _batch(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    fixings: ArrayLike,
) -> Batch:
    counts = numbers("fixings", fixings)
    if not np.all((counts >= 0.0) & (counts <= FIXINGS_MAX) & (counts == np.rint(counts))):
        raise MalformedCallError(f"fixings: expected whole numbers from 0 to {FIXINGS_MAX}")
    return Batch(
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
        fixings=counts,
    )


def _geometric(
    sign: FloatArray,
    spot: FloatArray,
    strike: FloatArray,
    expiry_years: FloatArray,
    rate: FloatArray,
    dividend_yield: FloatArray,
    volatility: FloatArray,
    fixings: FloatArray,
) -> FloatArray:
    # Mean and variance of the average of the Brownian path, as shares of those of its end.
    some = np.maximum(fixings, 1.0)
    time_share = np.where(fixings > 0.0, 0.5 * (1.0 + 1.0 / some), 0.5)
    variance_share = np.where(
        fixings > 0.0, (1.0 + 1.0 / some) * (2.0 + 1.0 / some) / 6.0, 1.0 / 3.0
    )
    variance = volatility * volatility
    growth = (rate - dividend_yield - 0.5 * variance) * time_share + 0.5 * variance * variance_share
    forward = spot * np.exp(growth * expiry_years)
    effective = volatility * np.sqrt(variance_share)
    price = ForwardBlock(sign, forward, strike, expiry_years, rate, effective).price
    # An infinite dividend yield, for one, has left a plausible forward of zero.
    return np.where(np.isfinite(rate + dividend_yield) & (spot > 0.0), price, np.nan)


def _arithmetic(
    sign: float,
    spot: float,
    strike: float,
    expiry_years: float,
    rate: float,
    dividend_yield: float,
    volatility: float,
    fixings: float,
) -> float:
    positive = min(spot, strike) > 0.0 and min(expiry_years, volatility) >= 0.0
    total = spot + strike + expiry_years + rate + dividend_yield + volatility
    if not (positive and np.isfinite(total)):
        return float("nan")
    terms = (sign, spot, strike, expiry_years, rate - dividend_yield, volatility)
    if fixings > 0.0:
        undiscounted = _on_average(int(fixings), *terms, is_trapezoidal=False)
    else:
        undiscounted = _extrapolated(
            [_on_average(n, *terms, is_trapezoidal=True) for n in _EXTRAPOLATED]
        )
    return float(np.exp(-rate * expiry_years)) * undiscounted


def _extrapolated(column: list[float]) -> float:
    """Return Romberg's limit of values whose errors are even powers of steps that halve."""
    power = 4.0
    while len(column) > 1:
        column = [fine + (fine - coarse) / (power - 1.0) for coarse, fine in pairwise(column)]
        power *= 4.0
    return column[0]


def _on_average(
    intervals: int,
    sign: float,
    spot: float,
    strike: float,
    expiry_years: float,
    carry: float,
    volatility: float,
    *,
    is_trapezoidal: bool,
) -> float:
    """Return the expected payoff. Trapezoidal: half of the spot and of the last fixing count."""
    step_years = expiry_years / intervals
    deviation = volatility * np.sqrt(step_years)
    last = 0.5 if is_trapezoidal else 1.0
    level = intervals * strike / spot - (0.5 if is_trapezoidal else 0.0)
    drift = carry * step_years
    if deviation == 0.0:
        powers = np.exp(drift * np.arange(1, intervals + 1))
        powers[-1] *= last
        return spot / intervals * max(0.0, sign * (float(powers.sum()) - level))
    if intervals == 1:
        bent, mass = np.array([last]), np.ones(1)
    else:
        bent, mass = _sum_of_later_fixings(intervals, drift, deviation, last)
    forwards = np.exp(drift) * bent
    return spot / intervals * float(mass @ _payoffs(sign, forwards, level, deviation))


def _payoffs(sign: float, forwards: FloatArray, level: float, deviation: float) -> FloatArray:
    """Return the expected payoffs on lognormal sums, Black's formula without discounting."""
    if level <= 0.0:
        return np.maximum(sign * (forwards - level), 0.0)
    return black76(sign, forwards, level, 1.0, 0.0, deviation)["price"]


def _sum_of_later_fixings(
    intervals: int, drift: float, deviation: float, last: float
) -> tuple[FloatArray, FloatArray]:
    """Return 1 + exp(B_2) on its grid, and the probability of each of its points."""
    mean = drift - 0.5 * deviation * deviation
    grid = _grid(1, mean, deviation, last)
    density = np.exp(-0.5 * ((grid - mean - np.log(last)) / deviation) ** 2)
    density *= INVERSE_SQRT_2PI / deviation
    cell = deviation / _CELLS_PER_DEVIATION
    for fixings in range(2, intervals):
        target = _grid(fixings, mean, deviation, last)
        source = np.logaddexp(0.0, grid) + mean
        density = _convolved(density, source, target, deviation)
        grid = target
    return 1.0 + np.exp(grid), density * cell


def _grid(fixings: int, mean: float, deviation: float, last: float) -> FloatArray:
    """Return where ln(sum of so many fixings) may lie.

    To the left it is as narrow as the geometric average; to the right it may follow one fixing.
    """
    path = np.exp(mean * np.arange(1, fixings + 1))
    path[-1] *= last
    centre = np.log(path.sum())
    narrow = deviation * np.sqrt((fixings + 1.0) * (2.0 * fixings + 1.0) / (6.0 * fixings))
    wide = deviation * np.sqrt(fixings)
    cell = deviation / _CELLS_PER_DEVIATION
    cells_left = int(np.ceil(_REACH * narrow / cell))
    cells_right = int(np.ceil(_REACH * wide / cell))
    grid: FloatArray = centre + cell * np.arange(-cells_left, cells_right + 1)
    return grid


def _convolved(
    density: FloatArray, source: FloatArray, target: FloatArray, deviation: float
) -> FloatArray:
    """Return the density on ``target`` of a variable on ``source`` plus a normal one."""
    cell = deviation / _CELLS_PER_DEVIATION
    reach = int(np.ceil(_REACH * _CELLS_PER_DEVIATION))
    nearest = np.rint((source - target[0]) / cell).astype(np.int64)
    index = nearest[:, None] + np.arange(-reach, reach + 1)
    distance = (target[0] + cell * index - source[:, None]) / deviation
    share = np.exp(-0.5 * distance * distance)
    share *= (density * (cell * INVERSE_SQRT_2PI / deviation))[:, None]
    inside = (index >= 0) & (index < target.size)
    # Weighted counts are floats, whatever the stubs of numpy say.
    counts = np.bincount(index[inside], share[inside], target.size)
    return counts.astype(np.float64, copy=False)
