"""Static arbitrage of SVI slices, decided by the roots of polynomials: no grid to slip through.

With t = (k - m) / sigma + sqrt(((k - m) / sigma)^2 + 1), which is positive and runs from 0 to
infinity as k runs through all strikes, a slice is rational in t: w = W(t) / t, k = K(t) / t,
w' = b D(t) / (t^2 + 1) and w'' = 8 b t^3 / (sigma (t^2 + 1)^3). So Durrleman's function is P(t)
over (t^2 + 1)^3 W^2, P of degree ten, and has its extrema at roots of a polynomial of degree
twelve. Two slices meet at roots of a polynomial of degree four in k.
"""

from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.smile import durrleman
from zerodesk.pricing.surfaces.svi import STEEPEST_WING, SviSlice

# Polynomials in t, highest power first.
_T: Final = np.array([1.0, 0.0])
_T_CUBED: Final = np.array([1.0, 0.0, 0.0, 0.0])
_ONE_PLUS_SQUARE: Final = np.array([1.0, 0.0, 1.0])
# A double root comes out as a pair this far off the real axis, relative to its size; what is
# taken too many costs an evaluation, what is missed would be an arbitrage.
_NEARLY_REAL: Final = 0.1
_ROUNDING: Final = 1e-11


class LeastDensity(NamedTuple):
    """Where Durrleman's function is least."""

    value: float
    moneyness: float


def least_density(svi: SviSlice, low: float = -np.inf, high: float = np.inf) -> LeastDensity:
    """Return the least of Durrleman's function between two log-moneynesses, everywhere by default.

    Examples
    --------
    Axel Vogt's slice is the classic that looks innocent and has butterfly arbitrage:

    >>> vogt = SviSlice(a=-0.041, b=0.1331, rho=0.306, m=0.3586, sigma=0.4153)
    >>> least = least_density(vogt)
    >>> round(least.value, 6), round(least.moneyness, 4)
    (-0.032864, 0.8793)
    """
    inside = [end for end in (low, high) if np.isfinite(end)]
    turning = turning_points(svi)
    candidates = np.array([*inside, *turning[(turning >= low) & (turning <= high)]])
    values = durrleman(candidates, svi.smile(candidates))
    wings = [
        (0.25 - slope * slope / 16.0, far)
        for slope, far in ((svi.left_slope, low), (svi.right_slope, high))
        if not np.isfinite(far)
    ]
    found = [*zip(values.tolist(), candidates.tolist(), strict=True), *wings]
    return LeastDensity(*min(found))


def has_butterfly_arbitrage(svi: SviSlice) -> bool:
    """Return whether some butterfly of the slice has a negative price, at any strikes.

    Besides a density that is not negative, Lee's bound must hold in both wings, else calls far out
    do not become worthless.

    Examples
    --------
    A smile that bends sharply enough has strikes that nothing can end at.

    >>> has_butterfly_arbitrage(SviSlice(a=0.01, b=0.1, rho=-0.3, m=0.0, sigma=0.1))
    False
    >>> has_butterfly_arbitrage(SviSlice(a=0.0001, b=0.4, rho=-0.3, m=0.0, sigma=0.001))
    True
    """
    if svi.least_variance <= 0.0:
        return True
    if max(svi.left_slope, svi.right_slope) > STEEPEST_WING:
        return True
    return least_density(svi).value < -_ROUNDING


def has_calendar_arbitrage(near: SviSlice, far: SviSlice) -> bool:
    """Return whether the later slice has less total variance than the earlier one at some strike.

    Examples
    --------
    >>> near = SviSlice(a=0.01, b=0.1, rho=0.0, m=0.0, sigma=0.1)
    >>> has_calendar_arbitrage(near, SviSlice(a=0.02, b=0.1, rho=0.0, m=0.0, sigma=0.1))
    False
    >>> has_calendar_arbitrage(near, SviSlice(a=0.02, b=0.09, rho=0.0, m=0.0, sigma=0.1))
    True
    """
    meetings = _meetings(near, far)
    if meetings.size == 0:
        meetings = np.zeros(1)
    between = 0.5 * (meetings[1:] + meetings[:-1])
    span = 1.0 + np.abs(meetings).max()
    probes = np.array([meetings[0] - span, *between, meetings[-1] + span])
    before, after = near.smile(probes).variance, far.smile(probes).variance
    return bool(np.any(after < before * (1.0 - _ROUNDING)))


def turning_points(svi: SviSlice) -> FloatArray:
    """Return log-moneynesses among which are all local extrema of Durrleman's function.

    Examples
    --------
    >>> symmetric = SviSlice(a=0.01, b=0.1, rho=0.0, m=0.0, sigma=0.1)
    >>> bool(np.isclose(turning_points(symmetric), 0.0).any())
    True
    """
    if svi.b == 0.0:
        return np.zeros(1)
    half_width = 0.5 * svi.sigma
    lift = svi.b * half_width
    variance = np.array([lift * (1.0 + svi.rho), svi.a, lift * (1.0 - svi.rho)])
    numerator = _numerator(svi, variance)
    first = _product(_derivative(numerator), variance, _ONE_PLUS_SQUARE)
    growth = 2.0 * _product(_derivative(variance), _ONE_PLUS_SQUARE)
    growth += 6.0 * _product(variance, _T)
    derivative = first - _product(numerator, growth)
    # Durrleman's function levels out in the wings, so the highest power cancels but for rounding.
    t = _real_roots(derivative[1:])
    t = t[t > 0.0]
    return svi.m + half_width * (t - 1.0 / t)


def _numerator(svi: SviSlice, variance: FloatArray) -> FloatArray:
    """Return P, highest power first."""
    moneyness = np.array([0.5 * svi.sigma, svi.m, -0.5 * svi.sigma])
    slope = svi.b * np.array([1.0 + svi.rho, 0.0, svi.rho - 1.0])
    lever = _product(variance, _ONE_PLUS_SQUARE) - 0.5 * _product(moneyness, slope)
    tail = 0.25 * _product(variance, variance)
    tail[1:] += _product(variance, _T)
    numerator = _product(_ONE_PLUS_SQUARE, lever, lever)
    numerator -= 0.25 * _product(slope, slope, _ONE_PLUS_SQUARE, tail)
    numerator[3:] += 4.0 * svi.b / svi.sigma * _product(variance, variance, _T_CUBED)
    return numerator


def _product(*polynomials: FloatArray) -> FloatArray:
    # np.polymul would drop leading zeros, and two lengths no longer fit.
    return reduce(np.convolve, polynomials)


def _derivative(polynomial: FloatArray) -> FloatArray:
    return polynomial[:-1] * np.arange(polynomial.size - 1.0, 0.0, -1.0)


def _meetings(near: SviSlice, far: SviSlice) -> FloatArray:
    """Return, in order, log-moneynesses among which are all where two slices are equal."""
    near_line, far_line = _line(near), _line(far)
    line = near_line - far_line
    near_square, far_square = _square(near), _square(far)
    rest = far_square - near_square - _product(line, line)
    quartic = 4.0 * _product(line, line, near_square) - _product(rest, rest)
    return np.sort(_real_roots(quartic))


def _line(svi: SviSlice) -> FloatArray:
    """Return the straight part of a slice, a polynomial in k."""
    return np.array([svi.b * svi.rho, svi.a - svi.b * svi.rho * svi.m])


def _square(svi: SviSlice) -> FloatArray:
    """Return the square of the rest of it."""
    bend = np.array([1.0, -2.0 * svi.m, svi.m * svi.m + svi.sigma * svi.sigma])
    return svi.b * svi.b * bend


def _real_roots(polynomial: FloatArray) -> FloatArray:
    """Return the roots on the real axis or near it."""
    roots = np.asarray(np.roots(polynomial), np.complex128)
    real: FloatArray = roots.real[np.abs(roots.imag) <= _NEARLY_REAL * np.abs(roots)]
    return real
