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
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.charts import Chart
from zerodesk.pricing.surfaces.essvi import Slices

# Errors beyond which a quote pulls with constant force.
_HUBER: Final = 2.0
_START_ROUNDS: Final = 12
_ROUNDS: Final = 60
# What a fit still has to gain to go on, relative to its cost.
_ENOUGH: Final = 1e-5
_DIFFERENCE: Final = 1e-7
_DAMPING: Final = 1e-3
_DAMPING_GREATEST: Final = 1e9
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


def fit_chart(chart: Chart, quotes: SmileQuotes) -> Fit:
    """Return the slices of a chart that fit best, by Levenberg and Marquardt's method."""
    with np.errstate(all="ignore"):
        free = chart.nearest(fit_each(quotes))
        cost, gradient, normal = _system(chart, free, quotes)
        damping = _DAMPING
        rounds = 0
        while rounds < _ROUNDS and damping < _DAMPING_GREATEST:
            rounds += 1
            trial = chart.box.inside(free + chart.box.step(free, gradient, normal, damping))
            trial_cost = _cost(chart, trial, quotes)
            if not trial_cost < cost:
                damping *= 8.0
                continue
            gain = (cost - trial_cost) / cost
            is_bold = damping <= _DAMPING
            free, damping = trial, 0.2 * damping
            # A small gain of a short step says nothing.
            if gain < _ENOUGH and is_bold:
                cost = trial_cost
                break
            cost, gradient, normal = _system(chart, free, quotes)
    return Fit(chart.slices(free), cost, rounds)


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


def _sums(slices: Slices, quotes: SmileQuotes) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return per slice the cost, shape (n,), and its first two derivatives by theta, rho, psi."""
    k = quotes.moneyness
    theta, rho, psi = (values[:, None] for values in slices)
    skew = rho * psi
    straight = theta + skew * k
    wings = psi * psi - skew * skew
    square = k * k
    radius = np.sqrt(straight * straight + wings * square)
    error = (0.5 * (straight + radius) - quotes.variance) * quotes.weight
    by_straight = 0.5 * quotes.weight * (1.0 + straight / radius)
    by_wings = 0.25 * quotes.weight * square / radius
    by_skew = by_straight * k - 2.0 * skew * by_wings
    derivative = np.stack([by_straight, psi * by_skew, rho * by_skew + 2.0 * psi * by_wings], -1)
    cost, pull = _huber(error)
    weighted = derivative * pull[..., None]
    gradient = np.matmul(weighted.swapaxes(-1, -2), error[..., None])[..., 0]
    return cost.sum(axis=1), gradient, np.matmul(weighted.swapaxes(-1, -2), derivative)


def _huber(error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each error costs, and with what weight its square stands for that."""
    size = np.abs(error)
    bounded = np.minimum(size, _HUBER)
    return bounded * (size - 0.5 * bounded), bounded / np.maximum(size, 1e-300)


def _cost(chart: Chart, free: FloatArray, quotes: SmileQuotes) -> float:
    slices = chart.slices(free)
    theta, rho, psi = (values[:, None] for values in slices)
    k = quotes.moneyness
    straight = theta + rho * psi * k
    wings = psi * psi * (1.0 - rho * rho)
    variance = 0.5 * (straight + np.sqrt(straight * straight + wings * k * k))
    cost, _ = _huber((variance - quotes.variance) * quotes.weight)
    prior = _prior(slices)
    return float(cost.sum() + 0.5 * prior @ prior)


def _prior(slices: Slices) -> FloatArray:
    """Return errors, shape (..., 4 n - 2), that hold a slice near its neighbours, or near none."""
    theta, rho, psi = slices
    shape = np.stack([np.arctanh(rho), np.log(psi) - 0.5 * np.log(theta)], axis=-1)
    alone = shape.reshape(*theta.shape[:-1], -1) / _ALONE
    steps = np.diff(shape, axis=-2).reshape(*theta.shape[:-1], -1) / _NEIGHBOURS
    return np.concatenate([alone, steps], axis=-1)


def _system(
    chart: Chart, free: FloatArray, quotes: SmileQuotes
) -> tuple[float, FloatArray, FloatArray]:
    """Return cost, gradient and normal matrix in the free parameters."""
    count = free.size
    moves = _DIFFERENCE * np.maximum(np.abs(free), _DIFFERENCE)
    # Away from the bound, lest a difference be taken across it.
    moves = np.where(free + moves > chart.box.high, -moves, moves)
    points = np.concatenate([free[None, :], free + np.diag(moves)])
    slices = chart.slices(points)
    stacked = np.stack(slices, axis=-1).reshape(count + 1, -1)
    by_free = (stacked[1:] - stacked[0]) / moves[:, None]
    priors = _prior(slices)
    prior_by_free = (priors[1:] - priors[0]) / moves[:, None]

    cost, gradient, normal = _sums(Slices(*(values[0] for values in slices)), quotes)
    rows = cost.size
    spread = np.matmul(by_free.reshape(count, rows, 1, 3), normal).reshape(count, -1)
    return (
        float(cost.sum() + 0.5 * priors[0] @ priors[0]),
        by_free @ gradient.reshape(-1) + prior_by_free @ priors[0],
        spread @ by_free.T + prior_by_free @ prior_by_free.T,
    )
