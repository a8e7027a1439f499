"""Where the boundary of American options is told, and how it is integrated between.

What lies at which times is the same for all options, per unit of the horizon: a grid is made once.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray

# Times are powers of the coordinate in which a boundary is a polynomial: t ln t, which is how the
# square of its logarithm begins, is smooth in y = t^(1/4).
_POWER: Final = 4.0


class Quadrature(NamedTuple):
    """Points between the present and expiry, seen from some nodes, nearest first.

    ``root`` is sqrt(s) for each node (n) and point (l), shape (n, 1, l), where s = t - u is how
    long before the node; ``weight`` times a function of s sums to its integral over sqrt(s);
    ``interpolation`` takes values at the nodes to the points, shape (n, nodes, l).
    """

    root: FloatArray
    weight: FloatArray
    interpolation: FloatArray


class Grid(NamedTuple):
    """Nodes from 1 towards 0, where the boundary is known, and what integrates up to each."""

    time: FloatArray
    past: Quadrature


@cache
def grid(nodes: int, points: int) -> Grid:
    """Return a grid of the first kind: the integrals up to every node."""
    coordinate = _coordinates(nodes)
    return Grid(coordinate[:-1] ** _POWER, _quadrature(coordinate, coordinate[:-1], points))


@cache
def whole(nodes: int, points: int) -> Quadrature:
    """Return what integrates up to the horizon, from values at the nodes of a grid."""
    return _quadrature(_coordinates(nodes), np.ones(1), points)


@cache
def refinement(nodes: int, finer: int) -> FloatArray:
    """Return what takes values at the nodes of one grid to those of another, (nodes, finer).

    At expiry, which is no node, the last value is repeated.
    """
    matrix = _lagrange(_coordinates(nodes), _coordinates(finer)[:-1])
    matrix[:, -2] += matrix[:, -1]
    return np.ascontiguousarray(matrix[:, :-1].T)


def _coordinates(nodes: int) -> FloatArray:
    """Return Chebyshev's points on [0, 1], 1 first, 0 last."""
    return 0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, nodes + 1))


def _quadrature(coordinate: FloatArray, targets: FloatArray, points: int) -> Quadrature:
    root, rest, weight = _tanh_sinh(points)
    # The share of the time that lies beyond, 1 - root^2, without its cancellation.
    beyond = (rest * (1.0 + root)) ** (1.0 / _POWER)
    matrix = _lagrange(coordinate, targets[:, None] * beyond)
    reach = targets[:, None, None] ** (0.5 * _POWER)
    # The last node is at expiry, where the square that is interpolated is zero.
    interpolation = np.ascontiguousarray(matrix[:, :, :-1].transpose(0, 2, 1))
    return Quadrature(reach * root, 2.0 * reach * weight, interpolation)


def _tanh_sinh(points: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return x from 0 to 1, 1 - x, and weights.

    References
    ----------
    Takahasi and Mori (1974), "Double exponential formulas for numerical integration",
    Publications of the Research Institute for Mathematical Sciences 9(3), 721-741.
    """
    reach = _REACH_FIRST + _REACH_GROWTH * np.log(points)
    t = np.linspace(-reach, reach, points)
    x = 1.0 / (1.0 + np.exp(-np.pi * np.sinh(t)))
    weight = (t[1] - t[0]) * np.pi * np.cosh(t) * x * x[::-1]
    return x, x[::-1], weight


# How far out the points lie: beyond, a weight is less than the error in between.
_REACH_FIRST: Final = 0.8
_REACH_GROWTH: Final = 0.5


def _lagrange(coordinate: FloatArray, x: FloatArray) -> FloatArray:
    """Return what interpolates from Chebyshev's points, by the barycentric formula.

    References
    ----------
    Berrut and Trefethen (2004), "Barycentric Lagrange interpolation", SIAM Review 46(3), 501-517.
    """
    sign = (-1.0) ** np.arange(coordinate.size)
    sign[[0, -1]] *= 0.5
    difference = x[..., None] - coordinate
    is_node = difference == 0.0
    terms = sign / np.where(is_node, 1.0, difference)
    matrix = terms / terms.sum(-1, keepdims=True)
    exact: FloatArray = np.where(is_node.any(-1, keepdims=True), is_node, matrix)
    return exact
