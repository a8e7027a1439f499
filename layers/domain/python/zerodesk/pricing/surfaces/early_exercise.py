"""American quotes freed of their right of early exercise: the European quotes of the same smile.

A surface speaks of European options. An American quote has a volatility of its own, at which the
model with early exercise gives its price; the European price at that volatility is what the quote
says of the surface. For the model one must know spot, rate and yield, and these come from parity,
which holds of European prices alone: so forwards are implied from the quotes as they are, the
quotes freed by them, and the forwards implied again.

Dividends are told as a yield for each expiry, the one that turns the spot into its forward.
"""

from typing import Final, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing.american import american, american_implied_volatility
from zerodesk.pricing.batch import BoolArray, FloatArray
from zerodesk.pricing.black_scholes import black_scholes
from zerodesk.pricing.surfaces.chain import OptionChain, QuoteUse
from zerodesk.pricing.surfaces.parity import Carry, imply_carry

EXERCISES: Final = ("european", "american")

# Premiums stand still where forwards move by less than this share of their standard errors.
_STILL: Final = 0.25
_ROUNDS_MAX: Final = 6
# No spot differs from its nearest forward by more than this a year, or it is of another time.
_GREATEST_CARRY: Final = 0.2
_ACCURACY: Final = "fast"
LEAST_RATE: Final = 0.0
"""What no rate that American options imply is below: that would be noise, and what a right of early
exercise is worth at negative rates takes ten times as long. Who knows a negative rate says so."""


class EarlyExercise:
    """What it takes to price the options of a chain with their right of early exercise.

    Parameters
    ----------
    chain
        American options.
    carry
        Forwards and discounts by expiry, of European prices.
    spot
        The underlying's price, if it is known. Where it is not, or is of another time than the
        quotes, the nearest forward is taken for one that no dividend comes before.
    """

    def __init__(self, chain: OptionChain, carry: Carry, spot: float | None) -> None:
        forward, discount, deviation = carry.of(chain.expiry_years)
        with np.errstate(all="ignore"):
            self.rate = -np.log(discount) / chain.expiry_years
            self.spot = _spot(carry, spot)
            self.dividend_yield = self.rate - np.log(forward / self.spot) / chain.expiry_years
        self.chain = chain
        # By strike, not by price: to leave out what is priced at its payoff, and keep what noise
        # lifts above it, would pull every estimate to one side.
        self.is_deep: BoolArray = chain.sign * (forward - chain.strike) > deviation
        self.is_near: BoolArray = np.abs(forward - chain.strike) <= deviation

    def european_chain(self, chosen: BoolArray) -> OptionChain:
        """Return European bids and asks of the same volatilities; NaN where there is none.

        The middle is freed exactly; half of the spread is worth what the middle's volatility makes
        of it, vega for vega.
        """
        chain, terms = self.chain, self._terms(chosen)
        implied = american_implied_volatility(
            terms.sign, chain.middle[chosen], *terms[1:], accuracy=_ACCURACY
        )
        # A price that any low volatility gives says nothing of which.
        volatility = np.where(implied.volatility > 0.0, implied.volatility, np.nan)
        names = ("price", "vega")
        with_right = american(*terms, volatility, ("vega",), accuracy=_ACCURACY)
        without = black_scholes(*terms, volatility, names)
        bid, ask = np.full((2, chain.strike.size), np.nan)
        with np.errstate(all="ignore"):
            half = chain.half_spread[chosen] * without["vega"] / with_right["vega"]
        bid[chosen], ask[chosen] = without["price"] - half, without["price"] + half
        return OptionChain(chain.sign, chain.strike, chain.expiry_years, bid, ask)

    def american_price(self, volatility: FloatArray) -> FloatArray:
        """Return what the options are worth at volatilities, NaN where there is none."""
        terms = self._terms(np.ones(self.chain.strike.size, np.bool_))
        return american(*terms, volatility, accuracy=_ACCURACY)["price"]

    def _terms(self, chosen: BoolArray) -> "_Terms":
        chain = self.chain
        return _Terms(
            chain.sign[chosen],
            np.float64(self.spot),
            chain.strike[chosen],
            chain.expiry_years[chosen],
            self.rate[chosen],
            self.dividend_yield[chosen],
        )


class _Terms(NamedTuple):
    """Arguments of the formulas, in their order."""

    sign: FloatArray
    spot: np.float64
    strike: FloatArray
    expiry_years: FloatArray
    rate: FloatArray
    dividend_yield: FloatArray


class _Known(TypedDict):
    """What parity is told."""

    rate: float | None
    least_rate: float
    spot: float | None


class Freed(NamedTuple):
    """A chain of American options as European ones."""

    chain: OptionChain
    """NaN for bid and ask of what has no European price."""
    use: NDArray[np.int8]
    """A `QuoteUse` each, before parity is asked again."""
    exercise: EarlyExercise


def without_early_exercise(
    chain: OptionChain, *, rate: float | None = None, spot: float | None = None
) -> Freed:
    """Return a chain of American options as European ones, and how it was freed.

    Parameters
    ----------
    chain
        Quotes of American options.
    rate
        Continuously compounded, per year, if it is known.
    spot
        The underlying's price, if it is known, even roughly.

    Notes
    -----
    What is more than a deviation in the money is freed as far as it can be, and used for nothing:
    its price is mostly that of exercise, and of its time value mostly noise is left.

    Examples
    --------
    >>> strike, types = np.repeat([95.0, 100.0, 105.0], 2), ["call", "put"] * 3
    >>> option = (types, 100.0, strike, 1.0, 0.05, 0.0, 0.2)
    >>> middle = american(*option, accuracy="fast")["price"]
    >>> chain = OptionChain.of(types, strike, 1.0, middle - 0.01, middle + 0.01)
    >>> freed = without_early_exercise(chain, rate=0.05, spot=100.0)
    >>> european = black_scholes(*option)["price"]
    >>> [float(price[3].round(2)) for price in (middle, european, freed.chain.middle)]
    [6.09, 5.57, 5.57]
    """
    known: _Known = {"rate": rate, "least_rate": LEAST_RATE, "spot": spot}
    carry, use = imply_carry(chain, chain.screened(), **known)
    # What is off the parity of American prices may well be on that of European ones.
    use[use == QuoteUse.OFF_PARITY] = QuoteUse.USED
    usable = use == QuoteUse.USED
    exercise = EarlyExercise(chain, carry, spot)
    for _ in range(_ROUNDS_MAX):
        near = exercise.european_chain(usable & exercise.is_near)
        known_near = np.where(np.isfinite(near.middle), use, np.int8(QuoteUse.NO_VOLATILITY))
        before, (carry, _) = carry, imply_carry(near, known_near, **known)
        exercise = EarlyExercise(chain, carry, spot)
        if _stands_still(before, carry):
            break
    european = exercise.european_chain(usable & np.isfinite(exercise.dividend_yield))
    use[usable & ~np.isfinite(european.middle)] = QuoteUse.NO_VOLATILITY
    use[usable & exercise.is_deep] = QuoteUse.DEEP
    return Freed(european, use, exercise)


def _stands_still(before: Carry, after: Carry) -> bool:
    moved = np.abs(after.of(before.expiry_years)[0] - before.forward)
    return not np.any(moved > _STILL * before.forward_error)


def _spot(carry: Carry, spot: float | None) -> float:
    known = np.flatnonzero(np.isfinite(carry.forward))
    if not known.size:
        return np.nan
    nearest = known[0]
    implied = float(carry.forward[nearest] * carry.discount[nearest])
    room = _GREATEST_CARRY * carry.expiry_years[nearest]
    if spot is not None and abs(np.log(implied / spot)) <= room:
        return spot
    return implied
