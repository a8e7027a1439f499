"""What the right to exercise early is worth, from the boundary, and how that changes.

Per unit of strike and per horizon as in `zerodesk.pricing._exercise`; ``later`` is how much longer
than the horizon the option lives. Kim's integral: while the spot is below the boundary, exercise
earns interest on the strike and loses the yield,

    premium = int rate exp(-rate s) Phi(-d2) - carry spot exp(-carry s) Phi(-d1) ds,

d1 and d2 those of spot / B(t - s). Where exercise lies between two boundaries the lower one takes
the same with the other sign.

The integral is not stationary in the boundary, so its sensitivities to volatility and rates have
to follow the boundary's own: `Premium.by_root` is what the roots are worth.
"""

from functools import cached_property
from typing import Final

import numpy as np

from zerodesk.pricing._collocation import Quadrature
from zerodesk.pricing._exercise import NOTHING, Puts
from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, mills_ratio

_FAR: Final = 38.0
_TINY: Final = 1e-280


class Premium:
    """The integral over exercise within the horizon, and its derivatives at fixed roots.

    All of shape (options,); inner arrays have the shape (options, points).
    """

    def __init__(
        self,
        puts: Puts,
        quadrature: Quadrature,
        root: FloatArray,
        spot: FloatArray,
        later: FloatArray,
    ) -> None:
        near = quadrature.root[0, 0]
        self.weight = quadrature.weight[0, 0] * near
        self.root, self.interpolation = root, quadrature.interpolation[0]
        self.rate, self.carry, self.deviation, self.side = (values[:, None] for values in puts)
        self.spot, self.start = spot[:, None], puts.start[:, None]
        self.start_pull = puts.pull[:, None]
        self.start_moves = [values[:, None] for values in puts.log_start_slopes]
        self.elapsed = later[:, None] + near * near
        root_elapsed = np.sqrt(self.elapsed)
        self.inner = np.sqrt(np.maximum((root * root) @ self.interpolation, _TINY))
        self.width = self.deviation * root_elapsed
        away = np.log(self.spot / self.start) + self.side * self.inner
        self.d1 = away / self.width + puts.drift[:, None] * root_elapsed
        self.d2 = self.d1 - self.width

    @cached_property
    def _density(self) -> FloatArray:
        """Exp(-carry s) phi(d1), which is exp(-rate s) phi(d2) B / spot."""
        return _density(self.d1, self.carry * self.elapsed)

    @cached_property
    def _ratio(self) -> FloatArray:
        """1 / B."""
        ratio: FloatArray = np.exp(self.side * self.inner) / self.start
        return ratio

    @cached_property
    def _asset(self) -> FloatArray:
        """Exp(-carry s) Phi(-d1)."""
        return _below(self.d1, self._density, self.carry * self.elapsed)

    @cached_property
    def _bond(self) -> FloatArray:
        """Exp(-rate s) Phi(-d2)."""
        density = self._density * self.spot * self._ratio
        return _below(self.d2, density, self.rate * self.elapsed)

    @cached_property
    def _pull(self) -> FloatArray:
        grown = np.expm1(self.side * self.inner)
        pull: FloatArray = self.rate / self.start * grown + self.start_pull
        return pull

    @cached_property
    def _by_log(self) -> FloatArray:
        """The derivative of what is integrated by ln B."""
        by_log: FloatArray = self.spot * self._density * self._pull / self.width
        return by_log

    def _sum(self, values: FloatArray) -> FloatArray:
        total: FloatArray = (self.side * values) @ self.weight
        return total

    @cached_property
    def value(self) -> FloatArray:
        return self._sum(self.rate * self._bond - self.carry * self.spot * self._asset)

    @cached_property
    def delta(self) -> FloatArray:
        return self._sum(-self._by_log / self.spot - self.carry * self._asset)

    @cached_property
    def gamma(self) -> FloatArray:
        crossing = self._pull * self.d1 / self.width + self.carry
        return self._sum(self._density * crossing / (self.spot * self.width))

    @cached_property
    def by_deviation(self) -> FloatArray:
        crossing = self.rate * self._ratio * self.d1 - self.carry * self.d2
        return self._sum(self.spot * self._density * crossing / self.deviation)

    @cached_property
    def by_rate(self) -> FloatArray:
        held = (1.0 - self.rate * self.elapsed) * self._bond
        return self._sum(held - self._by_log * (self.elapsed - self.start_moves[0]))

    @cached_property
    def by_carry(self) -> FloatArray:
        held = (1.0 - self.carry * self.elapsed) * self.spot * self._asset
        return self._sum(self._by_log * (self.elapsed + self.start_moves[1]) - held)

    @cached_property
    def by_root(self) -> FloatArray:
        """Derivatives of the value by the roots, shape (options, nodes)."""
        told = self.inner > NOTHING
        by_inner = np.where(told, -self._by_log * self.weight / self.inner, 0.0)
        by_root: FloatArray = (by_inner @ self.interpolation.T) * self.root
        return by_root


class LastingPremium:
    """The same integral over the time ``later`` before, while the boundary stands still.

    With the boundary b of a perpetual put, where (spot / b)^power is what 1 paid on reaching b is
    worth, the integral is

        (1 - b) a - exp(-rate t) Phi(-d2) + spot exp(-carry t) Phi(-d1),
        a = (spot / b)^power Phi((nu t - |ln(spot / b)|) / (deviation sqrt(t))),

    and it is stationary in b: that boundary is the best one.
    """

    def __init__(self, puts: Puts, spot: FloatArray, later: FloatArray) -> None:
        self.rate, self.carry, self.deviation, self.side = puts
        self.spot, self.later = spot, later
        variance = self.deviation * self.deviation
        self.mean = self.rate - self.carry - 0.5 * variance
        self.spread = np.sqrt(self.mean * self.mean + 2.0 * self.rate * variance)
        self.power = puts.power
        self.boundary = self.power / (self.power - 1.0)
        self.width = self.deviation * np.sqrt(later)
        self.log = np.log(spot / self.boundary)
        self.d2 = (self.log + self.mean * later) / self.width
        self.d1 = self.d2 + self.width
        self.density = _density(self.d2, self.rate * later)
        self.bond = _below(self.d2, self.density, self.rate * later)
        asset_density = self.density * self.boundary / spot
        self.asset = _below(self.d1, asset_density, self.carry * later)
        reach = self.side * self.log - self.spread * later
        self.near = reach / self.width
        self.reached = _below(self.near, self.density, -self.power * self.log)

    @cached_property
    def _below_it(self) -> FloatArray:
        """1 for a lower boundary, which takes away all that lies below."""
        return np.where(self.side < 0.0, 1.0, 0.0)

    @cached_property
    def value(self) -> FloatArray:
        ended = self.side * (self.bond - self.spot * self.asset)
        lasting = (1.0 - self.boundary) * self.reached - ended
        return lasting - self._below_it * (1.0 - self.spot)

    @cached_property
    def delta(self) -> FloatArray:
        reached = self.boundary * self.reached / self.spot
        return self._below_it - reached + self.side * self.asset

    @cached_property
    def gamma(self) -> FloatArray:
        return -self.power * self.reached / (self.spot * self.spot)

    @cached_property
    def by_deviation(self) -> FloatArray:
        mean_moves = -self.deviation
        spread_moves = (self.mean * mean_moves + 2.0 * self.rate * self.deviation) / self.spread
        power_moves = -2.0 * self.power / self.deviation
        reached = self._reached_moves(mean_moves, spread_moves, power_moves)
        reached += (1.0 - self.boundary) * self.density * self.near / self.deviation
        ended = self.density * (self.d1 - self.boundary * self.d2) / self.deviation
        return reached - self.side * ended

    @cached_property
    def by_rate(self) -> FloatArray:
        spread_moves = (self.mean + self.deviation * self.deviation) / self.spread
        reached = self._reached_moves(np.ones_like(self.mean), spread_moves, 0.0)
        return reached + self.side * (self.later * self.bond + self._by_drift)

    @cached_property
    def by_carry(self) -> FloatArray:
        mean_moves = -np.ones_like(self.mean)
        reached = self._reached_moves(mean_moves, -self.mean / self.spread, 0.0)
        return reached - self.side * (self.later * self.spot * self.asset + self._by_drift)

    @cached_property
    def _by_drift(self) -> FloatArray:
        return (1.0 - self.boundary) * self.density * self.later / self.width

    def _reached_moves(
        self, mean: FloatArray, spread: FloatArray, power: FloatArray | float
    ) -> FloatArray:
        """Return what (1 - b) a changes by, from the changes of what it is made of."""
        power = power - (mean + self.side * spread) / (self.deviation * self.deviation)
        by_spread = self.density * spread * self.later / self.width
        moves: FloatArray = (1.0 - self.boundary) * (power * self.log * self.reached + by_spread)
        return moves


def _density(d: FloatArray, decay: FloatArray) -> FloatArray:
    """Return exp(-decay) phi(d)."""
    return INVERSE_SQRT_2PI * np.exp(-0.5 * d * d - decay)


def _below(d: FloatArray, density: FloatArray, decay: FloatArray) -> FloatArray:
    """Return exp(-decay) Phi(-d), from exp(-decay) phi(d)."""
    tail = density * mills_ratio(np.minimum(np.abs(d), _FAR))
    return np.where(d < 0.0, np.exp(-decay) - tail, tail)
