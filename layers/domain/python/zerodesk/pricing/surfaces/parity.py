"""Forwards and discounts from calls less puts: C - P = discount (forward - strike).

One line through the strikes of an expiry gives both, its slope the discount. Over the few strikes
that are quoted well a slope is often poorly known, and most poorly for a near expiry, where a
hundredth of a percent of discount is a percent of rate. So rates are pooled: each expiry's own
estimate counts by its standard error, against the mean of all expiries, and that against none.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.chain import OptionChain, QuoteUse

# Nobody splits a share by less and leaves its options alone.
_ANOTHER: Final = 2.0
# Tukey's biweight: what lies this many deviations off the line does not count at all.
_OFF: Final = 6.0
_ROUNDS: Final = 8
# By how much the rates of expiries differ from their mean, and the mean from zero; per year.
_RATES_APART: Final = 0.003
_RATES: Final = 0.05
# Near the money: within so many deviations. At the money a straddle is worth 0.8 of one.
_NEAR: Final = 0.5
_DEVIATION_OF_STRADDLE: Final = 1.25
# The median of absolute deviations of a normal variable of deviation one.
_MEDIAN_DEVIATION: Final = 0.6745


class Carry(NamedTuple):
    """What parity says about each expiry, shape (n,)."""

    expiry_years: FloatArray
    forward: FloatArray
    discount: FloatArray
    forward_error: FloatArray
    """Standard error of the forward, in its currency."""
    deviation: FloatArray
    """What the straddle at the money says of a standard deviation at expiry, in its currency."""
    pairs: NDArray[np.int64]
    """How many strikes with both a call and a put stand behind it; zero for none."""

    def of(self, expiry_years: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return forward, discount and deviation at some expiries; NaN where there is none."""
        found = np.full((3, expiry_years.size), np.nan)
        if self.expiry_years.size:
            index = np.searchsorted(self.expiry_years, expiry_years)
            index = np.minimum(index, self.expiry_years.size - 1)
            known = self.expiry_years[index] == expiry_years
            for values, own in zip(
                found, (self.forward, self.discount, self.deviation), strict=True
            ):
                values[known] = own[index[known]]
        forward, discount, deviation = found
        return forward, discount, deviation


class Pairs(NamedTuple):
    """Calls and puts of the same strikes of one expiry, shape (m,); the first two are indices."""

    call: NDArray[np.int64]
    put: NDArray[np.int64]
    strike: FloatArray
    difference: FloatArray
    error: FloatArray
    straddle: FloatArray
    """Call and put together."""


class _Line(NamedTuple):
    """Calls less puts as a line in the strikes' distance from their mean."""

    level: float
    slope: float
    centre: float
    slope_error: float
    weight: FloatArray


def imply_carry(
    chain: OptionChain,
    use: NDArray[np.int8],
    *,
    rate: float | None = None,
    least_rate: float = -np.inf,
    spot: float | None = None,
) -> tuple[Carry, NDArray[np.int8]]:
    """Return forwards and discounts of all expiries, and the uses with what is off parity named.

    Parameters
    ----------
    chain
        Quotes.
    use
        A `QuoteUse` for each; only those USED are looked at.
    rate
        Continuously compounded, per year, if it is known; else it is implied, too.
    least_rate
        What no implied rate is below.
    spot
        The underlying's price, if it is known, even roughly: pairs that imply a forward of less
        than half of it or more than twice as much are of another underlying.

    Notes
    -----
    The line is fitted by weights that fall with the spread, iterated with Tukey's biweight, from
    a first line through the median. Where a pair is far off it, the option in the money is named:
    the other one is judged by its smile. The forward is what the line's pairs imply at strikes near
    the money, half a standard deviation or so: American options obey parity there, if anywhere.

    Examples
    --------
    Two strikes, a forward of 101 and a discount of 0.98:

    >>> middle = np.array([7.0, 7.0 - 0.98, 3.0, 3.0 + 0.98 * 9.0])
    >>> types, strike = ["call", "put", "call", "put"], [100.0, 100.0, 110.0, 110.0]
    >>> chain = OptionChain.of(types, strike, 0.5, middle - 0.05, middle + 0.05)
    >>> carry, use = imply_carry(chain, chain.screened())
    >>> carry.forward.round(3), carry.discount.round(3), use
    (array([101.]), array([0.98]), array([0, 0, 0, 0], dtype=int8))
    """
    use = use.copy()
    expiries = np.unique(chain.expiry_years[use == QuoteUse.USED])
    pairs = [_pairs(chain, use, years) for years in expiries]
    if spot is not None:
        pairs = [_of_spot(found, spot, use) for found in pairs]
    lines = [_line(found) for found in pairs]
    rates = np.full(expiries.size, rate)
    if rate is None:
        rates = np.maximum(_rates(expiries, lines), least_rate)
    discount = np.exp(-rates * expiries)
    forward, error, deviation = np.full((3, expiries.size), np.nan)
    for i, (found, line) in enumerate(zip(pairs, lines, strict=True)):
        if line is None:
            continue
        forward[i], error[i], deviation[i] = _forward(found, discount[i], line)
        far = line.weight == 0.0
        is_call_in_the_money = found.strike < forward[i]
        use[np.where(is_call_in_the_money, found.call, found.put)[far]] = QuoteUse.OFF_PARITY
    counts = np.array([found.strike.size for found in pairs], np.int64)
    unknown = expiries[~(forward > 0.0)]
    use[(use == QuoteUse.USED) & np.isin(chain.expiry_years, unknown)] = QuoteUse.NO_FORWARD
    return Carry(expiries, forward, discount, error, deviation, counts), use


def _pairs(chain: OptionChain, use: NDArray[np.int8], years: float) -> Pairs:
    here = (chain.expiry_years == years) & (use == QuoteUse.USED)
    calls = np.flatnonzero(here & (chain.sign > 0.0))
    puts = np.flatnonzero(here & (chain.sign < 0.0))
    strike, first, second = np.intersect1d(
        chain.strike[calls], chain.strike[puts], return_indices=True
    )
    call, put = calls[first], puts[second]
    middle, half = chain.middle, chain.half_spread
    # Without a spread a quote would count without end.
    error = np.maximum(half[call] + half[put], 1e-6 * strike)
    return Pairs(call, put, strike, middle[call] - middle[put], error, middle[call] + middle[put])


def _of_spot(pairs: Pairs, spot: float, use: NDArray[np.int8]) -> Pairs:
    """Return the pairs that may be of this underlying; name the others."""
    implied = pairs.strike + pairs.difference
    near = (implied > spot / _ANOTHER) & (implied < spot * _ANOTHER)
    use[pairs.call[~near]] = use[pairs.put[~near]] = QuoteUse.OTHER_UNDERLYING
    call, put, strike, difference, error, straddle = pairs
    return Pairs(call[near], put[near], strike[near], difference[near], error[near], straddle[near])


def _line(pairs: Pairs) -> _Line | None:
    """Return the line of calls less puts; None where there is no pair."""
    if pairs.strike.size == 0:
        return None
    weight = np.ones_like(pairs.strike)
    # Any discount is near one, so the median of strike plus difference is near the forward.
    residual = pairs.difference + pairs.strike
    residual = residual - np.median(residual)
    scale = 1.0
    level = slope = centre = spread = 0.0
    precision = weight
    for _ in range(_ROUNDS):
        deviation = np.abs(residual / pairs.error)
        scale = max(float(np.median(deviation)) / _MEDIAN_DEVIATION, 0.1)
        weight = np.maximum(1.0 - (deviation / (_OFF * scale)) ** 2, 0.0) ** 2
        precision = weight / pairs.error**2
        total = precision.sum()
        centre = float(precision @ pairs.strike / total)
        level = float(precision @ pairs.difference / total)
        offset = pairs.strike - centre
        spread = float(precision @ (offset * offset))
        slope = float(precision @ (offset * pairs.difference)) / spread if spread > 0.0 else -1.0
        residual = pairs.difference - level - slope * offset
    error = scale / np.sqrt(spread) if spread > 0.0 else np.inf
    return _Line(level, slope, centre, float(error), weight)


def _rates(expiries: FloatArray, lines: list[_Line | None]) -> FloatArray:
    """Return the rate of each expiry, pooled."""
    own, precision = np.zeros(expiries.size), np.zeros(expiries.size)
    for i, line in enumerate(lines):
        if line is not None and line.slope < 0.0 and np.isfinite(line.slope_error):
            own[i] = -np.log(-line.slope) / expiries[i]
            precision[i] = (line.slope * expiries[i] / line.slope_error) ** 2
    # Each estimate is off the mean by its own error and by what rates differ at all.
    apart = 1.0 / _RATES_APART**2
    shared = precision * apart / (precision + apart)
    mean = float(shared @ own) / (float(shared.sum()) + 1.0 / _RATES**2)
    return (precision * own + apart * mean) / (precision + apart)


def _forward(pairs: Pairs, discount: float, line: _Line) -> tuple[float, float, float]:
    """Return the forward, given the discount, from strikes near it; its error; a deviation."""
    implied = pairs.strike + pairs.difference / discount
    precision = line.weight / (pairs.error / discount) ** 2
    forward = float(precision @ implied / precision.sum())
    # Far from the money one of the two is hardly traded and, if American, worth more than parity
    # says. The straddle at the money tells how far is far.
    nearest = int(np.argmin(np.where(line.weight > 0.0, np.abs(pairs.strike - forward), np.inf)))
    deviation = _DEVIATION_OF_STRADDLE * pairs.straddle[nearest] / discount
    apart = (pairs.strike - pairs.strike[nearest]) / (_NEAR * deviation)
    precision = precision * np.exp(-0.5 * apart * apart)
    total = float(precision.sum())
    return float(precision @ implied) / total, 1.0 / np.sqrt(total), float(deviation)
