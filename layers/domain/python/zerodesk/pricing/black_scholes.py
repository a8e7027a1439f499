"""European options after Black, Scholes and Merton (1973) and Black (1976).

Notation of the code: ``asset`` = S exp(-qT) and ``bond`` = K exp(-rT) are the two legs,
``deviation`` = sigma sqrt(T), x = ln(asset / bond), d1 = x / deviation + deviation / 2 and
d2 = d1 - deviation.

Only the out-of-the-money side is ever computed; the other is that plus the difference of the legs.
So the small price keeps its relative accuracy and put-call parity holds to the last places. Both
normal probabilities share one exponential, since asset phi(d1) = bond phi(d2), and are told by
Mills ratios, see `zerodesk.pricing.normal`.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import (
    Batch,
    FloatArray,
    MalformedCallError,
    OptionType,
    numbers,
    option_signs,
)
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, mills_ratio

# Distances in standard deviations beyond which nothing changes, small enough for their squares
# to be finite. Without a volatility (or without time) every option is that far from its strike.
_FAR: Final = 1e6
_WIDE: Final = 1e7
# Squares and products of it with the distances above stay within binary64.
_TINY: Final = 1e-140

OUTPUTS: Final = (
    "price",
    "delta",
    "gamma",
    "vega",
    "theta",
    "rho",
    "vanna",
    "volga",
    "charm",
    "speed",
    "zomma",
    "color",
    "veta",
)
"""What `black_scholes` and `black76` can tell of an option."""


class _Block:
    """One block of a batch. What is asked for is computed, and what that needs, once."""

    def __init__(
        self,
        sign: FloatArray,
        spot: FloatArray,
        strike: FloatArray,
        expiry_years: FloatArray,
        rate: FloatArray,
        dividend_yield: FloatArray,
        volatility: FloatArray,
    ) -> None:
        positive = (spot, strike, expiry_years, volatility)
        if not _all_valid(positive, (rate, dividend_yield)):
            valid = np.isfinite(rate) & np.isfinite(dividend_yield)
            for argument in positive:
                valid = valid & (argument >= 0.0) & np.isfinite(argument)
            spot = np.where(valid, spot, np.nan)
        self.sign = sign
        self.spot = spot
        self.strike = strike
        self.expiry_years = expiry_years
        self.rate = rate
        self.dividend_yield = dividend_yield
        self.volatility = volatility

    @cached_property
    def root_time(self) -> FloatArray:
        return np.sqrt(self.expiry_years)

    @cached_property
    def deviation(self) -> FloatArray:
        return self.volatility * self.root_time

    @cached_property
    def bond_discount(self) -> FloatArray:
        return np.exp(-self.rate * self.expiry_years)

    @cached_property
    def asset_discount(self) -> FloatArray:
        if self.dividend_yield is self.rate:
            return self.bond_discount
        return np.exp(-self.dividend_yield * self.expiry_years)

    @cached_property
    def asset(self) -> FloatArray:
        return self.spot * self.asset_discount

    @cached_property
    def bond(self) -> FloatArray:
        return self.strike * self.bond_discount

    @cached_property
    def log_moneyness(self) -> FloatArray:
        log = np.log(self.spot / self.strike)
        if self.dividend_yield is not self.rate:
            log += (self.rate - self.dividend_yield) * self.expiry_years
        return log

    @cached_property
    def distance(self) -> FloatArray:
        """|x| / deviation; as far as can be where the deviation is zero."""
        distance = np.abs(self.log_moneyness)
        distance /= self.deviation
        return np.fmin(distance, _FAR)

    @cached_property
    def half_deviation(self) -> FloatArray:
        return np.minimum(0.5 * self.deviation, _WIDE)

    @cached_property
    def near(self) -> FloatArray:
        """-d1 of the out-of-the-money call, d2 of the out-of-the-money put; may be negative."""
        return self.distance - self.half_deviation

    @cached_property
    def density(self) -> FloatArray:
        """Asset phi(d1), which is bond phi(d2)."""
        far = self.distance + self.half_deviation
        exponent = -0.5 * far
        exponent *= far
        density = np.exp(exponent)
        density *= np.maximum(self.asset, self.bond)
        density *= INVERSE_SQRT_2PI
        return density

    @cached_property
    def _mills(self) -> FloatArray:
        pair = np.empty((2, *np.shape(self.near)))
        np.abs(self.near, out=pair[0, ...])
        np.add(self.distance, self.half_deviation, out=pair[1, ...])
        return mills_ratio(pair)

    @cached_property
    def signed_mills(self) -> FloatArray:
        """The Mills ratio at |near|, with the sign of near."""
        signed: FloatArray = np.copysign(self._mills[0], self.near)
        return signed

    @cached_property
    def out_of_the_money(self) -> FloatArray:
        """The price of whichever of call and put is out of the money."""
        price: FloatArray = self.signed_mills - self._mills[1]
        price *= self.density
        price += (self.near < 0.0) * np.minimum(self.asset, self.bond)
        # The ratios may cross by a rounding where time or volatility is next to nothing.
        price *= price > 0.0
        return price

    @cached_property
    def price(self) -> FloatArray:
        intrinsic = self.asset - self.bond
        intrinsic *= self.sign
        intrinsic = np.maximum(intrinsic, 0.0)
        intrinsic += self.out_of_the_money
        return intrinsic

    # The Greeks. Divisors that may be zero are kept off zero: what they divide is zero then, and
    # zero is the limit.

    @cached_property
    def d1(self) -> FloatArray:
        return np.copysign(self.distance, self.log_moneyness) + self.half_deviation

    @cached_property
    def d2(self) -> FloatArray:
        return np.copysign(self.distance, self.log_moneyness) - self.half_deviation

    @cached_property
    def legs(self) -> tuple[FloatArray, FloatArray]:
        """Asset Phi(sign d1) and bond Phi(sign d2), each computed from its smaller tail."""
        call_is_out = self.log_moneyness <= 0.0
        is_out = call_is_out == (self.sign > 0.0)
        smaller, larger = np.minimum(self.asset, self.bond), np.maximum(self.asset, self.bond)
        near_tail = self.signed_mills * self.density
        far_tail = self._mills[1] * self.density
        is_within = self.near < 0.0
        near_leg = np.where(
            is_out, is_within * smaller + near_tail, ~is_within * smaller - near_tail
        )
        far_leg = np.where(is_out, far_tail, larger - far_tail)
        asset_leg = np.where(call_is_out, near_leg, far_leg)
        return asset_leg, np.where(call_is_out, far_leg, near_leg)

    @cached_property
    def carried_deviation(self) -> FloatArray:
        return np.maximum(self.deviation, _TINY)

    @cached_property
    def carried_volatility(self) -> FloatArray:
        return np.maximum(self.volatility, _TINY)

    @cached_property
    def d1_by_time(self) -> FloatArray:
        """Derivative of d1 by the time to expiry."""
        drift = (self.rate - self.dividend_yield) / self.carried_deviation
        drift -= self.d2 / (2.0 * np.maximum(self.expiry_years, _TINY))
        return drift

    @cached_property
    def delta(self) -> FloatArray:
        return self.sign * self.legs[0] / self.spot

    @cached_property
    def gamma(self) -> FloatArray:
        return self.density / (self.spot * self.spot * self.carried_deviation)

    @cached_property
    def vega(self) -> FloatArray:
        return self.density * self.root_time

    @cached_property
    def theta(self) -> FloatArray:
        asset_leg, bond_leg = self.legs
        carry = self.dividend_yield * asset_leg
        carry -= self.rate * bond_leg
        carry *= self.sign
        decay = 0.5 * self.density
        decay *= self.volatility
        decay /= np.maximum(self.root_time, _TINY)
        return carry - decay

    @cached_property
    def rho(self) -> FloatArray:
        return self.sign * self.expiry_years * self.legs[1]

    @cached_property
    def vanna(self) -> FloatArray:
        return -self.density * self.d2 / (self.spot * self.carried_volatility)

    @cached_property
    def volga(self) -> FloatArray:
        return self.vega * self.d1 * self.d2 / self.carried_volatility

    @cached_property
    def charm(self) -> FloatArray:
        return self.dividend_yield * self.delta - self.density / self.spot * self.d1_by_time

    @cached_property
    def speed(self) -> FloatArray:
        return -self.gamma / self.spot * (1.0 + self.d1 / self.carried_deviation)

    @cached_property
    def zomma(self) -> FloatArray:
        return self.gamma * (self.d1 * self.d2 - 1.0) / self.carried_volatility

    @cached_property
    def _density_by_time(self) -> FloatArray:
        """Minus the logarithmic derivative of asset phi(d1) by the time to expiry."""
        return self.dividend_yield + self.d1 * self.d1_by_time

    @cached_property
    def color(self) -> FloatArray:
        half_life = 0.5 / np.maximum(self.expiry_years, _TINY)
        return self.gamma * (self._density_by_time + half_life)

    @cached_property
    def veta(self) -> FloatArray:
        half_life = 0.5 / np.maximum(self.expiry_years, _TINY)
        return self.vega * (self._density_by_time - half_life)


class _ForwardBlock(_Block):
    """The same on a forward, which stays where it is when rates move."""

    def __init__(
        self,
        sign: FloatArray,
        forward: FloatArray,
        strike: FloatArray,
        expiry_years: FloatArray,
        rate: FloatArray,
        volatility: FloatArray,
    ) -> None:
        super().__init__(sign, forward, strike, expiry_years, rate, rate, volatility)

    @cached_property
    def rho(self) -> FloatArray:
        return -self.expiry_years * self.price


def _all_valid(positive: tuple[FloatArray, ...], real: tuple[FloatArray, ...]) -> bool:
    """Whether all elements are finite, and those not negative that must not be; in fast passes."""
    total = sum(np.add.reduce(argument, axis=None) for argument in (*positive, *real))
    smallest = min(np.min(argument) for argument in positive)
    return bool(smallest >= 0.0) and bool(np.isfinite(total))


def _evaluate(block: type[_Block], batch: Batch, outputs: Sequence[str]) -> dict[str, FloatArray]:
    for name in outputs:
        if name not in OUTPUTS:
            raise MalformedCallError(f"outputs: no {name!r}; there are {', '.join(OUTPUTS)}")
    results = {name: batch.empty() for name in outputs}
    with np.errstate(all="ignore"):
        for where, arguments in batch.blocks():
            values = block(*arguments)
            for name, result in results.items():
                result[where] = getattr(values, name)
    return {name: batch.shaped(result) for name, result in results.items()}


def black_scholes(
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    outputs: Sequence[str] = ("price",),
) -> dict[str, FloatArray]:
    """Return prices and Greeks of European options, after Black, Scholes and Merton.

    Only what ``outputs`` names is computed, in one pass.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    spot, strike : array_like
        Per unit of the underlying, in one currency. Zero or more; Greeks by spot need more.
    expiry_years : array_like
        Time to expiry, years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year, of any sign. A currency's foreign rate is a dividend
        yield; for a commodity it is the rate less the cost of carry.
    volatility : array_like
        Per square root of a year, zero or more.
    outputs : sequence of str
        Some of `OUTPUTS`: price; delta; gamma; vega, per 1.00 of volatility; theta, the change
        with the passing of one year; rho, per 1.00 of rate; vanna, of delta per 1.00 of
        volatility; volga, of vega; charm, color and veta, of delta, gamma and vega with the
        passing of one year; speed, of gamma by spot; zomma, of gamma per 1.00 of volatility.

    Returns
    -------
    dict of str to float64
        By the names asked for, each of the shape that the arguments broadcast to. NaN where an
        argument is NaN, infinite, or negative without being a rate.

    Raises
    ------
    MalformedCallError
        An output or option type that does not exist, something else than numbers, or shapes that
        do not broadcast.

    Notes
    -----
    Without volatility or time the price is what the legs are worth, max(S exp(-qT) - K exp(-rT),
    0) for a call, and the Greeks are its derivatives, from below where it has a kink.

    The relative error of the price is a few units in the last place times its elasticity, spot
    times delta over price: as small as the rounding of ``spot`` itself allows. Call less put
    is within 4 units in the last place of the larger leg.

    References
    ----------
    Black and Scholes (1973), Journal of Political Economy 81(3), 637-654; Merton (1973), Bell
    Journal of Economics 4(1), 141-183. Greeks as in Haug (2007), "The Complete Guide to Option
    Pricing Formulas", chapter 2.

    Examples
    --------
    Hull's example, S = 42, K = 40, six months, 10 %, 20 %: the call is worth 4.76.

    >>> values = black_scholes("call", 42, 40, 0.5, 0.10, 0, 0.20, outputs=("price", "delta"))
    >>> round(float(values["price"]), 4), round(float(values["delta"]), 4)
    (4.7594, 0.7791)

    A chain of strikes at two expiries:

    >>> strikes, expiries = np.array([90.0, 100.0, 110.0]), np.array([[0.25], [1.0]])
    >>> black_scholes("put", 100, strikes, expiries, 0.02, 0, 0.3)["price"].round(2)
    array([[ 1.91,  5.72, 12.09],
           [ 6.29, 10.84, 16.69]])
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        spot=numbers("spot", spot),
        strike=numbers("strike", strike),
        expiry_years=numbers("expiry_years", expiry_years),
        rate=numbers("rate", rate),
        dividend_yield=numbers("dividend_yield", dividend_yield),
        volatility=numbers("volatility", volatility),
    )
    return _evaluate(_Block, batch, outputs)


def black76(
    option_type: OptionType,
    forward: ArrayLike,
    strike: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    volatility: ArrayLike,
    outputs: Sequence[str] = ("price",),
) -> dict[str, FloatArray]:
    """Return prices and Greeks of European options on a forward or future, after Black.

    As `black_scholes`, with the forward in the place of the spot and nothing to carry: delta,
    gamma, vanna and speed are by the forward, and rho holds the forward where it is, so it is
    minus the time to expiry times the price.

    Parameters
    ----------
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    forward, strike : array_like
        Per unit of the underlying, zero or more.
    expiry_years : array_like
        Years, zero or more.
    rate : array_like
        For discounting; continuously compounded, per year, of any sign.
    volatility : array_like
        Per square root of a year, zero or more.
    outputs : sequence of str
        Some of `OUTPUTS`.

    Returns
    -------
    dict of str to float64
        By the names asked for, each of the shape that the arguments broadcast to; NaN as in
        `black_scholes`.

    Raises
    ------
    MalformedCallError
        As `black_scholes`.

    References
    ----------
    Black (1976), "The pricing of commodity contracts", Journal of Financial Economics 3, 167-179.

    Examples
    --------
    Haug's example: futures at 19, strike 19, nine months, 10 %, 28 %; 1.7011.

    >>> round(float(black76("put", 19, 19, 0.75, 0.10, 0.28)["price"]), 4)
    1.7011
    """
    batch = Batch(
        option_type=option_signs("option_type", option_type),
        forward=numbers("forward", forward),
        strike=numbers("strike", strike),
        expiry_years=numbers("expiry_years", expiry_years),
        rate=numbers("rate", rate),
        volatility=numbers("volatility", volatility),
    )
    return _evaluate(_ForwardBlock, batch, outputs)
