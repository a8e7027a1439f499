"""A mixture of two surfaces fitted to quotes, from the one surface that fits them best.

The errors are those of prices, in which a mixture is linear, told in halves of the spread. The
parameters are those of two charts side by side, so no iterate has arbitrage. The share of the
second surface is not fitted: what a tenth of it does, a twentieth of a wider one does as well.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.boxes import least_squares
from zerodesk.pricing.surfaces.charts import EssviChart
from zerodesk.pricing.surfaces.essvi import Slices, total_variance
from zerodesk.pricing.surfaces.mixture import normalised
from zerodesk.pricing.surfaces.smile_fit import (
    ChartFit,
    SmileQuotes,
    huber,
    variance_and_derivative,
    weighted_sums,
)

SECOND_SHARE: Final = 0.1

# Two surfaces whose mixture is near the one: by what factors theta and psi of each are its own.
_CALM: Final = (0.87, 0.3)
_WILD: Final = (3.0, 2.8)
_DAMPING: Final = 0.1
_ENOUGH: Final = 1e-2


class MixtureFit(NamedTuple):
    """Two surfaces' slices, and how well their mixture fits."""

    first: Slices
    second: Slices
    cost: float
    """Half the sum of the squares, of what lies beyond a few errors less."""
    rounds: int


def fit_mixture(single: Slices, quotes: SmileQuotes) -> MixtureFit:
    """Return the mixture that fits quotes best, near one surface that fits them.

    Examples
    --------
    Quotes of a mixture, to which half of a hundredth of their variance is a half spread:

    >>> from zerodesk.pricing.surfaces.essvi import EssviSurface
    >>> from zerodesk.pricing.surfaces.mixture import MixtureSurface
    >>> from zerodesk.pricing.surfaces.smile_fit import fit_chart
    >>> years, rho = np.array([0.5]), np.array([-0.2])
    >>> calm = EssviSurface(years, Slices(np.array([0.03]), rho, np.array([0.05])))
    >>> wild = EssviSurface(years, Slices(np.array([0.1]), rho, np.array([0.4])))
    >>> k = np.linspace(-0.6, 0.6, 41)
    >>> variance = MixtureSurface(calm, wild, SECOND_SHARE).total_variance(k, years)
    >>> quotes = SmileQuotes.of([(k, variance, 200.0 / variance)])
    >>> single = fit_chart(EssviChart(1), quotes)
    >>> round(single.cost, -1), fit_mixture(single.slices, quotes).cost < 0.02 * single.cost
    (650.0, True)
    """
    count = single.theta.size
    chart = EssviChart(count)
    with np.errstate(all="ignore"):
        start = [
            chart.nearest(Slices(theta * single.theta, single.rho, psi * single.psi))
            for theta, psi in (_CALM, _WILD)
        ]
        fit = ChartFit((chart, chart), _PriceMisfit(quotes))
        found = least_squares(fit, np.concatenate(start), damping=_DAMPING, enough=_ENOUGH)
        first, second = fit.slices(found.point)
        return MixtureFit(first, second, found.cost, found.rounds)


class _PriceMisfit:
    """Errors of prices, of two charts."""

    def __init__(self, quotes: SmileQuotes) -> None:
        self._moneyness = quotes.moneyness
        self._price, by_variance = normalised(quotes.moneyness, quotes.variance)
        self._weight = np.where(by_variance > 0.0, quotes.weight / by_variance, 0.0)
        self._shares = (1.0 - SECOND_SHARE, SECOND_SHARE)

    def cost(self, slices: Sequence[Slices]) -> float:
        price = np.zeros_like(self._price)
        for share, part in zip(self._shares, slices, strict=True):
            variance = total_variance(self._moneyness, part.by_row())
            price += share * normalised(self._moneyness, variance).price
        cost, _ = huber((price - self._price) * self._weight)
        return float(cost.sum())

    def sums(self, slices: Sequence[Slices]) -> tuple[FloatArray, FloatArray, FloatArray]:
        price = np.zeros_like(self._price)
        derivatives = []
        for share, part in zip(self._shares, slices, strict=True):
            variance, derivative = variance_and_derivative(self._moneyness, part)
            of_part = normalised(self._moneyness, variance)
            price += share * of_part.price
            derivatives.append((share * of_part.by_variance * self._weight)[..., None] * derivative)
        error = (price - self._price) * self._weight
        return weighted_sums(error, np.concatenate(derivatives, axis=-1))
