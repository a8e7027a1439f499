"""Least squares between bounds: what the fits of this package have in common."""

from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray

# Where nothing depends on a parameter, its equation is still one.
_TINY: Final = 1e-300


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
        """Return the step of Levenberg and Marquardt's method from a point of the box.

        A parameter at a bound that the gradient pushes it against stays where it is; the others
        take the step that they would take without it.

        Examples
        --------
        >>> box = Box(np.zeros(2), np.ones(2))
        >>> box.step(np.array([0.0, 0.5]), np.array([1.0, 1.0]), np.eye(2), 0.0)
        array([ 0., -1.])
        """
        low, high = self
        held = ((point <= low) & (gradient > 0.0)) | ((point >= high) & (gradient < 0.0))
        moving = np.flatnonzero(~held)
        matrix = normal[np.ix_(moving, moving)]
        damped = matrix + np.diag(damping * np.diag(matrix) + _TINY)
        step = np.zeros_like(point)
        step[moving] = np.linalg.lstsq(damped, -gradient[moving], rcond=None)[0]
        return step
