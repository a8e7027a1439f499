"""Stochastic volatility inspired smiles: one expiry by five parameters.

w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), a hyperbola: linear in both wings, as Lee's
moment formula wants, with slopes b (1 - rho) and b (1 + rho).
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import MalformedCallError, numbers
from zerodesk.pricing.surfaces.smile import Smile

STEEPEST_WING: Final = 2.0
"""Lee's bound: total variance grows by no more than this per unit of log-moneyness."""


class JumpWings(NamedTuple):
    """What a trader reads off a slice; all per year, and independent of each other."""

    at_the_money_variance: float
    at_the_money_skew: float
    left_wing: float
    right_wing: float
    least_variance: float


@dataclass(frozen=True, slots=True)
class SviSlice:
    """The total variance of one expiry.

    Parameters
    ----------
    a
        Level. It may be negative as long as the variance is not.
    b
        Half the angle between the wings, zero or more.
    rho
        Rotation, between -1 and 1.
    m
        Where the hyperbola has its centre, log-moneyness.
    sigma
        How wide its bend is, log-moneyness, positive.

    Raises
    ------
    MalformedCallError
        A parameter outside its range, or a variance that would be negative; the text names it.

    References
    ----------
    Gatheral and Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance
    14(1), 59-71, sections 3.1 and 3.3.

    Examples
    --------
    Axel Vogt's slice, and the jump wings that Gatheral and Jacquier print for it:

    >>> vogt = SviSlice(a=-0.041, b=0.1331, rho=0.306, m=0.3586, sigma=0.4153)
    >>> vogt.smile([0.0]).variance.round(8)
    array([0.01742625])
    >>> [round(value, 4) for value in vogt.jump_wings(expiry_years=1.0)]
    [0.0174, -0.1752, 0.6997, 1.3168, 0.0116]
    """

    a: float
    b: float
    rho: float
    m: float
    sigma: float

    def __post_init__(self) -> None:
        for name in ("a", "b", "rho", "m", "sigma"):
            if not math.isfinite(getattr(self, name)):
                raise MalformedCallError(f"{name}: expected a number, was {getattr(self, name)}")
        if self.b < 0.0:
            raise MalformedCallError(f"b: expected zero or more, was {self.b}")
        if abs(self.rho) > 1.0:
            raise MalformedCallError(f"rho: expected -1 to 1, was {self.rho}")
        if self.sigma <= 0.0:
            raise MalformedCallError(f"sigma: expected more than zero, was {self.sigma}")
        if self.least_variance < 0.0:
            raise MalformedCallError(f"a: gives a negative variance, was {self.a}")

    @property
    def least_variance(self) -> float:
        """Return the least total variance at any strike."""
        return self.a + self.b * self.sigma * math.sqrt(1.0 - self.rho * self.rho)

    @property
    def left_slope(self) -> float:
        """Return by how much variance grows per unit of log-moneyness far below the forward."""
        return self.b * (1.0 - self.rho)

    @property
    def right_slope(self) -> float:
        """Return by how much variance grows per unit of log-moneyness far above the forward."""
        return self.b * (1.0 + self.rho)

    def smile(self, moneyness: ArrayLike) -> Smile:
        """Return total variance and its derivatives at log-moneyness, of the shape of it."""
        offset = numbers("moneyness", moneyness) - self.m
        radius = np.hypot(offset, self.sigma)
        return Smile(
            variance=self.a + self.b * (self.rho * offset + radius),
            slope=self.b * (self.rho + offset / radius),
            curvature=self.b * self.sigma * self.sigma / radius**3,
        )

    def jump_wings(self, expiry_years: float) -> JumpWings:
        """Return variance and skew at the money, both wings and the least variance.

        Raises
        ------
        MalformedCallError
            ``expiry_years`` is not positive, or there is no variance at the money.
        """
        if not expiry_years > 0.0:
            raise MalformedCallError(f"expiry_years: expected a positive time, was {expiry_years}")
        at_the_money = self.smile(0.0)
        variance = float(at_the_money.variance)
        if variance <= 0.0:
            raise MalformedCallError("a: there is no variance at the money")
        root = math.sqrt(variance)
        return JumpWings(
            at_the_money_variance=variance / expiry_years,
            at_the_money_skew=0.5 * float(at_the_money.slope) / root,
            left_wing=self.left_slope / root,
            right_wing=self.right_slope / root,
            least_variance=self.least_variance / expiry_years,
        )
