"""Why a quoted price has a volatility, or has none."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing.batch import Batch, FloatArray
from zerodesk.pricing.compensated import difference_error, product_remainder

# A price that was computed from a model may miss its own intrinsic value by this many places.
_PLACES = 2.0 * 2.0**-52


class QuoteStatus(IntEnum):
    """What a price says about volatility."""

    OK = 0
    """There is one."""
    ZERO = 1
    """The price is the intrinsic value, which zero volatility gives."""
    BELOW_INTRINSIC = 2
    """Cheaper than the payoff of the forward, or than nothing: no model gives it."""
    ABOVE_MAXIMUM = 3
    """At or above what any volatility gives."""
    INVALID = 4
    """An argument is NaN, infinite, or out of its range."""


class ImpliedVolatility(NamedTuple):
    """Volatilities, NaN where there is none, and for each why: a `QuoteStatus`."""

    volatility: FloatArray
    status: NDArray[np.int8]


def answered(batch: Batch, formula: Callable[..., ImpliedVolatility]) -> ImpliedVolatility:
    """Return what a formula says of every quote of a batch, block by block."""
    volatility, status = batch.empty(), np.empty(batch.size, np.int8)
    with np.errstate(all="ignore"):
        for where, arguments in batch.blocks():
            volatility[where], status[where] = formula(*arguments)
    return ImpliedVolatility(batch.shaped(volatility), batch.shaped(status))


class TimeValue(NamedTuple):
    """Quotes reduced to what depends on volatility, before discounting."""

    amount: FloatArray
    moneyness: FloatArray
    """|forward - strike|."""
    status: NDArray[np.int8]


def time_value(
    sign: FloatArray,
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    discount: FloatArray,
) -> TimeValue:
    """Return price / discount less the intrinsic value, the price of the out-of-the-money side."""
    undiscounted = price / discount
    difference = forward - strike
    amount = undiscounted - np.maximum(sign * difference, 0.0)
    status = np.where(amount > 0.0, QuoteStatus.OK, QuoteStatus.ZERO).astype(np.int8)
    status[amount < -_PLACES * undiscounted] = QuoteStatus.BELOW_INTRINSIC
    valid = np.isfinite(amount) & np.isfinite(difference) & np.isfinite(discount)
    status[~(valid & (discount > 0.0))] = QuoteStatus.INVALID
    return TimeValue(amount, np.abs(difference), status)


def rounded_away(
    amount: FloatArray,
    sign: FloatArray,
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    discount: FloatArray,
) -> FloatArray:
    """Return by how much the exact amount of `time_value` is above its rounded value."""
    undiscounted = price / discount
    difference = forward - strike
    intrinsic = np.maximum(sign * difference, 0.0)
    lost = product_remainder(price, undiscounted, discount)
    lost /= discount
    in_the_money = intrinsic > 0.0
    if in_the_money.any():
        lost += difference_error(undiscounted, intrinsic, amount)
        lost -= in_the_money * (sign * difference_error(forward, strike, difference))
    # Where the parts of a huge number overflow.
    return np.where(np.abs(lost) < amount, lost, 0.0)
