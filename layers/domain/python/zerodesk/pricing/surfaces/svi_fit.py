"""One smile fitted by an SVI slice: quasi-explicit, and free of butterfly arbitrage.

Given its centre m and width sigma, a slice is linear in its level and in the slopes of its two
wings, w = a + right (R + x) / 2 + left (R - x) / 2 with x = k - m and R = sqrt(x^2 + sigma^2).
These three are a least squares problem in a box, Lee's bound for the slopes, and solved exactly.
What remains is a search in two dimensions, over many pairs at once, and a last polish in all five.
"""

from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import BoolArray, FloatArray, MalformedCallError, numbers
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage
from zerodesk.pricing.surfaces.svi import STEEPEST_WING, SviSlice
from zerodesk.pricing.surfaces.svi_cuts import fit_without_arbitrage, polished

LEAST_QUOTES: Final = 5
"""As many as a slice has parameters."""

_FIRST_GRID: Final = 12
_NEXT_GRID: Final = 5
_ROUNDS: Final = 8
# Each round looks at this share of the last one's range.
_ZOOM: Final = 0.55
_NARROWEST: Final = 1e-3
_FREE: Final = None


class _Level(NamedTuple):
    """Best level and wings for pairs of centre and width, shape (c,) each, and their cost."""

    a: FloatArray
    right: FloatArray
    left: FloatArray
    cost: FloatArray


def fit_svi(moneyness: ArrayLike, variance: ArrayLike, weight: ArrayLike = 1.0) -> SviSlice:
    """Return the slice that fits best, by weighted least squares, without butterfly arbitrage.

    Parameters
    ----------
    moneyness, variance
        Log-moneyness and total variance of quotes, shape (n,), five at least.
    weight
        One over the error of each variance.

    Returns
    -------
    SviSlice
        The five parameters; total variance by log-moneyness.

    Raises
    ------
    MalformedCallError
        Fewer quotes than parameters, or something else than finite numbers and positive weights.

    Notes
    -----
    Where the best slice has butterfly arbitrage, as `has_butterfly_arbitrage` decides by roots of
    polynomials, the fit is repeated by cutting planes until it has none.

    References
    ----------
    De Marco and Martini (2009), "Quasi-explicit calibration of Gatheral's SVI model", Zeliade
    Systems white paper 5, for the split; the box in the wings' slopes is this module's.

    Examples
    --------
    >>> truth = SviSlice(a=0.01, b=0.1, rho=-0.4, m=0.02, sigma=0.15)
    >>> k = np.linspace(-0.5, 0.4, 30)
    >>> found = fit_svi(k, truth.smile(k).variance)
    >>> bool(np.max(np.abs(found.smile(k).variance - truth.smile(k).variance)) < 1e-6)
    True
    """
    columns = [numbers("moneyness", moneyness), numbers("variance", variance)]
    weights = numbers("weight", weight)
    columns.append(weights if weights.ndim else np.full(columns[0].shape, weights))
    for name, column in zip(("moneyness", "variance", "weight"), columns, strict=True):
        if column.ndim != 1 or column.shape != columns[0].shape or column.size < LEAST_QUOTES:
            raise MalformedCallError(
                f"{name}: expected {LEAST_QUOTES} numbers or more, was of shape {column.shape}"
            )
        if not np.all(np.isfinite(column)):
            raise MalformedCallError(f"{name}: expected finite numbers")
    if np.any(columns[2] <= 0.0):
        raise MalformedCallError("weight: expected positive numbers")
    best = polished(_search(*columns), *columns)
    if not has_butterfly_arbitrage(best):
        return best
    return fit_without_arbitrage(best, *columns)


def _search(k: FloatArray, variance: FloatArray, weight: FloatArray) -> SviSlice:
    """Return the best slice of a grid of centres and widths that closes in on the best pair."""
    span = max(float(np.ptp(k)), _NARROWEST)
    middle = (0.5 * float(k.min() + k.max()), np.log(span) - 2.5)
    reach = (span, 3.0)
    count = _FIRST_GRID
    slice_cost = np.inf
    best = None
    for _ in range(_ROUNDS):
        steps = np.linspace(-1.0, 1.0, count)
        centres, logs = np.meshgrid(middle[0] + reach[0] * steps, middle[1] + reach[1] * steps)
        m, sigma = centres.ravel(), np.exp(logs.ravel())
        level = _levels(k, variance, weight, m, sigma)
        i = int(np.argmin(level.cost))
        if best is None or level.cost[i] < slice_cost:
            slice_cost = float(level.cost[i])
            best = _slice(level, i, float(m[i]), float(sigma[i]))
            middle = (float(m[i]), float(np.log(sigma[i])))
        # After the first, coarse round a range of one of its steps is enough.
        shrink = 2.0 / count if count == _FIRST_GRID else _ZOOM
        reach, count = (reach[0] * shrink, reach[1] * shrink), _NEXT_GRID
    assert best is not None
    return best


def _levels(
    k: FloatArray, variance: FloatArray, weight: FloatArray, m: FloatArray, sigma: FloatArray
) -> _Level:
    """Solve for level and wings: of the nine ways in which a wing may be at a bound, the best."""
    x = k - m[:, None]
    radius = np.hypot(x, sigma[:, None])
    basis = np.stack([np.ones_like(x), 0.5 * (radius + x), 0.5 * (radius - x)], axis=1) * weight
    target = variance * weight
    gram = basis @ basis.swapaxes(1, 2)
    right_side = basis @ target
    found = _solve(gram, right_side, _FREE, _FREE)
    outside = np.flatnonzero(~_allowed(found))
    if outside.size:
        found[outside] = _at_bounds(gram[outside], right_side[outside])
    # The least variance, a + sigma sqrt(right left), must not be negative.
    least = -sigma * np.sqrt(np.clip(found[:, 1:], 0.0, None).prod(axis=1))
    found[:, 0] = np.maximum(found[:, 0], least * (1.0 - 1e-12))
    a, right, left = found.T
    return _Level(a, right, left, _quadratic(found, gram, right_side))


def _at_bounds(gram: FloatArray, right_side: FloatArray) -> FloatArray:
    """Return the best of the eight solutions with one wing or both at a bound."""
    best, least = np.zeros((gram.shape[0], 3)), np.full(gram.shape[0], np.inf)
    for right, left in product((_FREE, 0.0, STEEPEST_WING), repeat=2):
        if right is _FREE and left is _FREE:
            continue
        found = _solve(gram, right_side, right, left)
        cost = np.where(_allowed(found), _quadratic(found, gram, right_side), np.inf)
        better = cost < least
        best[better], least[better] = found[better], cost[better]
    return best


def _allowed(found: FloatArray) -> BoolArray:
    wings = found[:, 1:]
    allowed: BoolArray = np.all((wings >= 0.0) & (wings <= STEEPEST_WING), axis=1)
    return allowed


def _quadratic(found: FloatArray, gram: FloatArray, right_side: FloatArray) -> FloatArray:
    """Return the cost of solutions but for a constant."""
    by_gram = np.matmul(gram, found[:, :, None])[:, :, 0] - 2.0 * right_side
    cost: FloatArray = (found * by_gram).sum(axis=1)
    return cost


def _solve(
    gram: FloatArray, right_side: FloatArray, right: float | None, left: float | None
) -> FloatArray:
    """Return (a, right, left), shape (c, 3), with the wings that are given held."""
    held = {i: value for i, value in ((1, right), (2, left)) if value is not None}
    free = [i for i in range(3) if i not in held]
    target = right_side[:, free].copy()
    for i, value in held.items():
        target -= value * gram[:, free, i]
    matrix = gram[:, free][:, :, free]
    trace = np.einsum("cii->c", matrix)[:, None, None]
    matrix = matrix + 1e-13 * trace * np.eye(len(free))
    found = np.empty((gram.shape[0], 3))
    found[:, free] = np.linalg.solve(matrix, target[..., None])[..., 0]
    for i, value in held.items():
        found[:, i] = value
    return found


def _slice(level: _Level, i: int, m: float, sigma: float) -> SviSlice:
    right, left = float(level.right[i]), float(level.left[i])
    b = 0.5 * (right + left)
    rho = 0.5 * (right - left) / b if b > 0.0 else 0.0
    return SviSlice(float(level.a[i]), b, min(max(rho, -1.0), 1.0), m, sigma)
