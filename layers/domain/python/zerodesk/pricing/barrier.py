"""Barrier options, watched all the time: the eight of Reiner and Rubinstein.

Four building blocks make them all: A is the vanilla option, B the vanilla option paid only beyond
the barrier, C and D are A and B seen in the mirror of the barrier. Direction and option type only
turn signs.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import (
    Batch,
    BoolArray,
    FloatArray,
    OptionType,
    choices,
    option_signs,
)
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, weighted_cdf

BARRIER_TYPES: Final = {"down-out": 1.0, "down-in": 2.0, "up-out": -1.0, "up-in": -2.0}
"""Their numbers: positive below the spot; 1 ends the option, 2 begins it."""

_KNOCK_IN: Final = 2.0
_REACH: Final = 10.0
_NODES: Final = 64


def barrier(
    barrier_type: OptionType,
    option_type: OptionType,
    spot: ArrayLike,
    strike: ArrayLike,
    barrier_level: ArrayLike,
    expiry_years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    volatility: ArrayLike,
    rebate: ArrayLike = 0.0,
) -> FloatArray:
    """Return prices of single-barrier options, after Black and Scholes.

    Parameters
    ----------
    barrier_type : str or array_like
        A key of `BARRIER_TYPES`, or an array of these, or of their numbers.
    option_type : str or array_like
        ``"call"`` or ``"put"``, or an array of these, or of +1 and -1.
    spot, strike, barrier_level : array_like
        Per unit of the underlying, positive.
    expiry_years : array_like
        Years, zero or more.
    rate, dividend_yield : array_like
        Continuously compounded, per year.
    volatility : array_like
        Per square root of a year, zero or more.
    rebate : array_like
        Paid when the barrier ends the option, or at expiry when it never began; zero or more.

    Returns
    -------
    float64, of the shape that the arguments broadcast to
        With the spot at the barrier or beyond, a knock-out is worth its rebate and a knock-in the
        vanilla option. NaN where an argument is NaN, infinite or out of its range.

    Raises
    ------
    MalformedCallError
        A type that does not exist, something else than numbers, or shapes that do not broadcast.

    References
    ----------
    Reiner and Rubinstein (1991), "Breaking down the barriers", Risk 4(8), 28-35; in the notation
    of Haug (2007), section 4.17.

    Examples
    --------
    Haug's example: S = 100, K = 90, H = 95, half a year, 8 %, 4 %, 25 %, rebate 3; 9.0246.

    >>> round(float(barrier("down-out", "call", 100, 90, 95, 0.5, 0.08, 0.04, 0.25, 3)), 4)
    9.0246
    """
    batch = Batch(
        barrier_type=choices("barrier_type", barrier_type, BARRIER_TYPES),
        option_type=option_signs("option_type", option_type),
        spot=spot,
        strike=strike,
        barrier_level=barrier_level,
        expiry_years=expiry_years,
        rate=rate,
        dividend_yield=dividend_yield,
        volatility=volatility,
        rebate=rebate,
    )
    return batch.evaluate(lambda *arguments: _Barrier(*arguments).price())


@dataclass(frozen=True)
class _Barrier:
    """One block of a batch."""

    kind: FloatArray
    sign: FloatArray
    spot: FloatArray
    strike: FloatArray
    level: FloatArray
    expiry_years: FloatArray
    rate: FloatArray
    dividend_yield: FloatArray
    volatility: FloatArray
    rebate: FloatArray

    def price(self) -> FloatArray:
        side, is_in = np.sign(self.kind), np.abs(self.kind) == _KNOCK_IN
        moves = self._deviation > 0.0
        price = np.where(moves, self._with_volatility(side, is_in), self._without(side, is_in))
        through = side * (self.spot - self.level) <= 0.0
        price = np.where(through, np.where(is_in, self._vanilla(), self.rebate), price)
        return np.where(self._valid(), price, np.nan)

    @property
    def _deviation(self) -> FloatArray:
        return self.volatility * np.sqrt(self.expiry_years)

    @property
    def _carry(self) -> FloatArray:
        return self.rate - self.dividend_yield

    def _valid(self) -> BoolArray:
        positive = (self.spot > 0.0) & (self.strike > 0.0) & (self.level > 0.0)
        not_negative = (self.expiry_years >= 0.0) & (self.volatility >= 0.0) & (self.rebate >= 0.0)
        total = self.spot + self.strike + self.level + self.expiry_years
        total = total + self.rate + self.dividend_yield + self.volatility + self.rebate
        valid: BoolArray = positive & not_negative & np.isfinite(total)
        return valid

    def _with_volatility(self, side: FloatArray, is_in: BoolArray) -> FloatArray:
        vanilla = self._leg(self.sign, np.log(self.spot / self.strike), 0.0)
        beyond = self._leg(self.sign, np.log(self.spot / self.level), 0.0)
        log_mirror = np.log(self.level / self.spot)
        mirrored = self._leg(side, log_mirror + np.log(self.level / self.strike), log_mirror)
        beyond_mirrored = self._leg(side, log_mirror, log_mirror)
        # A call with a barrier below and a put with one above die where they are worth little.
        dies_worthless = side * self.sign > 0.0
        strike_is_alive = side * (self.strike - self.level) > 0.0
        out = np.where(
            dies_worthless,
            np.where(strike_is_alive, vanilla - mirrored, beyond - beyond_mirrored),
            np.where(strike_is_alive, vanilla - beyond + mirrored - beyond_mirrored, 0.0),
        )
        out = np.maximum(out, 0.0)
        rebate_in, rebate_out = self._rebates(side, log_mirror)
        return np.where(is_in, np.maximum(vanilla - out, 0.0) + rebate_in, out + rebate_out)

    def _leg(
        self, tail: FloatArray, log_ratio: FloatArray, log_mirror: FloatArray | float
    ) -> FloatArray:
        """Return A, B, C or D; ``tail`` is the sign within the normal probabilities."""
        deviation, time = self._deviation, self.expiry_years
        mu = self._mu
        distance = log_ratio / deviation + (1.0 + mu) * deviation
        asset_weight = np.log(self.spot) - self.dividend_yield * time + 2.0 * (mu + 1) * log_mirror
        bond_weight = np.log(self.strike) - self.rate * time + 2.0 * mu * log_mirror
        asset = weighted_cdf(asset_weight, tail * distance)
        return self.sign * (asset - weighted_cdf(bond_weight, tail * (distance - deviation)))

    @property
    def _mu(self) -> FloatArray:
        return self._carry / (self.volatility * self.volatility) - 0.5

    def _rebates(self, side: FloatArray, log_mirror: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what the rebate of a knock-in and of a knock-out are worth."""
        deviation, time, mu = self._deviation, self.expiry_years, self._mu
        far = -log_mirror / deviation + mu * deviation
        near = log_mirror / deviation + mu * deviation
        never = weighted_cdf(-self.rate * time, side * far)
        never = never - weighted_cdf(-self.rate * time + 2.0 * mu * log_mirror, side * near)
        return self.rebate * never, self.rebate * self._reached(side, log_mirror)

    def _reached(self, side: FloatArray, log_mirror: FloatArray) -> FloatArray:
        """Return what 1 paid when the barrier is reached is worth."""
        deviation, mu = self._deviation, self._mu
        radicand = mu * mu + 2.0 * self.rate / (self.volatility * self.volatility)
        root = np.sqrt(np.maximum(radicand, 0.0))
        hit = log_mirror / deviation + root * deviation
        reached = weighted_cdf((mu + root) * log_mirror, side * hit)
        reached = reached + weighted_cdf(
            (mu - root) * log_mirror, side * (hit - 2.0 * root * deviation)
        )
        if np.all((radicand >= 0.0) | (self.rebate == 0.0)):
            return reached
        return np.where(radicand >= 0.0, reached, self._reached_by_quadrature(side, log_mirror))

    def _reached_by_quadrature(self, side: FloatArray, log_mirror: FloatArray) -> FloatArray:
        """Return the same where rates are so negative that the closed form is complex.

        With w = |ln(level / spot)| / (volatility sqrt(t)) the law of the hitting time t is nearly
        normal, and smooth.
        """
        away = np.abs(log_mirror)
        start = away / self._deviation
        drift = side * self._mu * away
        growth = self.rate * (away / self.volatility) ** 2
        # It falls as a normal density beyond these; ln w resolves a barrier next to the spot.
        end = start + np.sqrt(np.abs(drift) + 2.0 * np.abs(growth)) + _REACH
        half = 0.5 * np.log(end / start)
        total = np.zeros_like(half)
        for node, weight in zip(*_quadrature(), strict=True):
            w = start * np.exp(half * (1.0 + node))
            exponent = w + drift / w
            total += weight * w * np.exp(-0.5 * exponent * exponent - growth / (w * w))
        return 2.0 * INVERSE_SQRT_2PI * half * total

    def _vanilla(self) -> FloatArray:
        moving = self._leg(self.sign, np.log(self.spot / self.strike), 0.0)
        return np.where(self._deviation > 0.0, moving, self._discounted_intrinsic())

    def _discounted_intrinsic(self) -> FloatArray:
        asset = self.spot * np.exp(-self.dividend_yield * self.expiry_years)
        bond = self.strike * np.exp(-self.rate * self.expiry_years)
        return np.maximum(self.sign * (asset - bond), 0.0)

    def _without(self, side: FloatArray, is_in: BoolArray) -> FloatArray:
        """Return the price where the spot drifts along one known path, or no time is left."""
        end = self.spot * np.exp(self._carry * self.expiry_years)
        hits = side * (end - self.level) <= 0.0
        hit_years = np.log(self.level / self.spot) / self._carry
        at_expiry = self.rebate * np.exp(-self.rate * self.expiry_years)
        at_hit = self.rebate * np.exp(-self.rate * hit_years)
        intrinsic = self._discounted_intrinsic()
        return np.where(
            is_in, np.where(hits, intrinsic, at_expiry), np.where(hits, at_hit, intrinsic)
        )


@cache
def _quadrature() -> tuple[FloatArray, FloatArray]:
    # Not at import: numpy.polynomial costs as much as all the formulas, and is seldom needed.
    return np.polynomial.legendre.leggauss(_NODES)
