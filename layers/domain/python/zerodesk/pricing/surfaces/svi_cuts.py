"""An SVI slice fitted under the condition of no butterfly arbitrage, by cutting planes.

The condition has a strike in it, any strike. It is fitted at a list of strikes, at first empty; the
minima of Durrleman's function, which the roots of a polynomial give, are added to the list where it
is too low, until it nowhere is. So the list grows to the strikes that matter, and what ends the
search is the exact condition.

The parameters are the least variance, the slopes of the two wings, the centre and the width: a box,
every point of which is a slice that keeps Lee's bound.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, turning_points
from zerodesk.pricing.surfaces.boxes import Box
from zerodesk.pricing.surfaces.charts import EssviChart
from zerodesk.pricing.surfaces.smile import Smile, durrleman
from zerodesk.pricing.surfaces.smile_fit import SmileQuotes, fit_chart
from zerodesk.pricing.surfaces.svi import STEEPEST_WING, SviSlice

_CUTS: Final = 12
# What is asked of Durrleman's function, and what its lack costs, in errors of a quote.
_MARGIN: Final = 2e-3
_PENALTY: Final = 3e4
_ROUNDS: Final = 40
_ENOUGH: Final = 1e-6
_DIFFERENCE: Final = 1e-7
_DAMPING: Final = 1e-3
_DAMPING_GREATEST: Final = 1e9
_HALVINGS: Final = 30
_LEAST_VARIANCE: Final = 1e-12
# Of the range of the quotes: how wide a slice may be, and how far its centre may lie outside.
_NARROWEST: Final = 1e-3
_WIDEST: Final = 5.0


class _Task(NamedTuple):
    """Quotes, shape (n,) each, the strikes of the list, and where the slice may be."""

    moneyness: FloatArray
    variance: FloatArray
    weight: FloatArray
    cuts: FloatArray
    box: Box


def polished(
    svi: SviSlice, moneyness: FloatArray, variance: FloatArray, weight: FloatArray
) -> SviSlice:
    """Return the best slice near one, with or without arbitrage."""
    task = _Task(moneyness, variance, weight, np.empty(0), _box(moneyness))
    return _slice(_fit(task.box.inside(_point(svi)), task))


def fit_without_arbitrage(
    best: SviSlice, moneyness: FloatArray, variance: FloatArray, weight: FloatArray
) -> SviSlice:
    """Return the best slice without butterfly arbitrage, shapes (n,); weights as in `fit_svi`.

    Starts twice: from the best slice that satisfies the conditions of Gatheral and Jacquier, and
    from where the way from that to ``best``, the best slice of all, comes to arbitrage. What
    violation a round leaves is taken back on such a way, too, and of all slices that were met the
    best is the answer.
    """
    quotes = SmileQuotes.of([(moneyness, np.maximum(variance, _LEAST_VARIANCE), weight)])
    box = _box(moneyness)
    safe = _point(fit_chart(EssviChart(1), quotes).slices.svi(0))
    task = _Task(moneyness, variance, weight, np.empty(0), box)
    near = _taken_back(safe, box.inside(_point(best)))
    met = [safe, near, *_cut(safe, safe, task), *_cut(near, safe, task)]
    errors = _errors(np.stack(met), task)
    return _slice(met[int(np.argmin((errors * errors).sum(axis=1)))])


def _cut(start: FloatArray, safe: FloatArray, task: _Task) -> list[FloatArray]:
    """Return the points without arbitrage that cutting planes meet on their way from a start."""
    point: FloatArray = task.box.inside(start)
    met: list[FloatArray] = []
    for _ in range(_CUTS):
        trial = _slice(point)
        minima = turning_points(trial)
        low = minima[durrleman(minima, trial.smile(minima)) < _MARGIN]
        task = task._replace(cuts=np.concatenate([task.cuts, low]))
        point = _fit(point, task)
        if not has_butterfly_arbitrage(_slice(point)):
            return [*met, point]
        met.append(_taken_back(safe, point))
    return met


def _taken_back(safe: FloatArray, point: FloatArray) -> FloatArray:
    """Return the last point without arbitrage on the way from a safe one to another."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = 0.5 * (low + high)
        if has_butterfly_arbitrage(_slice(safe + share * (point - safe))):
            high = share
        else:
            low = share
    return safe + low * (point - safe)


def _fit(point: FloatArray, task: _Task) -> FloatArray:
    """Return the best point near one, by Levenberg and Marquardt's method in the box."""
    damping = _DAMPING
    for _ in range(_ROUNDS):
        moves = _DIFFERENCE * np.maximum(np.abs(point), _DIFFERENCE)
        errors = _errors(np.vstack([point, point + np.diag(moves)]), task)
        cost = float(errors[0] @ errors[0])
        derivative = (errors[1:] - errors[0]) / moves[:, None]
        normal, gradient = derivative @ derivative.T, derivative @ errors[0]
        trial, trial_cost = point, cost
        while not trial_cost < cost and damping < _DAMPING_GREATEST:
            damping *= 8.0
            trial = task.box.inside(point + task.box.step(point, gradient, normal, damping))
            found = _errors(trial[None, :], task)[0]
            trial_cost = float(found @ found)
        if not trial_cost < cost:
            return point
        point, damping = trial, damping / 64.0
        if cost - trial_cost < _ENOUGH * cost:
            return point
    return point


def _errors(points: FloatArray, task: _Task) -> FloatArray:
    """Return the errors of points, shape (p, n + cuts): of the quotes, then of the density."""
    least, right, left, m, sigma = points.T[:, :, None]
    x = np.concatenate([task.moneyness, task.cuts]) - m
    radius = np.hypot(x, sigma)
    base = least - sigma * np.sqrt(right * left)
    w = base + 0.5 * (right * (radius + x) + left * (radius - x))
    count = task.moneyness.size
    x_cut, radius_cut = x[:, count:], radius[:, count:]
    b, skew = 0.5 * (right + left), 0.5 * (right - left)
    smile = Smile(
        np.maximum(w[:, count:], _LEAST_VARIANCE),
        skew + b * x_cut / radius_cut,
        b * sigma**2 / radius_cut**3,
    )
    lack = np.maximum(_MARGIN - durrleman(task.cuts, smile), 0.0)
    quotes = (w[:, :count] - task.variance) * task.weight
    return np.concatenate([quotes, _PENALTY * lack], axis=1)


def _point(svi: SviSlice) -> FloatArray:
    return np.array([svi.least_variance, svi.right_slope, svi.left_slope, svi.m, svi.sigma])


def _slice(point: FloatArray) -> SviSlice:
    least, right, left, m, sigma = (float(value) for value in point)
    b = 0.5 * (right + left)
    rho = 0.5 * (right - left) / b if b > 0.0 else 0.0
    return SviSlice(least - sigma * math.sqrt(right * left), b, rho, m, sigma)


def _box(moneyness: FloatArray) -> Box:
    first, last = float(moneyness.min()), float(moneyness.max())
    span = max(last - first, _NARROWEST)
    low = [_LEAST_VARIANCE, 0.0, 0.0, first - span, _NARROWEST * span]
    high = [np.inf, STEEPEST_WING, STEEPEST_WING, last + span, _WIDEST * span]
    return Box(np.array(low), np.array(high))
