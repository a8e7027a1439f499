"""Surfaces without arbitrage as boxes: every point of the box is one, so a fit cannot leave them.

A chart turns free parameters, each between two bounds, into slices that satisfy all conditions of
`zerodesk.pricing.surfaces.essvi`. It takes many points at once, in the rows of an array.
"""

from typing import Final, Protocol

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.boxes import Box
from zerodesk.pricing.surfaces.essvi import Slices
from zerodesk.pricing.surfaces.ssvi import STEEPEST, STEEPEST_GAMMA

# A correlation of one has no smile on one side; this is as far as data ever goes.
_RHO: Final = 0.999
_LEAST_THETA: Final = 1e-10
_LEAST_SHARE: Final = 1e-4
_LEAST_GAMMA: Final = 1e-3
_FIRST_GAMMA: Final = 0.4
_WHOLE: Final = 1.0 - 1e-12


class Chart(Protocol):
    """Slices in free parameters."""

    box: Box

    def slices(self, free: FloatArray) -> Slices:
        """Return the slices, each of shape (..., n), of free parameters of shape (..., p)."""

    def nearest(self, slices: Slices) -> FloatArray:
        """Return the free parameters, shape (p,), of slices near to those given, shape (n,)."""


class EssviChart:
    """Every slice with its own skew: n skews, n rises of theta and n shares of the room for psi.

    Theta starts at its first rise. Each next one is the last, raised by as much as the change in
    skew demands, plus a rise. Psi then has a least value, from the wings of the slice before, and
    a greatest, from that slice's phi, from the bounds against butterflies, and from those of all
    later slices, which its wings must not outgrow; its share says where between the two it is.

    References
    ----------
    Mingone (2022), "No arbitrage global parametrization for the eSSVI volatility surface",
    Quantitative Finance 22(12), 2205-2217.
    """

    def __init__(self, count: int) -> None:
        rho, rise = np.full(count, _RHO), np.zeros(count)
        rise[0] = _LEAST_THETA
        share = np.zeros(count)
        share[0] = _LEAST_SHARE
        low = np.concatenate([-rho, rise, share])
        high = np.concatenate([rho, np.full(count, np.inf), np.ones(count)])
        self.box = Box(low, high)

    def slices(self, free: FloatArray) -> Slices:
        """Return the slices, each of shape (..., n), of free parameters of shape (..., 3 n)."""
        rho, rise, share = np.split(free, 3, axis=-1)
        spread = _spread(rho)
        theta = np.empty_like(rho)
        theta[..., 0] = rise[..., 0]
        for i in range(1, rho.shape[-1]):
            theta[..., i] = theta[..., i - 1] * spread[..., i] + rise[..., i]
        room = _room(theta, rho, spread)
        psi = np.empty_like(rho)
        psi[..., 0] = share[..., 0] * room[..., 0]
        for i in range(1, rho.shape[-1]):
            least, most = _between(psi[..., i - 1], theta, spread, room, i)
            psi[..., i] = least + share[..., i] * (most - least)
        return Slices(theta, rho, psi)

    def nearest(self, slices: Slices) -> FloatArray:
        """Return free parameters of slices near to those given, which may have arbitrage."""
        rho = np.clip(slices.rho, -_RHO, _RHO)
        spread = _spread(rho)
        theta, rise = slices.theta.copy(), slices.theta.copy()
        for i in range(1, rho.size):
            rise[i] = max(theta[i] - theta[i - 1] * spread[i], 0.0)
            theta[i] = theta[i - 1] * spread[i] + rise[i]
        room = _room(theta, rho, spread)
        psi, share = slices.psi.copy(), np.empty_like(rho)
        psi[0] = min(psi[0], room[0])
        share[0] = psi[0] / room[0]
        for i in range(1, rho.size):
            least, most = _between(psi[i - 1], theta, spread, room, i)
            psi[i] = np.clip(psi[i], least, most)
            share[i] = (psi[i] - least) / (most - least) if most > least else 0.0
        return self.box.inside(np.concatenate([rho, rise, share]))


class SsviChart:
    """One skew for all slices: rho, the share of the steepest eta, gamma, and n rises of theta."""

    def __init__(self, count: int) -> None:
        rise = np.zeros(count)
        rise[0] = _LEAST_THETA
        low = np.concatenate([[-_RHO, _LEAST_SHARE, _LEAST_GAMMA], rise])
        high = np.concatenate([[_RHO, _WHOLE, STEEPEST_GAMMA], np.full(count, np.inf)])
        self.box = Box(low, high)

    def slices(self, free: FloatArray) -> Slices:
        """Return the slices, each of shape (..., n), of free parameters of shape (..., n + 3)."""
        rho, share, gamma = (free[..., i : i + 1] for i in range(3))
        theta = np.cumsum(free[..., 3:], axis=-1)
        eta = share * np.sqrt(STEEPEST / (1.0 + np.abs(rho)))
        psi = eta * (theta / (1.0 + theta)) ** (1.0 - gamma)
        return Slices(theta, np.broadcast_to(rho, theta.shape), psi)

    def nearest(self, slices: Slices) -> FloatArray:
        """Return free parameters of slices near to those given, which may have arbitrage."""
        theta = np.maximum.accumulate(slices.theta)
        rho = float(np.median(slices.rho))
        eta = np.median(slices.psi * (theta / (1.0 + theta)) ** (_FIRST_GAMMA - 1.0))
        share = eta / np.sqrt(STEEPEST / (1.0 + abs(rho)))
        free = np.concatenate([[rho, share, _FIRST_GAMMA], np.diff(theta, prepend=0.0)])
        return self.box.inside(free)


def _spread(rho: FloatArray) -> FloatArray:
    """Return by what factor psi must grow at each slice, for no wing to flatten; one at first."""
    spread = np.ones_like(rho)
    before, after = rho[..., :-1], rho[..., 1:]
    spread[..., 1:] = np.maximum((1.0 + before) / (1.0 + after), (1.0 - before) / (1.0 - after))
    return spread


def _room(theta: FloatArray, rho: FloatArray, spread: FloatArray) -> FloatArray:
    """Return the greatest psi of each slice that leaves room for the later ones."""
    steepest = STEEPEST / (1.0 + np.abs(rho))
    room = np.minimum(steepest, np.sqrt(steepest * theta))
    for i in range(rho.shape[-1] - 2, -1, -1):
        room[..., i] = np.minimum(room[..., i], room[..., i + 1] / spread[..., i + 1])
    return room


def _between(
    before: FloatArray, theta: FloatArray, spread: FloatArray, room: FloatArray, i: int
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest psi of slice i after ``before``, the one of the last."""
    most = np.minimum(before * theta[..., i] / theta[..., i - 1], room[..., i])
    least = np.minimum(before * spread[..., i], most)
    return least, most
