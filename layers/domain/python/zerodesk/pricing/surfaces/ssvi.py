"""Surface SVI: every expiry by its variance at the money, and three parameters for all of them.

w = theta / 2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)), where theta is the total variance
at the money and phi(theta) = eta / (theta^gamma (1 + theta)^(1 - gamma)) how sharply the
smile bends there.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray, MalformedCallError

STEEPEST: Final = 4.0
"""Both conditions of Gatheral and Jacquier against butterfly arbitrage have this bound."""

STEEPEST_GAMMA: Final = 0.5
"""With more, theta phi^2 has no bound for a short time to expiry."""


class Butterfly(NamedTuple):
    """The two quantities that are at most `STEEPEST` where a slice is surely free of arbitrage."""

    wing: FloatArray
    """theta phi (1 + |rho|), twice the steeper wing's slope."""
    bend: FloatArray
    """theta phi^2 (1 + |rho|)."""


def butterfly(theta: FloatArray, rho: FloatArray, phi: FloatArray) -> Butterfly:
    """Return the sufficient conditions against butterfly arbitrage.

    References
    ----------
    Gatheral and Jacquier (2014), theorem 4.2.

    Examples
    --------
    >>> wing, bend = butterfly(np.array([0.04]), np.array([-0.5]), np.array([5.0]))
    >>> wing.round(12), bend.round(12)
    (array([0.3]), array([1.5]))
    """
    wing = theta * phi * (1.0 + np.abs(rho))
    return Butterfly(wing, wing * phi)


class Bend(NamedTuple):
    """How sharply a smile bends at the money, and how that changes with theta."""

    phi: FloatArray
    derivative: FloatArray


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """phi(theta) = eta / (theta^gamma (1 + theta)^(1 - gamma)).

    Theta phi(theta) rises with theta, by no more than phi, and theta phi^2 stays below eta^2. So
    with a theta that does not fall in time there is no calendar arbitrage, and no butterfly
    arbitrage where eta is at most `steepest_eta`.

    Parameters
    ----------
    rho
        Skew, between -1 and 1.
    eta
        Positive.
    gamma
        Above 0, at most 1/2.

    Raises
    ------
    MalformedCallError
        A parameter outside its range; the text names it.

    References
    ----------
    Gatheral and Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance
    14(1), 59-71, section 4.

    Examples
    --------
    >>> law = PowerLaw(rho=-0.5, eta=1.0, gamma=0.5)
    >>> law.bend(np.array([0.04, 0.09])).phi.round(4)
    array([4.9029, 3.1928])
    """

    rho: float
    eta: float
    gamma: float

    def __post_init__(self) -> None:
        if not -1.0 < self.rho < 1.0:
            raise MalformedCallError(f"rho: expected more than -1, less than 1, was {self.rho}")
        if not 0.0 < self.eta < math.inf:
            raise MalformedCallError(f"eta: expected a positive number, was {self.eta}")
        if not 0.0 < self.gamma <= STEEPEST_GAMMA:
            raise MalformedCallError(f"gamma: expected more than 0, at most 0.5, was {self.gamma}")

    def bend(self, theta: FloatArray) -> Bend:
        """Return phi and its derivative by theta."""
        phi = self.eta * theta**-self.gamma * (1.0 + theta) ** (self.gamma - 1.0)
        return Bend(phi, -phi * (self.gamma / theta + (1.0 - self.gamma) / (1.0 + theta)))


def steepest_eta(rho: float) -> float:
    """Return the largest eta with which no theta has butterfly arbitrage.

    Examples
    --------
    >>> round(steepest_eta(-0.6), 4)
    1.5811
    """
    return math.sqrt(STEEPEST / (1.0 + abs(rho)))
