"""Where American puts are exercised: the boundary, by collocation and Newton's method.

Everything is per unit of strike and per horizon, the time for which a boundary is wanted: the
rates are times it, ``deviation`` is volatility sqrt(horizon), and times run from 0, expiry, to 1.

The boundary B(t) starts at X = B(0+), which is 1 or rate / carry, and is told by its ``root``,
g = |ln(B / X)|. Kim's integral equation, differentiated by the spot, gives with z = d1(s, B(t) /
B(t - s))

    exp(-carry t) Phi(d1(t, B(t))) + carry int exp(-carry s) Phi(z) ds
        = int (rate / B(t - s) - carry) exp(-carry s) phi(z) / (deviation sqrt(s)) ds.

Each term has one sign, so the two sides can be compared by their logarithms, which the root enters
nearly as a square. Newton's method then converges from a rough guess whatever the rates and the
volatility are, where fixed-point iterations need a form that fits the case. It is the square of
the root that is interpolated: it starts as t ln t or as t, the root with a singularity.

With carry < rate < 0 exercise lies between two boundaries. Each is the edge of a region that knows
nothing of the other: the upper one solves the equation above, the lower one (``side`` -1) its
mirror image, without the first term.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing._collocation import Grid, grid, refinement
from zerodesk.pricing.batch import BoolArray, FloatArray
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, mills_ratio

# Elements of the largest arrays that are worked on at a time.
_CHUNK: Final = 65_536
_FAR: Final = 38.0
_TINY: Final = 1e-280
_STEPS_MAX: Final = 40
_ROUNDING: Final = 1e-14
# One step of Newton's method changes a root by this factor at most.
_SHRINK: Final = 0.3
_STRETCH: Final = 3.0
# How a boundary leaves X when X is not the strike: root = 0.6388 deviation sqrt(t).
_SLOPE: Final = 0.64
_ROOT_MAX: Final = 50.0
# A root that the polynomial gives as negative is held at zero, whatever the nodes do.
NOTHING: Final = 1e-130
# How far off the rough polynomial may be next to expiry, where it has no nodes.
_SHARE_MIN: Final = 0.2
_LOOKS_MAX: Final = 60
# Boundaries surely exist up to this share of the time for which guesses say that they meet.
_SURELY_APART: Final = 0.8
# Nodes by which the meeting is read off the gap.
_READ_NODES: Final = 4
# How exactly boundaries have to meet: what there is to gain between them vanishes there, so that
# the error of the price is about the square.
_MEETING: Final = 1e-7


Indices: TypeAlias = NDArray[np.intp]


# Roots that end below lose digits, unless care is taken.
_CLOSE: Final = 1e-3


class Accuracy(NamedTuple):
    """How many nodes a boundary has, points its integrals, and how exactly it is solved for."""

    nodes: int
    points: int
    tolerance: float


_ROUGH: Final = Accuracy(6, 13, 1e-4)
# Where the step from there to a fine grid is too long.
_STEPS: Final = (
    Accuracy(5, 21, 1e-4),
    Accuracy(9, 31, 1e-4),
    Accuracy(16, 41, 1e-4),
    Accuracy(30, 61, 1e-6),
)
_MEETING_ACCURACY: Final = Accuracy(12, 21, 1e-8)


class Puts(NamedTuple):
    """What a boundary depends on, each of shape (options,)."""

    rate: FloatArray
    carry: FloatArray
    deviation: FloatArray
    side: FloatArray
    """1 where continuing lies above the boundary, -1 where it lies below."""

    def some(self, which: Indices | slice) -> "Puts":
        return Puts(*(values[which] for values in self))

    def within(self, horizon: FloatArray) -> "Puts":
        """Return the same for a share of the horizon."""
        deviation = self.deviation * np.sqrt(horizon)
        return Puts(self.rate * horizon, self.carry * horizon, deviation, self.side)

    @property
    def start(self) -> FloatArray:
        """X, the boundary next to expiry: 1, or where the gain and the loss of waiting balance."""
        return np.where(self._balances, self.rate / np.where(self._balances, self.carry, 1.0), 1.0)

    @property
    def _balances(self) -> BoolArray:
        return (self.carry > self.rate) | (self.side < 0.0)

    @property
    def log_start_slopes(self) -> tuple[FloatArray, FloatArray]:
        """Derivatives of ln X by the rate and by the carry."""
        moves = self._balances & (self.rate != 0.0)
        by_rate, by_carry = (
            np.where(moves, 1.0 / np.where(moves, yearly, 1.0), 0.0)
            for yearly in (self.rate, self.carry)
        )
        return by_rate, -by_carry

    @property
    def pull(self) -> FloatArray:
        """What exercise gains at X, per horizon."""
        return np.where(self._balances, 0.0, self.rate - self.carry)

    @property
    def drift(self) -> FloatArray:
        """What d1 gains with sqrt(s)."""
        return (self.rate - self.carry) / self.deviation + 0.5 * self.deviation

    @property
    def lasting(self) -> FloatArray:
        """The root that it tends to, far from expiry; `_ROOT_MAX` where there is none."""
        root = self.side * np.log(self.start * (self.power - 1.0) / self.power)
        tends = (root > 0.0) & (root < _ROOT_MAX) & (self.haste >= 0.0)
        return np.where(tends, root, _ROOT_MAX)

    @property
    def power(self) -> FloatArray:
        """How 1 paid on reaching a boundary that stands still depends on the spot; NaN if none."""
        variance = self.deviation * self.deviation
        mean = self.rate - self.carry - 0.5 * variance
        spread = self.side * np.sqrt(mean * mean + 2.0 * self.rate * variance)
        # One form or the other has no cancellation.
        adds = mean * self.side > 0.0
        return np.where(adds, -(mean + spread) / variance, 2.0 * self.rate / (mean - spread))

    @property
    def most(self) -> FloatArray:
        """A bound of the order of the premium, from what exercise gains and for how long."""
        room = np.where(self.rate < 0.0, np.log(self.carry / self.rate) / self.deviation, 1.0)
        gain: FloatArray = self.rate - np.minimum(self.carry, 0.0)
        gain *= np.minimum(room * room, 1.0)
        return gain

    @property
    def haste(self) -> FloatArray:
        """How fast boundaries tend to what they are far from expiry; negative where they meet."""
        variance = self.deviation * self.deviation
        mean = self.rate - self.carry - 0.5 * variance
        haste = self.rate + 0.5 * mean * mean / variance
        return np.where((self.rate < 0.0) & (mean < 0.0), -1.0, haste)


def guess(puts: Puts, time: FloatArray) -> FloatArray:
    """Return roots at some times, shape (options, times), within a tenth or so.

    Next to expiry a boundary leaves the strike as deviation sqrt(2 t ln(...)), or another start in
    proportion to sqrt(t); it tends to that of the perpetual put; the coefficients are fitted.
    """
    rate, carry, deviation = puts.rate[:, None], puts.carry[:, None], puts.deviation[:, None]
    width = deviation * np.sqrt(time)
    pull = np.maximum(rate - carry, 0.0) / deviation * np.sqrt(time)
    pull += 1.4 * np.maximum(carry, 0.0) * time
    log = np.maximum(-np.log(pull + _TINY), 0.0)
    square = np.minimum(1.9 + 0.55 * log + 0.09 * log * log, np.maximum(2.0 * log - 3.0, 1.9))
    away = np.log(puts.start)[:, None] / width
    near = np.exp(-((away / 1.7) ** 2)) * (puts.side[:, None] > 0.0)
    slope = _SLOPE + (np.sqrt(square) - _SLOPE) * near
    lasting = puts.lasting[:, None]
    root: FloatArray = -lasting * np.expm1(-slope * width / lasting)
    return root


def boundary(puts: Puts, accuracy: Accuracy) -> FloatArray:
    """Return the roots at the nodes of the grid of an accuracy, shape (options, nodes).

    NaN where Newton's method finds nothing.
    """
    root = _refined(puts, (_ROUGH, accuracy), makes_do=False)
    lost = np.flatnonzero(np.isnan(root).any(axis=1))
    if lost.size:
        root[lost] = _refined(puts.some(lost), (*_STEPS, accuracy), makes_do=True)
    return root


def _refined(puts: Puts, accuracies: Sequence[Accuracy], *, makes_do: bool) -> FloatArray:
    """Return the same from one grid to the next; few nodes are solved for from anywhere.

    Who makes do takes what a grid gives where a finer one gives nothing.
    """
    nodes, share = 0, np.ones((puts.rate.size, 0))
    root = share
    for accuracy in accuracies:
        times = grid(accuracy.nodes, accuracy.points)
        first = guess(puts, times.time)
        if nodes:
            # The guess has the right singularity: what it is off by can be told by few nodes.
            share = share @ refinement(nodes, accuracy.nodes)
            share = np.clip(share, _SHARE_MIN, 1.0 / _SHARE_MIN)
            first *= np.where(np.isfinite(share), share, 1.0)
        root = solve(puts, times, first, accuracy.tolerance)
        if nodes and makes_do:
            root = np.where(np.isnan(root) & np.isfinite(share), first, root)
        nodes, share = accuracy.nodes, root / guess(puts, times.time)
    return root


def meeting(puts: Puts) -> FloatArray:
    """Return when two boundaries meet, as a share of the horizon; 1 where they do not.

    Boundaries up to any time tell the gap between them at each of their nodes. Where it vanishes
    is read off these, or a little beyond them, and becomes the next time to look up to. Beyond the
    meeting neither boundary means anything, and they may not exist: then the time is halved.
    """
    lower = puts._replace(side=-np.ones(puts.rate.size))
    times = grid(_MEETING_ACCURACY.nodes, _MEETING_ACCURACY.points).time
    apart_at_start = -np.log(lower.start)

    def gaps(active: Indices, root_time: FloatArray) -> FloatArray:
        sides = (each.some(active).within(root_time * root_time) for each in (puts, lower))
        widths = (boundary(side, _MEETING_ACCURACY) for side in sides)
        return apart_at_start[active, None] - sum(widths)

    guessed = apart_at_start[:, None] - guess(puts, times) - guess(lower, times)
    early, late = np.zeros((2, puts.rate.size))
    late += 1.0
    until = np.minimum(_SURELY_APART * _vanishing(np.sqrt(times), guessed), 1.0)
    until = np.where(until > 0.0, until, 1.0)
    active = np.arange(puts.rate.size)
    for _ in range(_LOOKS_MAX):
        if not active.size:
            break
        now = until[active]
        found = gaps(active, now)
        apart, ends = found[:, 0] > 0.0, np.abs(found[:, 0]) < _MEETING
        early[active] = np.where(apart, now, early[active])
        late[active] = np.where(apart, late[active], now)
        read = np.minimum(_vanishing(now[:, None] * np.sqrt(times), found), 1.0)
        between = (read > early[active]) & ((read < late[active]) | (read == 1.0) & apart)
        until[active] = np.where(
            ends, now, np.where(between, read, 0.5 * (early[active] + late[active]))
        )
        active = active[~(ends | (apart & (now == 1.0)))]
    return np.where(early < 1.0, until * until, 1.0)


def _vanishing(root_time: FloatArray, gap: FloatArray) -> FloatArray:
    """Return where gaps at nodes, falling with time, vanish, by the nodes next to there.

    The inverse is interpolated, shape (options, nodes), latest first; NaN where a gap is.
    """
    first = np.clip((gap <= 0.0).sum(axis=1) - _READ_NODES // 2, 0, gap.shape[1] - _READ_NODES)
    which = first[:, None] + np.arange(_READ_NODES)
    at = np.take_along_axis(np.broadcast_to(root_time, gap.shape), which, axis=1)
    near = np.take_along_axis(gap, which, axis=1)
    total = np.zeros(gap.shape[0])
    for i in range(_READ_NODES):
        weight = at[:, i].copy()
        for j in range(_READ_NODES):
            if j != i:
                weight *= near[:, j] / (near[:, j] - near[:, i])
        total += weight
    return total


def solve(puts: Puts, grid: Grid, root: FloatArray, tolerance: float) -> FloatArray:
    """Return the roots at the nodes of a grid, shape (options, nodes), from a guess.

    ``tolerance`` bounds the relative error that is left, by what the last step changed: the error
    after it is about its square.
    """
    root = root.copy()
    active = np.arange(puts.rate.size)
    enough = np.sqrt(tolerance)
    size = max(1, _CHUNK // grid.past.interpolation[:, 0].size)
    for _ in range(_STEPS_MAX):
        pending = []
        for start in range(0, active.size, size):
            chunk = active[start : start + size]
            equation = Equation(puts.some(chunk), grid, root[chunk])
            step = solved(equation.slopes(), -equation.residual)
            now = root[chunk]
            # Squares that are interpolated are told to rounding of the largest among them.
            room = enough * now + _ROUNDING * now.max(axis=1, keepdims=True) ** 2 / now
            root[chunk] = now * np.clip(1.0 + step / now, _SHRINK, _STRETCH)
            # What is NaN will not get better.
            pending.append(chunk[(np.abs(step) / room).max(axis=1) >= 1.0])
        active = np.concatenate(pending) if pending else active
        if not active.size:
            break
    root[active] = np.nan
    return root


def _total(values: FloatArray) -> FloatArray:
    """Return sums over the last axis, which is too short for numpy's own to be fast."""
    total: FloatArray = values @ np.ones(values.shape[-1])
    return total


def solved(matrices: FloatArray, sides: FloatArray) -> FloatArray:
    """Return the solutions of linear equations, shape (options, nodes); NaN where there is none."""
    try:
        solutions = np.linalg.solve(matrices, sides[..., None])[..., 0]
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(sides, np.nan)
        # One singular matrix refuses the whole batch.
        halves = np.array_split(np.arange(len(matrices)), 2)
        return np.concatenate([solved(matrices[half], sides[half]) for half in halves])
    return solutions.astype(np.float64, copy=False)


class Equation:
    """Both sides of the equation at every node, for roots of shape (options, nodes).

    Inner arrays have the shape (nodes, options, points), or 1 where nothing depends on an axis.
    """

    def __init__(self, puts: Puts, grid: Grid, root: FloatArray) -> None:
        past = grid.past
        self.grid, self.root = grid, root
        self.rate, self.carry, self.deviation, self.side = (values[:, None] for values in puts)
        self.log_start = tuple(values[:, None] for values in puts.log_start_slopes)
        self.start, drift = puts.start[:, None], puts.drift[:, None]
        square = np.matmul(root * root, past.interpolation)
        np.maximum(square, _TINY, out=square)
        # The roots at the points, (nodes, options, points).
        self.inner = np.sqrt(square, out=square)
        self.inverse = 1.0 / self.deviation
        z = self.inner - root.T[:, :, None]
        z *= 1.0 / past.root
        z *= self.inverse
        z += (self.side * drift) * past.root
        self.z = z
        exponent = z * z
        exponent *= -0.5
        exponent -= self.carry * (past.root * past.root)
        density = np.exp(exponent, out=exponent)
        density *= INVERSE_SQRT_2PI
        self.gain = np.exp(self.side * self.inner)
        self.gain *= self.rate / self.start
        self.density = density
        self.flux = density * past.weight
        self.flux *= self.inverse
        self.pull = self.gain - self.carry
        if root[:, 0].min() < _CLOSE:
            # What exercise gains and loses a year balances at X, and next to it cancels.
            grown = np.expm1(self.side * self.inner)
            self.pull = grown * (self.rate / self.start) + puts.pull[:, None]
        self.paid = _total(self.flux * self.pull)
        self.kept = np.zeros_like(self.paid)
        if np.any(self.carry):
            self.kept = (self.side * self.carry).T * _total(self.tail)
        self._first_term(drift)
        self.kept_is_left = self.kept >= 0.0
        kept_left = np.maximum(self.kept, 0.0)
        self.left = self.first + kept_left
        self.right = self.paid + (kept_left - self.kept)

    @cached_property
    def tail(self) -> FloatArray:
        """Exp(-carry s) Phi(z), times what integrates it."""
        past = self.grid.past
        tail = np.abs(self.z)
        np.minimum(tail, _FAR, out=tail)
        tail = mills_ratio(tail)
        tail *= self.density
        whole = np.exp(-self.carry * (past.root * past.root))
        tail = np.where(self.z > 0.0, whole - tail, tail)
        tail *= past.weight * past.root
        return tail

    def _first_term(self, drift: FloatArray) -> None:
        """Work out what the payoff at expiry contributes, (nodes, options)."""
        time = self.grid.time[:, None]
        root_time = np.sqrt(time)
        distance = (np.log(self.start) - self.root).T * self.inverse.T / root_time
        distance += drift.T * root_time
        discount = np.exp(-self.carry.T * time)
        size = np.minimum(np.abs(distance), _FAR)
        density = INVERSE_SQRT_2PI * np.exp(-0.5 * distance * distance) * discount
        tail = density * mills_ratio(size)
        upper = np.maximum(self.side.T, 0.0)
        self.first = upper * np.where(distance > 0.0, discount - tail, tail)
        # By the distance; the distance by the root is -1 / (deviation sqrt(t)).
        self.first_density = upper * density
        self.distance, self.root_time = distance, root_time

    @property
    def residual(self) -> FloatArray:
        """ln(left / right), shape (options, nodes)."""
        return np.log(self.left / self.right).T

    def slopes(self) -> FloatArray:
        """Return the derivatives of the residual by the roots, shape (options, nodes, nodes)."""
        left, right = 1.0 / self.left, 1.0 / self.right
        of_kept = (self.side * self.carry).T * self._per_kept
        # By z, times dz / d(root at a point).
        by_z = self.z * self.pull
        by_z *= (1.0 / self.grid.past.root) * self.inverse
        by_z *= right[:, :, None]
        by_z += of_kept[:, :, None]
        own = -left * self.first_density * self.inverse.T / self.root_time
        by_inner = self.gain * (self.side * right.T).T[:, :, None]
        np.subtract(by_z, by_inner, out=by_inner)
        by_inner *= self.flux
        by_z *= self.flux
        own -= _total(by_z)
        by_inner *= np.where(self.inner > NOTHING, 1.0 / self.inner, 0.0)
        slopes = np.matmul(by_inner, self.grid.past.interpolation.transpose(0, 2, 1))
        slopes *= self.root
        nodes = np.arange(own.shape[0])
        slopes[nodes, :, nodes] += own
        by_node: FloatArray = slopes.transpose(1, 0, 2)
        return by_node

    @property
    def _per_kept(self) -> FloatArray:
        return 1.0 / np.where(self.kept_is_left, self.left, self.right)

    def _moved(self, first: FloatArray, kept: FloatArray, paid: FloatArray) -> FloatArray:
        """Return the derivative of the residual, from those of its terms, (options, nodes)."""
        moved: FloatArray = (first / self.left + kept * self._per_kept - paid / self.right).T
        return moved

    def by_deviation(self) -> FloatArray:
        """Return the derivatives of the residual at fixed roots, shape (options, nodes)."""
        near = self.grid.past.root
        by_z = self.side * near - self.z * self.inverse
        by_distance = self.root_time - self.distance * self.inverse.T
        kept = (self.flux * by_z * near).sum(-1) * (self.side * self.carry * self.deviation).T
        paid = -(self.flux * self.pull * (self.z * by_z + self.inverse)).sum(-1)
        return self._moved(self.first_density * by_distance, kept, paid)

    def by_rate(self) -> FloatArray:
        """Return the derivatives of the residual at fixed roots, shape (options, nodes)."""
        near = self.grid.past.root
        moves = self.log_start[0]
        # What the rate does to 1 / B is undone where B starts in proportion to it.
        gain = np.where(moves == 0.0, np.exp(self.side * self.inner) / self.start, 0.0)
        by_z = self.side * near * self.inverse
        by_distance = self.inverse.T * (self.root_time + moves.T / self.root_time)
        kept = (self.flux * near * near).sum(-1) * self.carry.T
        paid = (self.flux * (gain - self.z * by_z * self.pull)).sum(-1)
        return self._moved(self.first_density * by_distance, kept, paid)

    def by_carry(self) -> FloatArray:
        """Return the derivatives of the residual at fixed roots, shape (options, nodes)."""
        near = self.grid.past.root
        elapsed = near * near
        moves = self.log_start[1]
        by_z = -self.side * near * self.inverse
        by_distance = self.inverse.T * (moves.T / self.root_time - self.root_time)
        first = self.first_density * by_distance - self.grid.time[:, None] * self.first
        kept = (self.tail * (1.0 - self.carry * elapsed)).sum(-1) * self.side.T
        kept -= (self.flux * elapsed).sum(-1) * self.carry.T
        pulled = (self.z * by_z + elapsed) * self.pull
        paid = (self.flux * (-moves * self.gain - pulled - 1.0)).sum(-1)
        return self._moved(first, kept, paid)
