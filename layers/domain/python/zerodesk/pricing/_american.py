"""The engine of American options: which kind of put an option is, and what is worked out for it."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing._collocation import grid, whole
from zerodesk.pricing._european import EuropeanBlock
from zerodesk.pricing._exercise import Accuracy, Equation, Indices, Puts, boundary, meeting, solved
from zerodesk.pricing._premium import LastingPremium, Premium
from zerodesk.pricing.batch import BoolArray, FloatArray

OUTPUTS: Final = ("price", "delta", "gamma", "vega", "theta", "rho")
"""What `american` can tell of an option."""

Gains: TypeAlias = dict[str, FloatArray]


class Effort(NamedTuple):
    """What a boundary and its premium are worked out with."""

    accuracy: Accuracy
    premium_points: int


# By what a boundary does besides starting steeply: nothing, a bend, or nearly reaching its limit.
EFFORTS: Final[dict[str, tuple[Effort, Effort, Effort]]] = {
    "fast": (
        Effort(Accuracy(9, 17, 1e-8), 51),
        Effort(Accuracy(18, 27, 1e-8), 61),
        Effort(Accuracy(32, 41, 1e-8), 81),
    ),
    "precise": (
        Effort(Accuracy(20, 41, 1e-12), 101),
        Effort(Accuracy(46, 61, 1e-12), 111),
        Effort(Accuracy(52, 81, 1e-12), 131),
    ),
}
# A boundary that starts below the strike bends when it comes to feel the strike, unless that is
# farther away than this many deviations.
_BEND: Final = 3.0
# A boundary tends to its limit as exp(-haste t). What that takes in nodes; and for which haste a
# horizon is enough where exp(-haste t) is nothing.
_HASTE_BENT: Final = 3.0
_HASTE_STRAIGHT: Final = 12.0
_HASTE_MAX: Final = 60.0
_HASTE: Final = 30.0
# Drift to such a degree, and deviations below, are as good as one known path.
_HASTE_STILL: Final = 1e12
_STILL: Final = 1e-13
# Premiums below make no difference.
_NOTHING: Final = 1e-15
# Elements of the largest arrays that are worked on at a time.
_CHUNK: Final = 65_536
# What of a `Premium` each output needs.
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "price": ("value",),
    "delta": ("value", "delta"),
    "gamma": ("gamma",),
    "vega": ("by_deviation",),
    "theta": ("value", "delta", "gamma"),
    "rho": ("by_rate", "by_carry"),
}


class AmericanBlock:
    """One block of a batch: its ``values`` by the names of outputs.

    Every option is told as a put per unit of its strike; the strike of a call's put is its spot.
    """

    sign: FloatArray
    spot: FloatArray
    strike: FloatArray
    expiry_years: FloatArray
    rate: FloatArray
    dividend_yield: FloatArray
    volatility: FloatArray
    put_strike: FloatArray
    put_spot: FloatArray

    def __init__(self, *arguments: FloatArray, outputs: Sequence[str], accuracy: str) -> None:
        sign, spot, strike, expiry_years, rate, dividend_yield, volatility = np.broadcast_arrays(
            *map(np.atleast_1d, arguments)
        )
        self.sign, self.spot, self.strike = sign, spot, strike
        self.rate, self.dividend_yield, self.volatility = rate, dividend_yield, volatility
        self.expiry_years = expiry_years
        self.is_call = sign > 0.0
        self.put_strike = np.where(self.is_call, spot, strike)
        self.put_spot = np.where(self.is_call, strike, spot) / self.put_strike
        put_rate = np.where(self.is_call, dividend_yield, rate)
        put_carry = np.where(self.is_call, rate, dividend_yield)
        deviation = volatility * np.sqrt(expiry_years)
        self.puts = Puts(
            put_rate * expiry_years, put_carry * expiry_years, deviation, np.ones_like(deviation)
        )
        # Else whoever waits earns the larger rate, and the option is a European one.
        pays = (put_rate > 0.0) | (put_carry < put_rate)
        moves = (
            (deviation > _STILL)
            & (self.puts.haste < _HASTE_STILL)
            & (self.put_spot > 0.0)
            & np.isfinite(self.put_spot)
        )
        still = pays & ~moves
        until = np.where(still, _best_time(self.puts, self.put_spot) * expiry_years, expiry_years)
        self.european = EuropeanBlock(sign, spot, strike, until, rate, dividend_yield, volatility)
        valid = np.isfinite(self.european.spot)
        self._pays = pays & valid
        self.is_early = pays & moves & valid & (self.puts.most > _NOTHING)
        self.is_exercised = still & valid & (until == 0.0) & (sign * (spot - strike) > 0.0)
        self._is_still = still & valid & (until < expiry_years)
        # What the gains come on top of: exercise now below a lower boundary, else the European.
        self._is_lower = np.zeros_like(valid)
        names = list(dict.fromkeys(need for name in outputs for need in _NEEDS[name]))
        self._gains: Gains = {name: np.zeros_like(deviation) for name in names}
        kinds = _kinds(self.puts)
        for kind, effort in enumerate(EFFORTS[accuracy]):
            early = np.flatnonzero(self.is_early & (kinds == kind))
            if early.size:
                self._gather(early, effort)
        self.values = {name: self._value(name) for name in outputs}

    def _gather(self, early: Indices, effort: Effort) -> None:
        """Work out the gains of some options."""
        spot = self.put_spot[early]
        # The strikes of a chain share their boundary.
        puts, same = _distinct(self.puts.some(early))
        horizon, meets, lasts = _horizons(puts)
        puts = puts.within(horizon)
        root = boundary(puts, effort.accuracy)[same]
        puts, horizon, meets, lasts = puts.some(same), horizon[same], meets[same], lasts[same]
        edge = _Edge(puts, root, spot, horizon, lasts)
        is_exercised = ~meets & (np.log(spot) <= edge.log_boundary)
        self._add(early, edge.some(np.flatnonzero(~is_exercised)), ~is_exercised, effort)
        double = np.flatnonzero(puts.rate < 0.0)
        if double.size:
            lower, same = _distinct(puts.some(double)._replace(side=-np.ones(double.size)))
            root = boundary(lower, effort.accuracy)[same]
            edge = _Edge(lower.some(same), root, spot[double], horizon[double], lasts[double])
            below = ~meets[double] & (np.log(spot[double]) < edge.log_boundary)
            is_exercised[double] &= ~below
            self._is_lower[early[double]] = below
            counts = below | meets[double]
            self._add(early[double], edge.some(np.flatnonzero(counts)), counts, effort)
        self.is_exercised[early] |= is_exercised

    def _add(self, which: Indices, edge: "_Edge", counts: BoolArray, effort: Effort) -> None:
        for name, gain in edge.gains(list(self._gains), effort).items():
            self._gains[name][which[counts]] += gain

    def _value(self, name: str) -> FloatArray:
        """Return one output."""
        at_once = self._exercised(name)
        held = np.where(self._is_lower, at_once, getattr(self.european, name))
        if name == "theta":
            held = np.where(self._is_still, 0.0, held)
            held = np.where(self.is_early, self._decay(), held)
        else:
            held = held + self._gained(name)
        if name == "price":
            held = np.where(self._pays, np.maximum(held, at_once), held)
        return np.where(self.is_exercised, at_once, held)

    def _exercised(self, name: str) -> FloatArray:
        """Return an output of an option that is exercised."""
        if name == "price":
            return self.sign * (self.european.spot - self.strike)
        return self.sign if name == "delta" else np.zeros_like(self.sign)

    def _gained(self, name: str) -> FloatArray:
        """Return what the right to exercise early adds to an output."""
        gains, strike = self._gains, self.put_strike
        if name == "price":
            return strike * gains["value"]
        if name == "vega":
            return strike * np.sqrt(self.expiry_years) * gains["by_deviation"]
        if name == "rho":
            by_rate: FloatArray = np.where(self.is_call, gains["by_carry"], gains["by_rate"])
            return strike * self.expiry_years * by_rate
        # The spot of a call is the strike of its put, to which the price is in proportion.
        if name == "delta":
            by_strike = gains["value"] - self.put_spot * gains["delta"]
            return np.where(self.is_call, by_strike, gains["delta"])
        factor = np.where(self.is_call, self.put_spot * self.put_spot, 1.0)
        return np.where(self.is_early, factor * gains["gamma"] / self.put_strike, 0.0)

    def _decay(self) -> FloatArray:
        """Return theta by the equation of Black, Scholes and Merton, which holds until exercise."""
        spread = self.volatility * self.spot
        decay = self.rate * self._value("price")
        decay -= (self.rate - self.dividend_yield) * self.spot * self._value("delta")
        return decay - 0.5 * spread * spread * self._value("gamma")


class _Edge(NamedTuple):
    """One boundary for each of some options, and where the spot is."""

    puts: Puts
    root: FloatArray
    spot: FloatArray
    horizon: FloatArray
    """As a share of the time to expiry."""
    lasts: BoolArray
    """Whether the boundary stands still beyond."""

    def some(self, which: Indices | slice) -> "_Edge":
        return _Edge(
            self.puts.some(which),
            self.root[which],
            self.spot[which],
            self.horizon[which],
            self.lasts[which],
        )

    @property
    def log_boundary(self) -> FloatArray:
        """The boundary at the horizon."""
        return np.log(self.puts.start) - self.puts.side * self.root[:, 0]

    def gains(self, names: list[str], effort: Effort) -> Gains:
        """Return attributes of `Premium`, by parameters of the whole time to expiry."""
        result = {name: np.empty(self.spot.size) for name in names}
        size = max(1, _CHUNK // effort.premium_points)
        for start in range(0, self.spot.size, size):
            chunk = slice(start, start + size)
            for name, gain in _chunk_gains(self.some(chunk), names, effort).items():
                result[name][chunk] = gain
        still = np.flatnonzero(self.lasts)
        if still.size:
            edge = self.some(still)
            lasting = LastingPremium(edge.puts, edge.spot, 1.0 / edge.horizon - 1.0)
            for name in names:
                result[name][still] += getattr(lasting, name)
        for name in names:
            if name in {"by_rate", "by_carry"}:
                result[name] *= self.horizon
            elif name == "by_deviation":
                result[name] *= np.sqrt(self.horizon)
        return result


def _chunk_gains(edge: _Edge, names: list[str], effort: Effort) -> Gains:
    """Return what an integral over the horizon gives, for a few options."""
    nodes, points, _ = effort.accuracy
    quadrature = whole(nodes, effort.premium_points)
    later = 1.0 / edge.horizon - 1.0
    premium = Premium(edge.puts, quadrature, edge.root, edge.spot, later)
    gains = {name: getattr(premium, name) for name in names}
    moved = [name for name in names if name.startswith("by_")]
    if moved:
        equation = Equation(edge.puts, grid(nodes, points), edge.root)
        slopes = equation.slopes().transpose(0, 2, 1)
        worth = solved(slopes, premium.by_root)
        for name in moved:
            gains[name] = gains[name] - (worth * getattr(equation, name)()).sum(-1)
    return gains


def _distinct(puts: Puts) -> tuple[Puts, Indices]:
    """Return what is different of some puts, and where each of them is found there."""
    terms, places = np.unique(np.stack(puts, axis=1), axis=0, return_inverse=True)
    return Puts(*terms.T), places


def _kinds(puts: Puts) -> NDArray[np.int_]:
    """Return which of the efforts an option needs."""
    bends = (puts.start < 1.0) & (puts.start > np.exp(-_BEND * puts.deviation))
    bends |= puts.haste > _HASTE_BENT
    return np.where(puts.haste > _HASTE_STRAIGHT, 2, np.where(bends, 1, 0))


def _best_time(puts: Puts, spot: FloatArray) -> FloatArray:
    """Return when a put is worth most whose spot moves along one known path, 0 to 1."""
    turn = np.log(puts.rate / (puts.carry * spot)) / (puts.rate - puts.carry)
    turn = np.where((turn > 0.0) & (turn < 1.0), turn, 0.0)
    best, most = np.ones_like(turn), np.zeros_like(turn)
    for time in (np.ones_like(turn), turn, np.zeros_like(turn)):
        worth = np.exp(-puts.rate * time) - spot * np.exp(-puts.carry * time)
        best, most = np.where(worth > most, time, best), np.maximum(worth, most)
    return best


def _horizons(puts: Puts) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return for which share of the time to expiry boundaries have to be known, and why.

    The first answer is whether two boundaries meet there, the second whether they stand still
    beyond.
    """
    haste = puts.haste
    lasts = haste > _HASTE_MAX
    horizon = np.where(lasts, _HASTE / haste, 1.0)
    meets = np.zeros_like(lasts)
    pairs = np.flatnonzero((puts.rate < 0.0) & (haste < 0.0))
    if pairs.size:
        share = meeting(puts.some(pairs))
        meets[pairs] = share < 1.0
        horizon[pairs] = share
    return horizon, meets, lasts
