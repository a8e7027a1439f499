"""Extended surface SVI: expiries that each have a skew of their own, and what lies between.

A slice is told by theta, its total variance at the money, rho, its skew, and psi = theta phi, which
says how steep its wings are: psi (1 - rho) / 2 on the left, psi (1 + rho) / 2 on the right. Two
slices in a row have no calendar arbitrage if theta does not fall, neither wing flattens, and
phi = psi / theta does not rise; none has butterfly arbitrage if psi (1 + |rho|) and
psi^2 (1 + |rho|) / theta are at most 4.

Between two expiries theta, psi and rho psi run straight in time. That keeps all of these: the first
two because they are linear, phi because a quotient of linear functions is monotone, the bounds
because psi (1 + |rho|) is convex and, as both are convex and rise, so is its product with psi.
Before the first expiry psi runs with the square root of time, so that the smile stands still in
standard deviations; after the last one it stays, so that the wings do, and theta grows at the last
expiry's volatility.
"""

from typing import NamedTuple, Self

import numpy as np

from zerodesk.pricing.batch import BoolArray, FloatArray, MalformedCallError
from zerodesk.pricing.surfaces.smile import Smile, local_variance
from zerodesk.pricing.surfaces.ssvi import STEEPEST, PowerLaw, butterfly
from zerodesk.pricing.surfaces.svi import SviSlice

# What rounding may do to a surface at the very bounds, relative.
_ROUNDING = 1e-9


class Slices(NamedTuple):
    """Parameters of slices, in any common shape."""

    theta: FloatArray
    rho: FloatArray
    psi: FloatArray

    @classmethod
    def of_power_law(cls, law: PowerLaw, theta: FloatArray) -> Self:
        """Return the slices of an SSVI surface."""
        return cls(theta, np.full_like(theta, law.rho), theta * law.bend(theta).phi)

    def by_row(self) -> Self:
        """Return them as columns, so that each goes with a row of log-moneynesses."""
        return type(self)(*(values[:, None] for values in self))

    def svi(self, index: int) -> SviSlice:
        """Return one of them by the five parameters of SVI."""
        theta, rho, psi = (float(values[index]) for values in self)
        phi, root = psi / theta, float(np.sqrt(1.0 - rho * rho))
        return SviSlice(0.5 * theta * root * root, 0.5 * psi, rho, -rho / phi, root / phi)


class SliceRates(NamedTuple):
    """Slices at a time, and by how much their parameters change with it, per year."""

    theta: FloatArray
    psi: FloatArray
    skew: FloatArray
    """rho psi."""
    theta_growth: FloatArray
    psi_growth: FloatArray
    skew_growth: FloatArray


def total_variance(moneyness: FloatArray, slices: Slices) -> FloatArray:
    """Return total variance at log-moneyness.

    Examples
    --------
    >>> slices = Slices(np.array([0.04]), np.array([-0.5]), np.array([0.2]))
    >>> total_variance(np.array([[-0.2], [0.0], [0.2]]), slices).ravel()
    array([0.06464102, 0.04      , 0.03      ])
    """
    skew = slices.rho * slices.psi
    return _smile(moneyness, slices.theta, slices.psi, skew).variance


def smile_and_growth(moneyness: FloatArray, rates: SliceRates) -> tuple[Smile, FloatArray]:
    """Return the smile at log-moneyness, and how its total variance grows with time, per year."""
    smile = _smile(moneyness, rates.theta, rates.psi, rates.skew)
    straight = rates.theta + rates.skew * moneyness
    radius = 2.0 * smile.variance - straight
    straight_growth = rates.theta_growth + rates.skew_growth * moneyness
    wings_growth = rates.psi * rates.psi_growth - rates.skew * rates.skew_growth
    radius_growth = straight * straight_growth + wings_growth * moneyness * moneyness
    return smile, 0.5 * (straight_growth + radius_growth / radius)


def _smile(moneyness: FloatArray, theta: FloatArray, psi: FloatArray, skew: FloatArray) -> Smile:
    wings = (psi - skew) * (psi + skew)
    straight = theta + skew * moneyness
    radius = np.sqrt(straight * straight + wings * moneyness * moneyness)
    return Smile(
        variance=0.5 * (straight + radius),
        slope=0.5 * (skew + (skew * straight + wings * moneyness) / radius),
        curvature=0.5 * wings * (theta / radius) ** 2 / radius,
    )


class EssviSurface:
    """Total variance at every log-moneyness and expiry.

    Parameters
    ----------
    expiry_years
        Of the slices, positive and rising, shape (n,).
    slices
        Their parameters, each of shape (n,).

    Raises
    ------
    MalformedCallError
        Shapes differ, a value is outside its range, or the slices have arbitrage; the text says
        which condition does not hold, and at which expiry.

    References
    ----------
    Hendriks and Martini (2019), "The extended SSVI volatility surface", Journal of Computational
    Finance 22(5); Corbetta, Cohort, Laachir and Martini (2019), "Robust calibration and
    arbitrage-free interpolation of SSVI slices", Decisions in Economics and Finance 42.

    Examples
    --------
    >>> expiries = np.array([0.25, 1.0])
    >>> law = PowerLaw(rho=-0.6, eta=1.0, gamma=0.5)
    >>> surface = EssviSurface(expiries, Slices.of_power_law(law, 0.04 * expiries))
    >>> smile, growth = surface.evaluate(np.array([-0.1, 0.0, 0.1]), np.array(0.5))
    >>> np.sqrt(smile.variance / 0.5).round(4)
    array([0.2403, 0.2   , 0.1678])
    """

    def __init__(self, expiry_years: FloatArray, slices: Slices) -> None:
        self.expiry_years = expiry_years
        self.slices = slices
        self._skew = slices.rho * slices.psi
        _check_range(expiry_years, slices)
        for condition, holds in _conditions(slices).items():
            if not np.all(holds):
                years = expiry_years[int(np.argmin(holds))]
                raise MalformedCallError(f"{condition}, at the expiry of {years:.6g} years")

    def at(self, expiry_years: FloatArray) -> SliceRates:
        """Return the slices at any positive times, each of the shape of them."""
        knots, last = self.expiry_years, self.expiry_years.size - 1
        index = np.searchsorted(knots, expiry_years, side="right") - 1
        low = np.clip(index, 0, max(last - 1, 0))
        high = np.minimum(low + 1, last)
        span = np.where(high > low, knots[high] - knots[low], 1.0)
        share = np.clip((expiry_years - knots[low]) / span, 0.0, 1.0)
        inside = (index >= 0) & (index < last)
        values, growths = [], []
        for parameter in (self.slices.theta, self.slices.psi, self._skew):
            rise = parameter[high] - parameter[low]
            values.append(parameter[low] + share * rise)
            growths.append(np.where(inside, rise / span, 0.0))
        return _outside(expiry_years, knots, SliceRates(*values, *growths))

    def evaluate(self, moneyness: FloatArray, expiry_years: FloatArray) -> tuple[Smile, FloatArray]:
        """Return smiles, and their growth with time, at log-moneynesses and positive times."""
        return smile_and_growth(moneyness, self.at(expiry_years))

    def total_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return total variances at log-moneynesses and positive times."""
        rates = self.at(expiry_years)
        return _smile(moneyness, rates.theta, rates.psi, rates.skew).variance

    def local_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return Dupire's local variances, per year."""
        return local_variance(moneyness, *self.evaluate(moneyness, expiry_years))

    def skew(self, expiry_years: FloatArray) -> FloatArray:
        """Return the slope of total variance by log-moneyness at the money."""
        return self.at(expiry_years).skew


def _outside(expiry_years: FloatArray, knots: FloatArray, rates: SliceRates) -> SliceRates:
    """Return rates that hold before the first and after the last expiry, too."""
    early, late = expiry_years < knots[0], expiry_years >= knots[-1]
    scale = np.where(late, expiry_years / knots[-1], 1.0)
    scale = np.where(early, expiry_years / knots[0], scale)
    root = np.where(early, np.sqrt(scale), 1.0)
    theta, psi, skew = rates.theta * scale, rates.psi * root, rates.skew * root
    half = 0.5 / expiry_years
    return SliceRates(
        theta,
        psi,
        skew,
        np.where(early | late, theta / expiry_years, rates.theta_growth),
        np.where(early, psi * half, rates.psi_growth),
        np.where(early, skew * half, rates.skew_growth),
    )


def _check_range(expiry_years: FloatArray, slices: Slices) -> None:
    parameters = {"expiry_years": expiry_years, **slices._asdict()}
    for name, values in parameters.items():
        if values.shape != expiry_years.shape or values.ndim != 1 or values.size == 0:
            raise MalformedCallError(
                f"{name}: expected one number an expiry, was of shape {values.shape}"
            )
        if not np.all(np.isfinite(values)):
            raise MalformedCallError(f"{name}: expected numbers, was {values}")
    if np.any(np.diff(expiry_years, prepend=0.0) <= 0.0):
        raise MalformedCallError("expiry_years: expected positive times, each above the last")
    for name in ("theta", "psi"):
        if np.any(parameters[name] <= 0.0):
            raise MalformedCallError(f"{name}: expected positive numbers")
    if np.any(np.abs(slices.rho) >= 1.0):
        raise MalformedCallError("rho: expected more than -1, less than 1")


def _conditions(slices: Slices) -> dict[str, BoolArray]:
    """Return the conditions against arbitrage by what is wrong where one does not hold."""
    theta, rho, psi = slices
    phi = psi / theta
    wing, bend = butterfly(theta, rho, phi)
    left, right = psi * (1.0 - rho), psi * (1.0 + rho)
    return {
        "psi: the wings are steeper than Lee's bound": wing <= STEEPEST * (1.0 + _ROUNDING),
        "psi: the smile bends too sharply": bend <= STEEPEST * (1.0 + _ROUNDING),
        "theta: variance at the money falls with time": _rises(theta),
        "psi: the left wing flattens with time": _rises(left),
        "psi: the right wing flattens with time": _rises(right),
        "psi: phi = psi / theta rises with time": _rises(1.0 / phi),
    }


def _rises(values: FloatArray) -> BoolArray:
    rises: BoolArray = np.diff(values, prepend=0.0) >= -_ROUNDING * values
    return rises
