"""Smiles fitted to quotes: each on its own as a start, then all together inside a chart.

Everything is least squares of (model - quote) / error, where the error of a quote is half its
spread told in total variance, and beyond a few errors counts by its size and no longer by its
square (Huber), so that one stale quote moves nothing. Slices are the rows of rectangular arrays;
a row's end is filled up with quotes of weight zero.

The normal equations need the quotes only through three by three sums per slice: the chart's own
derivative, from differences, is applied to these. An iteration costs less than a millisecond for
a thousand quotes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.boxes import Box, least_squares
from zerodesk.pricing.surfaces.charts import Chart
from zerodesk.pricing.surfaces.essvi import Slices, total_variance

# Errors beyond which a quote pulls with constant force.
_HUBER: Final = 2.0
_START_ROUNDS: Final = 12
# What a fit still has to gain to go on, relative to its cost.
_ENOUGH: Final = 1e-5
_DIFFERENCE: Final = 1e-7
_DAMPING: Final = 1e-3
# How far, in standard deviations of one, skew and bend of two neighbours may differ at the price of
# one error of a quote, and how far they may be from none and from psi^2 = theta. They decide only
# where quotes do not.
_NEIGHBOURS: Final = 0.5
_ALONE: Final = 2.0


class SmileQuotes(NamedTuple):
    """Quotes as points of total variance, each of shape (slices, quotes of the longest)."""

    moneyness: FloatArray
    variance: FloatArray
    weight: FloatArray
    """One over the error of the variance; zero fills a row up."""

    @classmethod
    def of(cls, rows: Sequence[tuple[FloatArray, FloatArray, FloatArray]]) -> "SmileQuotes":
        """Return the quotes of expiries, in order, each as three arrays of one length.

        Examples
        --------
        >>> one, two = np.array([0.0]), np.array([0.0, 0.1])
        >>> SmileQuotes.of([(one, one + 0.04, one + 1), (two, two + 0.04, two + 1)]).weight
        array([[1. , 0. ],
               [1. , 1.1]])
        """
        width = max(row[0].size for row in rows)
        filled = np.zeros((3, len(rows), width))
        filled[1] = 1.0
        for i, row in enumerate(rows):
            filled[:, i, : row[0].size] = row
        return cls(*filled)


class Fit(NamedTuple):
    """Slices, and how well they fit."""

    slices: Slices
    cost: float
    """Half the sum of the squares, of what lies beyond a few errors less."""
    rounds: int


class Misfit(Protocol):
    """What the slices of one chart or more cost together, at each of n expiries."""

    def cost(self, slices: Sequence[Slices]) -> float:
        """Return half the sum of the squared errors."""

    def sums(self, slices: Sequence[Slices]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return it for each expiry, shape (n,), and its derivatives by the slices there.

        The gradient, shape (n, 3 m), and the normal matrix, shape (n, 3 m, 3 m), are by theta, rho
        and psi of the first of m charts, then of the next.
        """


def fit_chart(chart: Chart, quotes: SmileQuotes) -> Fit:
    """Return the slices of a chart that fit best, by Levenberg and Marquardt's method.

    Examples
    --------
    >>> from zerodesk.pricing.surfaces.charts import EssviChart
    >>> truth = Slices(np.array([0.04]), np.array([-0.4]), np.array([0.15]))
    >>> k = np.linspace(-0.5, 0.5, 21)
    >>> variance = total_variance(k, truth)
    >>> fit_chart(EssviChart(1), SmileQuotes.of([(k, variance, 1e4 + k)])).slices.psi.round(4)
    array([0.15])
    """
    with np.errstate(all="ignore"):
        fit = ChartFit((chart,), _VarianceMisfit(quotes))
        start = chart.nearest(fit_each(quotes))
        found = least_squares(fit, start, damping=_DAMPING, enough=_ENOUGH)
    return Fit(chart.slices(found.point), found.cost, found.rounds)


class ChartFit:
    """Least squares in the box of one chart, or in those of several side by side."""

    def __init__(self, charts: Sequence[Chart], misfit: Misfit) -> None:
        self._charts, self._misfit = charts, misfit
        lows, highs = zip(*(chart.box for chart in charts), strict=True)
        self.box = Box(np.concatenate(lows), np.concatenate(highs))
        self._ends = np.cumsum([low.size for low in lows])[:-1]

    def slices(self, free: FloatArray) -> list[Slices]:
        """Return the slices of each chart."""
        parts = np.split(free, self._ends)
        return [chart.slices(part) for chart, part in zip(self._charts, parts, strict=True)]

    def cost(self, free: FloatArray) -> float:
        """Return what the slices cost, and what they cost for being far from their neighbours."""
        made = self.slices(free)
        priors = np.concatenate([_prior(slices) for slices in made])
        return self._misfit.cost(made) + 0.5 * float(priors @ priors)

    def system(self, free: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return cost, gradient and normal matrix in the free parameters."""
        parts = np.split(free, self._ends)
        made = [_neighbourhood(*pair) for pair in zip(self._charts, parts, strict=True)]
        cost, by_slices, curved = self._misfit.sums([near.slices for near in made])
        rows, width = by_slices.shape
        by_free = np.zeros((rows, free.size, width))
        prior_by_free = np.zeros((free.size, sum(near.prior.size for near in made)))
        row = column = 0
        for i, near in enumerate(made):
            mine = slice(row, row + near.by_free.shape[1])
            by_free[:, mine, 3 * i : 3 * i + 3] = near.by_free
            prior_by_free[mine, column : column + near.prior.size] = near.prior_by_free
            row, column = mine.stop, column + near.prior.size
        prior = np.concatenate([near.prior for near in made])
        flat = by_free.swapaxes(0, 1).reshape(free.size, -1)
        spread = np.matmul(by_free, curved).swapaxes(0, 1).reshape(free.size, -1)
        return (
            float(cost.sum() + 0.5 * prior @ prior),
            flat @ by_slices.reshape(-1) + prior_by_free @ prior,
            spread @ flat.T + prior_by_free @ prior_by_free.T,
        )


class _Neighbourhood(NamedTuple):
    """The slices at a point of a chart, and how they and their prior change from there."""

    slices: Slices
    by_free: FloatArray
    """Of shape (slices, free parameters, 3)."""
    prior: FloatArray
    prior_by_free: FloatArray


def _neighbourhood(chart: Chart, free: FloatArray) -> _Neighbourhood:
    moves = _DIFFERENCE * np.maximum(np.abs(free), _DIFFERENCE)
    # Away from the bound, lest a difference be taken across it.
    moves = np.where(free + moves > chart.box.high, -moves, moves)
    slices = chart.slices(np.concatenate([free[None, :], free + np.diag(moves)]))
    stacked, priors = np.stack(slices, axis=-1), _prior(slices)
    return _Neighbourhood(
        Slices(*(values[0] for values in slices)),
        ((stacked[1:] - stacked[0]) / moves[:, None, None]).swapaxes(0, 1),
        priors[0],
        (priors[1:] - priors[0]) / moves[:, None],
    )


def fit_each(quotes: SmileQuotes) -> Slices:
    """Return the slices that fit best one by one; together they may have calendar arbitrage.

    All slices take their steps of Levenberg and Marquardt's method at once, in the logarithms of
    theta and psi and the inverse hyperbolic tangent of rho.
    """
    theta = _at_the_money(quotes)
    point = np.stack([np.log(theta), np.full_like(theta, -0.3), 0.5 * np.log(theta)], axis=-1)
    cost, gradient, normal = _each_system(point, quotes)
    damping = np.full(theta.size, _DAMPING)
    diagonal = np.arange(3)
    for _ in range(_START_ROUNDS):
        damped = normal.copy()
        damped[:, diagonal, diagonal] *= 1.0 + damping[:, None]
        step = np.linalg.solve(damped, -gradient[..., None])[..., 0]
        trial = point + np.clip(step, -1.0, 1.0)
        trial_cost, trial_gradient, trial_normal = _each_system(trial, quotes)
        better = trial_cost < cost
        damping *= np.where(better, 0.2, 8.0)
        gain = np.where(better, (cost - trial_cost) / cost, 0.0)
        point[better], cost[better] = trial[better], trial_cost[better]
        gradient[better], normal[better] = trial_gradient[better], trial_normal[better]
        if np.all(better & (gain < _ENOUGH)):
            break
    return Slices(np.exp(point[:, 0]), np.tanh(point[:, 1]), np.exp(point[:, 2]))


def _at_the_money(quotes: SmileQuotes) -> FloatArray:
    """Return a first theta: the variance of the quote next to the forward."""
    distance = np.where(quotes.weight > 0.0, np.abs(quotes.moneyness), np.inf)
    nearest = np.argmin(distance, axis=1)[:, None]
    return np.take_along_axis(quotes.variance, nearest, axis=1)[:, 0]


def _each_system(
    point: FloatArray, quotes: SmileQuotes
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return cost, gradient and normal matrix of each slice in its own three parameters."""
    slices = Slices(np.exp(point[:, 0]), np.tanh(point[:, 1]), np.exp(point[:, 2]))
    cost, gradient, normal = _sums(slices, quotes)
    scale = np.stack([slices.theta, 1.0 - slices.rho**2, slices.psi], axis=-1)
    gradient, normal = gradient * scale, normal * scale[:, :, None] * scale[:, None, :]
    skew, bend = point[:, 1] / _ALONE, (point[:, 2] - 0.5 * point[:, 0]) / _ALONE
    # The bend's prior depends on ln psi and ln theta both.
    by_bend = np.array([-0.5, 0.0, 1.0]) / _ALONE
    by_skew = np.array([0.0, 1.0, 0.0]) / _ALONE
    gradient = gradient + skew[:, None] * by_skew + bend[:, None] * by_bend
    normal = normal + np.outer(by_skew, by_skew) + np.outer(by_bend, by_bend)
    return cost + 0.5 * (skew**2 + bend**2), gradient, normal


class _VarianceMisfit:
    """Errors of total variance, of one chart."""

    def __init__(self, quotes: SmileQuotes) -> None:
        self._quotes = quotes

    def cost(self, slices: Sequence[Slices]) -> float:
        quotes = self._quotes
        variance = total_variance(quotes.moneyness, slices[0].by_row())
        cost, _ = huber((variance - quotes.variance) * quotes.weight)
        return float(cost.sum())

    def sums(self, slices: Sequence[Slices]) -> tuple[FloatArray, FloatArray, FloatArray]:
        return _sums(slices[0], self._quotes)


def _sums(slices: Slices, quotes: SmileQuotes) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return per slice the cost, shape (n,), and its first two derivatives by theta, rho, psi."""
    variance, derivative = variance_and_derivative(quotes.moneyness, slices)
    error = (variance - quotes.variance) * quotes.weight
    return weighted_sums(error, derivative * quotes.weight[..., None])


def variance_and_derivative(k: FloatArray, slices: Slices) -> tuple[FloatArray, FloatArray]:
    """Return total variance at rows of log-moneyness, and by theta, rho and psi, shape (..., 3)."""
    theta, rho, psi = slices.by_row()
    skew = rho * psi
    straight = theta + skew * k
    wings = psi * psi - skew * skew
    square = k * k
    radius = np.sqrt(straight * straight + wings * square)
    by_straight = 0.5 + 0.5 * straight / radius
    by_wings = 0.25 * square / radius
    by_skew = by_straight * k - 2.0 * skew * by_wings
    derivative = np.stack([by_straight, psi * by_skew, rho * by_skew + 2.0 * psi * by_wings], -1)
    return 0.5 * (straight + radius), derivative


def weighted_sums(
    error: FloatArray, derivative: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return per row the cost of the errors, its gradient and its normal matrix."""
    cost, pull = huber(error)
    weighted = derivative * pull[..., None]
    gradient = np.matmul(weighted.swapaxes(-1, -2), error[..., None])[..., 0]
    return cost.sum(axis=1), gradient, np.matmul(weighted.swapaxes(-1, -2), derivative)


def huber(error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each error costs, and with what weight its square stands for that."""
    size = np.abs(error)
    bounded = np.minimum(size, _HUBER)
    return bounded * (size - 0.5 * bounded), bounded / np.maximum(size, 1e-300)


def _prior(slices: Slices) -> FloatArray:
    """Return errors, shape (..., 4 n - 2), that hold a slice near its neighbours, or near none."""
    theta, rho, psi = slices
    shape = np.stack([np.arctanh(rho), np.log(psi) - 0.5 * np.log(theta)], axis=-1)
    alone = shape.reshape(*theta.shape[:-1], -1) / _ALONE
    steps = np.diff(shape, axis=-2).reshape(*theta.shape[:-1], -1) / _NEIGHBOURS
    return np.concatenate([alone, steps], axis=-1)
