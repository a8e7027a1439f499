"""Least squares between bounds: what the fits of this package have in common."""

from typing import Final, NamedTuple, Protocol

import numpy as np

from zerodesk.pricing.batch import FloatArray

# Where nothing depends on a parameter, it still has a unit.
_TINY: Final = 1e-300
_ROUNDS: Final = 60
# After so many, what still leaves the box is stopped at its bounds.
_PASSES: Final = 3
_DAMPING_GREATEST: Final = 1e9
# Less, and rounding would decide where parameters do the same as others.
_DAMPING_LEAST: Final = 1e-10


class Box(NamedTuple):
    """Bounds of parameters, each of shape (p,)."""

    low: FloatArray
    high: FloatArray

    def inside(self, point: FloatArray) -> FloatArray:
        """Return the point of the box that is nearest to one."""
        return np.minimum(np.maximum(point, self.low), self.high)

    def step(
        self, point: FloatArray, gradient: FloatArray, normal: FloatArray, damping: float
    ) -> FloatArray:
        """Return the step of Levenberg and Marquardt's method from a point of the box, inside it.

        A parameter at a bound that the gradient pushes it against stays where it is, and one whose
        step would leave the box goes as far as its bound; the others take the step that is best
        with these.

        Examples
        --------
        >>> box = Box(np.zeros(2), np.ones(2))
        >>> box.step(np.array([0.0, 0.5]), np.array([1.0, 1.0]), np.eye(2), 0.0)
        array([ 0. , -0.5])
        """
        low, high = self
        held = ((point <= low) & (gradient > 0.0)) | ((point >= high) & (gradient < 0.0))
        step = np.zeros_like(point)
        for _ in range(_PASSES):
            moving = np.flatnonzero(~held)
            pull = -(gradient + normal @ np.where(held, step, 0.0))[moving]
            step[moving] = _damped(normal[np.ix_(moving, moving)], pull, damping)
            inside = self.inside(point + step) - point
            left = (inside != step) & ~held
            step = inside
            if not left.any():
                break
            held |= left
        return step


def _damped(matrix: FloatArray, pull: FloatArray, damping: float) -> FloatArray:
    """Return the solution of a damped system, in units of each parameter's own weight."""
    scale = np.sqrt(np.diag(matrix)) + _TINY
    scaled = matrix / scale[:, None] / scale
    np.fill_diagonal(scaled, 1.0 + max(damping, _DAMPING_LEAST))
    solution: FloatArray = np.linalg.solve(scaled, pull / scale) / scale
    return solution


class Problem(Protocol):
    """Half a sum of squares, by parameters between bounds."""

    box: Box

    def cost(self, point: FloatArray) -> float:
        """Return it at a point of the box."""

    def system(self, point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return it, its gradient, and the normal matrix of Gauss and Newton."""


class Least(NamedTuple):
    """Where a problem costs least, as far as was looked."""

    point: FloatArray
    cost: float
    rounds: int


def least_squares(problem: Problem, start: FloatArray, *, damping: float, enough: float) -> Least:
    """Return the least cost that Levenberg and Marquardt's method finds.

    Parameters
    ----------
    problem
        What to solve.
    start
        A point of its box.
    damping
        Of the first step: little where the start is near.
    enough
        What a round has to gain, relative to the cost, for another one to follow.
    """
    free, bold = start, damping
    cost, gradient, normal = problem.system(free)
    rounds = 0
    while rounds < _ROUNDS and damping < _DAMPING_GREATEST:
        rounds += 1
        step = problem.box.step(free, gradient, normal, damping)
        # Rounding may leave the box again.
        trial = problem.box.inside(free + step)
        trial_cost = problem.cost(trial)
        if not trial_cost < cost:
            damping *= 8.0
            continue
        gain = (cost - trial_cost) / cost
        is_bold = damping <= bold
        free, damping = trial, 0.2 * damping
        # A small gain of a short step says nothing.
        if gain < enough and is_bold:
            cost = trial_cost
            break
        cost, gradient, normal = problem.system(free)
    return Least(free, cost, rounds)
