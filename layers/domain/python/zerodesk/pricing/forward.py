"""Forwards: what carrying the underlying to a date costs."""

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import Batch, FloatArray


def forward_price(
    spot: ArrayLike, expiry_years: ArrayLike, rate: ArrayLike, dividend_yield: ArrayLike
) -> FloatArray:
    """Return the price at which nothing is paid now: spot exp((rate - dividend_yield) expiry).

    Parameters
    ----------
    spot : array_like
        Of any sign.
    expiry_years : array_like
        Years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN where an argument is NaN or infinite, or the expiry has passed.

    Raises
    ------
    MalformedCallError
        Something else than numbers, or shapes that do not broadcast.

    References
    ----------
    Hull (2018), "Options, Futures, and Other Derivatives", chapter 5.

    Examples
    --------
    >>> round(float(forward_price(100, 1.0, 0.05, 0.02)), 4)
    103.0455
    """
    batch = Batch(
        spot=spot,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    return batch.evaluate(_forward_price)


def _forward_price(
    spot: FloatArray, expiry_years: FloatArray, rate: FloatArray, dividend_yield: FloatArray
) -> FloatArray:
    price = spot * np.exp((rate - dividend_yield) * expiry_years)
    return np.where((expiry_years >= 0.0) & np.isfinite(price), price, np.nan)


def forward_value(
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> FloatArray:
    """Return what an obligation to buy at the strike is worth now.

    Parameters
    ----------
    spot, expiry_years, rate, dividend_yield
        As in `forward_price`.
    strike : array_like
        What is to be paid, of any sign.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        NaN as in `forward_price`.

    Raises
    ------
    MalformedCallError
        As `forward_price`.

    References
    ----------
    Hull, "Options, Futures, and Other Derivatives", chapter 5.

    Examples
    --------
    >>> round(float(forward_value(100, 90, 1.0, 0.05, 0.02)), 4)
    12.4092
    """
    batch = Batch(
        spot=spot,
        strike=strike,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    return batch.evaluate(_forward_value)


def _forward_value(
    spot: FloatArray,
    strike: FloatArray,
    expiry_years: FloatArray,
    rate: FloatArray,
    dividend_yield: FloatArray,
) -> FloatArray:
    value = spot * np.exp(-dividend_yield * expiry_years) - strike * np.exp(-rate * expiry_years)
    return np.where((expiry_years >= 0.0) & np.isfinite(value), value, np.nan)
