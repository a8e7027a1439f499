"""The volatility that explains the price of an American option."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing._american import AmericanBlock
from zerodesk.pricing.batch import BoolArray, FloatArray
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import ImpliedVolatility, QuoteStatus

_STEPS_MAX: Final = 60
# Relative changes of a volatility that are taken for none.
_ENOUGH: Final = 1e-13
# Shares of the larger of spot and strike that a price may miss its limits by.
_PLACES: Final = 1e-14
# Deviations with which any option is worth its maximum.
_WIDE: Final = 20.0


def implied(*arguments: FloatArray, accuracy: str) -> ImpliedVolatility:
    """Return volatilities and statuses of type, price, spot, strike, years, rate and yield."""
    sign, price, spot, strike, expiry_years, rate, dividend_yield = np.broadcast_arrays(
        *map(np.atleast_1d, arguments)
    )
    terms = (sign, spot, strike, expiry_years, rate, dividend_yield)
    status = _status(price, terms)
    volatility = np.where(status == QuoteStatus.ZERO, 0.0, np.nan)
    solved = np.flatnonzero(status == QuoteStatus.OK)
    if solved.size:
        some = tuple(term[solved] for term in terms)
        volatility[solved] = _volatility(price[solved], some, accuracy)
    status[(status == QuoteStatus.OK) & np.isnan(volatility)] = QuoteStatus.INVALID
    return ImpliedVolatility(volatility, status)


def _status(price: FloatArray, terms: tuple[FloatArray, ...]) -> NDArray[np.int8]:
    sign, spot, strike, expiry_years, rate, dividend_yield = terms
    still = np.zeros_like(price)
    least = AmericanBlock(*terms, still, outputs=("price",), accuracy="fast").values["price"]
    most = np.where(
        sign > 0.0,
        spot * np.maximum(1.0, np.exp(-dividend_yield * expiry_years)),
        strike * np.maximum(1.0, np.exp(-rate * expiry_years)),
    )
    room = _PLACES * np.maximum(spot, strike)
    status = np.where(price > least + room, QuoteStatus.OK, QuoteStatus.ZERO).astype(np.int8)
    status[price < least - room] = QuoteStatus.BELOW_INTRINSIC
    status[(status == QuoteStatus.OK) & (price >= most)] = QuoteStatus.ABOVE_MAXIMUM
    valid = np.isfinite(price + least) & (spot > 0.0) & (strike > 0.0) & (expiry_years > 0.0)
    status[~valid] = QuoteStatus.INVALID
    return status


def _volatility(price: FloatArray, terms: tuple[FloatArray, ...], accuracy: str) -> FloatArray:
    sign, spot, strike, expiry_years, rate, dividend_yield = terms
    carried = spot * np.exp((rate - dividend_yield) * expiry_years)
    discount = np.exp(-rate * expiry_years)
    high = implied_volatility(sign, price, carried, strike, expiry_years, discount).volatility
    high = np.where(high > 0.0, high, _WIDE / np.sqrt(expiry_years))
    low, volatility = np.zeros_like(high), high.copy()
    active = np.arange(price.size)
    for _ in range(_STEPS_MAX):
        now = volatility[active]
        block = AmericanBlock(
            *(term[active] for term in terms), now, outputs=("price", "vega"), accuracy=accuracy
        )
        excess = block.values["price"] - price[active]
        low[active] = np.where(excess < 0.0, now, low[active])
        high[active] = np.where(excess >= 0.0, now, high[active])
        following = _following(now, excess / block.values["vega"], low[active], high[active])
        volatility[active] = np.where(np.isfinite(excess), following, np.nan)
        pending: BoolArray = np.abs(following - now) > _ENOUGH * now
        active = active[pending & np.isfinite(excess)]
        if not active.size:
            break
    return volatility


def _following(
    now: FloatArray, newton: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return Newton's next volatility, or the middle where that leaves the bracket."""
    following = now - newton
    inside = (following >= low) & (following <= high)
    return np.where(inside, following, 0.5 * (low + high))
