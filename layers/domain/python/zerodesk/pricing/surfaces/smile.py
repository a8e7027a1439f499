"""What a smile in total variance implies: densities and local variances.

With k = ln(strike / forward) and w(k) the total variance of one expiry, option prices are free of
butterfly arbitrage where Durrleman's function is not negative, and the local variance is the growth
of w in time over that function.
"""

from typing import NamedTuple, Protocol

import numpy as np

from zerodesk.pricing.batch import FloatArray


class Smile(NamedTuple):
    """Total variance and its first two derivatives by log-moneyness."""

    variance: FloatArray
    slope: FloatArray
    curvature: FloatArray


class VarianceSurface(Protocol):
    """Total variance at every log-moneyness and expiry, free of arbitrage."""

    expiry_years: FloatArray
    """Those that it was fitted at, rising, shape (n,)."""

    def total_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return it at log-moneynesses and positive times."""

    def local_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return Dupire's local variances, per year; NaN where there is no density."""

    def skew(self, expiry_years: FloatArray) -> FloatArray:
        """Return its slope by log-moneyness at the money."""


def durrleman(moneyness: FloatArray, smile: Smile) -> FloatArray:
    """Return Durrleman's function g: the risk-neutral density over a positive factor.

    References
    ----------
    Gatheral and Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance
    14(1), 59-71, equation 2.1.

    Examples
    --------
    A flat smile has the density of Black and Scholes, and g = 1.

    >>> flat = Smile(np.array([0.04]), np.array([0.0]), np.array([0.0]))
    >>> durrleman(np.array([0.3]), flat)
    array([1.])
    """
    variance, slope, curvature = smile
    lever = 1.0 - 0.5 * moneyness * slope / variance
    quarter = 0.25 * slope * slope
    result: FloatArray = lever * lever - quarter * (1.0 / variance + 0.25) + 0.5 * curvature
    return result


def local_variance(moneyness: FloatArray, smile: Smile, growth: FloatArray) -> FloatArray:
    """Return Dupire's local variance, per year; NaN where the smile has no density.

    Parameters
    ----------
    moneyness, smile
        Log-moneyness and the smile there.
    growth
        The derivative of total variance by time, per year, at the same log-moneyness.

    References
    ----------
    Gatheral (2006), "The Volatility Surface", equation 1.10.

    Examples
    --------
    >>> flat = Smile(np.array([0.04]), np.array([0.0]), np.array([0.0]))
    >>> local_variance(np.array([0.3]), flat, np.array([0.04]))
    array([0.04])
    """
    density = durrleman(moneyness, smile)
    with np.errstate(all="ignore"):
        return np.where(density > 0.0, growth / density, np.nan)
