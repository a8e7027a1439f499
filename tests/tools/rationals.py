"""Fit again the rational functions that the numeric core is made of, and print their coefficients.

    .local/peers/bin/python -m tests.tools.rationals NAME

needs mpmath, which the environment of the benchmark's peers has (`tests/benchmarks/pricing.py`).
Least squares in the relative error, linearised around the last denominator (Sanathanan and Koerner
1963) and reweighted towards the minimax by Lawson's (1961) rule, with 70 digits.
"""

import argparse
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import mpmath as mp

POINTS: Final = 160
LINEARISATIONS: Final = 3
REWEIGHTINGS: Final = 30
# Where half of the points of a half line lie.
MIDDLE: Final = 2.5


class Fit(NamedTuple):
    """What is fitted, where, and by which degrees of numerator and denominator."""

    function: Callable[[Any], Any]
    points: list[Any]
    degrees: tuple[int, int]


def mills(x: Any) -> Any:
    """Return Phi(-x) / phi(x)."""
    return mp.sqrt(mp.pi / 2) * mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2))


def mills_slope(x: Any) -> Any:
    """Return minus the derivative of the Mills ratio, 1 - x R(x)."""
    return 1 - x * mills(x)


def bachelier_width(eta: Any) -> Any:
    """Return the standard deviation by `eta`, over the straddle and sqrt(eta).

    With moneyness 1 and deviation 1 / d, the option is worth phi(d) / d - Phi(-d), the straddle
    twice that plus 1, and eta = u / artanh(u) for u = 1 / straddle.
    """
    near, far = mp.mpf(10) ** -12, mp.mpf(45)
    for _ in range(200):
        d = (near + far) / 2
        near, far = (d, far) if _eta(d)[0] > eta else (near, d)
    return _eta(near)[1] / (near * mp.sqrt(eta))


def _eta(d: Any) -> tuple[Any, Any]:
    price = mp.exp(-d * d / 2) / mp.sqrt(2 * mp.pi) * mills_slope(d) / d
    u = 1 / (2 * price + 1)
    return 2 * u / mp.log1p(1 / price), u


def quantile(p: Any) -> Any:
    """Return x with Phi(x) = p, for p below one half."""
    u = mp.sqrt(-2 * mp.log(p))
    x = -(u - mp.log(u) / u) if u > 3 else mp.sqrt(2) * mp.erfinv(2 * p - 1)
    for _ in range(8):
        below = mp.erfc(-x / mp.sqrt(2)) / 2
        x -= mp.log(below / p) * below * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
    return x


def middle_quantile(square: Any) -> Any:
    """Return the quantile over its distance from one half, by the square of that."""
    return quantile(mp.mpf(1) / 2 - mp.sqrt(square)) / -mp.sqrt(square)


def tail_quantile(root: Any) -> Any:
    """Return minus the quantile, by sqrt(-ln p)."""
    return -quantile(mp.exp(-root * root))


def chebyshev(low: Any, high: Any) -> list[Any]:
    """Return points of an interval, denser towards its ends."""
    angles = [mp.pi * (k + mp.mpf(1) / 2) / POINTS for k in range(POINTS)]
    return [low + (high - low) * (1 - mp.cos(angle)) / 2 for angle in angles]


def half_line(end: Any) -> list[Any]:
    """Return points of 0 to ``end``, half of them below `MIDDLE`."""
    last = (end - MIDDLE) / (end + MIDDLE)
    return [MIDDLE * (1 + t) / (1 - t) for t in chebyshev(mp.mpf(-1), last)]


def fitted(fit: Fit) -> tuple[Any, list[float], list[float]]:
    """Return the largest relative error, numerator and denominator, highest powers first."""
    high, low = fit.degrees
    values = [fit.function(x) for x in fit.points]
    weights, below = [mp.mpf(1)] * POINTS, [mp.mpf(1)] * POINTS
    best: tuple[Any, list[float], list[float]] | None = None
    for round_ in range(LINEARISATIONS + REWEIGHTINGS):
        rows, right = mp.matrix(POINTS, high + 1 + low), mp.matrix(POINTS, 1)
        for i, (x, y) in enumerate(zip(fit.points, values, strict=True)):
            weight = mp.sqrt(weights[i]) / (below[i] * y)
            for j in range(high + 1):
                rows[i, j] = weight * x**j
            for j in range(low):
                rows[i, high + 1 + j] = -weight * y * x ** (j + 1)
            right[i] = weight * y
        solution = list(mp.lu_solve(rows.T * rows, rows.T * right))
        numerator = solution[high::-1]
        denominator = [*solution[:high:-1], mp.mpf(1)]
        below = [mp.polyval(denominator, x) for x in fit.points]
        errors = [
            abs(mp.polyval(numerator, x) / q / y - 1)
            for x, q, y in zip(fit.points, below, values, strict=True)
        ]
        if best is None or max(errors) < best[0]:
            leading = denominator[0]
            best = (
                max(errors),
                [float(c / leading) for c in numerator],
                [float(c / leading) for c in denominator],
            )
        if round_ >= LINEARISATIONS - 1:
            weights = [w * e for w, e in zip(weights, errors, strict=True)]
            scale = POINTS / sum(weights)
            weights = [w * scale + mp.mpf(10) ** -30 for w in weights]
    assert best is not None
    return best


FITS: Final[dict[str, Callable[[], Fit]]] = {
    "mills": lambda: Fit(mills, half_line(mp.mpf(40)), (9, 10)),
    "mills-slope": lambda: Fit(mills_slope, half_line(mp.mpf(40)), (8, 10)),
    "bachelier": lambda: Fit(bachelier_width, chebyshev(mp.mpf("0.0027"), mp.mpf(1)), (3, 3)),
    "quantile-middle": lambda: Fit(middle_quantile, chebyshev(0, mp.mpf("0.425") ** 2), (7, 7)),
    "quantile-tail": lambda: Fit(
        tail_quantile, chebyshev(mp.sqrt(-mp.log(mp.mpf("0.075"))), mp.mpf("27.3")), (8, 7)
    ),
}


def main() -> None:
    """Fit what the command line names, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=FITS)
    mp.mp.dps = 70
    error, numerator, denominator = fitted(FITS[parser.parse_args().name]())
    print(f"largest relative error {mp.nstr(error, 3)}")
    print("numerator", *numerator, sep="\n    ")
    print("denominator", *denominator, sep="\n    ")


if __name__ == "__main__":
    main()
