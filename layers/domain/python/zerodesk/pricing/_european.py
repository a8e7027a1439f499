"""The engine of the European formulas: one block of a batch, each quantity computed once at most.

Notation: ``asset`` = S exp(-qT) and ``bond`` = K exp(-rT) are the two legs, ``deviation`` = sigma
sqrt(T), x = ln(asset / bond), d1 = x / deviation + deviation / 2 and d2 = d1 - deviation.

Only the out-of-the-money side is ever computed; the other is that plus the difference of the legs.
So the small price keeps its relative accuracy and put-call parity holds to the last places. Both
normal probabilities share one exponential, since asset phi(d1) = bond phi(d2), and are told by
Mills ratios, see `zerodesk.pricing.normal`.
"""

from functools import cached_property
from typing import Final

import numpy as np

from zerodesk.pricing.batch import BoolArray, FloatArray
from zerodesk.pricing.normal import (
    INVERSE_SQRT_2PI,
    SERIES_DEVIATION,
    SERIES_MONEYNESS,
    mills_difference,
    mills_ratio,
)

# Distances in standard deviations beyond which nothing changes, small enough for their squares
# to be finite. Without a volatility (or without time) every option is that far from its strike.
_FAR: Final = 1e6
_WIDE: Final = 1e7
# Squares and products of it with the distances above stay within binary64.
_TINY: Final = 1e-140


class EuropeanBlock:
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
        # The difference of spot and strike is exact where they are near, their ratio is not.
        difference = self.spot - self.strike
        ratio = np.abs(difference)
        ratio /= np.minimum(self.spot, self.strike)
        log: FloatArray = np.copysign(np.log1p(ratio), difference)
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
        exponent = -0.5 * self.near
        exponent *= self.near
        density = np.exp(exponent)
        density *= self.smaller
        density *= INVERSE_SQRT_2PI
        return density

    @cached_property
    def far_tail(self) -> FloatArray:
        """What the larger leg weighs in the out-of-the-money price."""
        return mills_ratio(self.distance + self.half_deviation) * self.density

    @cached_property
    def near_tail(self) -> FloatArray:
        """The same of the smaller leg; where near is negative, less that leg."""
        tail: FloatArray = np.copysign(mills_ratio(np.abs(self.near)), self.near)
        tail *= self.density
        return tail

    @cached_property
    def smaller(self) -> FloatArray:
        return np.minimum(self.asset, self.bond)

    @cached_property
    def _is_narrow(self) -> BoolArray:
        """Where the two tails would cancel."""
        narrow: BoolArray = self.deviation <= SERIES_DEVIATION
        narrow &= np.abs(self.log_moneyness) <= SERIES_MONEYNESS
        return narrow

    @cached_property
    def out_of_the_money(self) -> FloatArray:
        """The price of whichever of call and put is out of the money."""
        if np.all(self._is_narrow):
            return self._narrow_price
        wide = self.near_tail - self.far_tail
        wide += (self.near < 0.0) * self.smaller
        # The tails may cross by a rounding where there is next to nothing between them.
        wide *= wide > 0.0
        if not np.any(self._is_narrow):
            return wide
        return np.where(self._is_narrow, self._narrow_price, wide)

    @cached_property
    def _narrow_price(self) -> FloatArray:
        price = mills_difference(self.distance, self.half_deviation)
        price *= self.density
        price *= self.deviation
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
        near_out = self.out_of_the_money + self.far_tail
        near_in = self.smaller - near_out
        if not np.all(self._is_narrow):
            # A wide near tail is close to its leg: the rest is told by the tail itself.
            beyond = (self.near >= 0.0) * self.smaller - self.near_tail
            near_in = np.where(self._is_narrow, near_in, beyond)
        near_leg = np.where(is_out, near_out, near_in)
        larger = np.maximum(self.asset, self.bond)
        far_leg = np.where(is_out, self.far_tail, larger - self.far_tail)
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


class ForwardBlock(EuropeanBlock):
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
