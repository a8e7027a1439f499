"""A chain of options as quoted, and why a quote is not used."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zerodesk.pricing.batch import (
    FloatArray,
    MalformedCallError,
    OptionType,
    numbers,
    option_signs,
)

MAX_QUOTES: Final = 100_000
"""The largest listed chains have a fifth of it."""


WIDEST: Final = 0.25
"""Half a spread that says something, of the middle at most."""


class QuoteUse(IntEnum):
    """What became of a quote."""

    USED = 0
    OTHER_SIDE = 1
    """Good, but the other option of its strike, out of the money, says the same more exactly."""
    NOT_A_NUMBER = 2
    """Strike, expiry or ask is missing, infinite, or not positive, or the bid is infinite."""
    EXPIRED = 3
    CROSSED = 4
    """The bid is above the ask."""
    NO_BID = 5
    """Nobody would buy it, so its middle says nothing: its bid is missing, or not positive."""
    NO_FORWARD = 6
    """Its expiry has no strike with both a call and a put, or these contradict each other."""
    NO_VOLATILITY = 7
    """Its middle is below the intrinsic value, or takes more than 1,000 % of volatility."""
    TOO_WIDE = 8
    """Bid and ask are further apart than half of their middle, or leave the volatility open by half
    of it to either side: next to nothing, the tick says more than the market does."""
    TOO_FEW = 9
    """Its expiry has fewer than two strikes that can be used."""
    OTHER_UNDERLYING = 10
    """Call and put of its strike imply a forward that is nowhere near the spot: a contract that was
    adjusted, for a split, say, and delivers something else."""
    OFF_PARITY = 11
    """It contradicts the other option of its strike, if the other strikes are right."""
    OFF_SMILE = 12
    """Its volatility contradicts those of its neighbours."""
    DEEP = 13
    """American and more than a deviation in the money: its price is that of being exercised."""


EXPLANATIONS: Final = {
    QuoteUse.USED: "used",
    QuoteUse.OTHER_SIDE: "in the money: the other side of the strike is used",
    QuoteUse.NOT_A_NUMBER: "a strike or price that is no positive number",
    QuoteUse.EXPIRED: "expired",
    QuoteUse.CROSSED: "bid above ask",
    QuoteUse.NO_BID: "no bid",
    QuoteUse.NO_FORWARD: "no call and put of one strike to imply a forward",
    QuoteUse.NO_VOLATILITY: "no volatility below 1,000 % gives its middle",
    QuoteUse.TOO_WIDE: "bid and ask too far apart",
    QuoteUse.TOO_FEW: "fewer than two strikes at its expiry",
    QuoteUse.OTHER_UNDERLYING: "call and put imply another underlying, as adjusted contracts do",
    QuoteUse.OFF_PARITY: "off put-call parity",
    QuoteUse.OFF_SMILE: "off the smile of its neighbours",
    QuoteUse.DEEP: "American and so far in the money that it is worth its exercise",
}


@dataclass(frozen=True, slots=True)
class OptionChain:
    """Options on one underlying with their best bids and asks, shape (n,) each.

    Parameters
    ----------
    sign
        +1 for calls, -1 for puts.
    strike
        In the currency of the prices.
    expiry_years
        From the time of the quotes.
    bid, ask
        Prices; NaN or zero for none.
    """

    sign: FloatArray
    strike: FloatArray
    expiry_years: FloatArray
    bid: FloatArray
    ask: FloatArray

    @classmethod
    def of(
        cls,
        option_type: OptionType,
        strike: ArrayLike,
        expiry_years: ArrayLike,
        bid: ArrayLike,
        ask: ArrayLike,
    ) -> "OptionChain":
        """Return a chain of anything that broadcasts to one dimension.

        Raises
        ------
        MalformedCallError
            Something else than numbers, shapes that do not fit, no quote at all, or more than
            `MAX_QUOTES`.

        Examples
        --------
        >>> OptionChain.of(["call", "put"], 100, 0.5, [5.0, 4.8], [5.2, 5.0]).middle
        array([5.1, 4.9])
        """
        arguments = {
            "option_type": option_signs("option_type", option_type),
            "strike": numbers("strike", strike),
            "expiry_years": numbers("expiry_years", expiry_years),
            "bid": numbers("bid", bid),
            "ask": numbers("ask", ask),
        }
        try:
            arrays = np.broadcast_arrays(*arguments.values())
        except ValueError as misfit:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in arguments.items())
            raise MalformedCallError(f"quotes: shapes do not broadcast: {shapes}") from misfit
        size = arrays[0].size
        if arrays[0].ndim > 1 or not 1 <= size <= MAX_QUOTES:
            raise MalformedCallError(
                f"quotes: expected a list of 1 to {MAX_QUOTES}, was of shape {arrays[0].shape}"
            )
        return cls(*(np.ascontiguousarray(array).reshape(size) for array in arrays))

    @property
    def middle(self) -> FloatArray:
        """Return the prices half way between bid and ask."""
        return 0.5 * (self.bid + self.ask)

    @property
    def half_spread(self) -> FloatArray:
        """Return how far bid and ask are from the middle."""
        return 0.5 * (self.ask - self.bid)

    def screened(self) -> NDArray[np.int8]:
        """Return for each quote why it cannot be used on its own account; else USED."""
        use = np.full(self.strike.size, QuoteUse.USED, np.int8)
        # In order of rising precedence: the last one written is told.
        use[self.half_spread > WIDEST * self.middle] = QuoteUse.TOO_WIDE
        use[self.bid > self.ask] = QuoteUse.CROSSED
        has_bid = self.bid > 0.0
        use[~has_bid] = QuoteUse.NO_BID
        use[self.expiry_years <= 0.0] = QuoteUse.EXPIRED
        priced = np.isfinite(self.bid) & np.isfinite(self.ask) & (self.ask > 0.0)
        terms = np.isfinite(self.strike) & np.isfinite(self.expiry_years) & (self.strike > 0.0)
        use[~terms | (has_bid & ~priced)] = QuoteUse.NOT_A_NUMBER
        return use
