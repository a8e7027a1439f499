"""Black's formula in decimals of sixty places: how far a volatility of binary64 is off."""

from decimal import Decimal, localcontext
from typing import Final

PLACES: Final = 60
PI: Final = Decimal("3.1415926535897932384626433832795028841971693993751058209749445923078164")
# From here on the continued fraction of the tail needs few terms; below, the series cancels little.
_FAR: Final = Decimal(6)
_TERMS: Final = 90


def tail(x: Decimal) -> Decimal:
    """Return the normal distribution's probability beyond x."""
    if x < 0:
        return 1 - tail(-x)
    density = (-x * x / 2).exp() / (2 * PI).sqrt()
    if x > _FAR:
        fraction = x
        for k in range(_TERMS, 0, -1):
            fraction = x + k / fraction
        return density / fraction
    term, total, k = x, x, 1
    while term > total.scaleb(-PLACES - 20):
        k += 2
        term = term * x * x / k
        total += term
    return Decimal("0.5") - density * total


def implied_error(
    sign: float,
    price: float,
    forward: float,
    strike: float,
    years: float,
    discount: float,
    sigma: float,
) -> tuple[float, float]:
    """Return how far a volatility is from the exact one of its price, and what is attainable.

    Both relative, in units of 2^-52. Attainable is what the price's last place means for the
    volatility, price / (vega volatility), or one where that is less: no number is nearer.

    One step of Newton's method from a volatility that is right to fifteen digits finds thirty.
    """
    with localcontext() as context:
        context.prec = PLACES + 30
        f, k, t, volatility = Decimal(forward), Decimal(strike), Decimal(years), Decimal(sigma)
        undiscounted = Decimal(price) / Decimal(discount)
        deviation = volatility * t.sqrt()
        # Out of the money the difference of the legs cancels least.
        otm = undiscounted - max(Decimal(sign) * (f - k), Decimal(0))
        distance = abs((k / f).ln()) / deviation
        near, far = distance - deviation / 2, distance + deviation / 2
        model = min(f, k) * tail(near) - max(f, k) * tail(far)
        by_deviation = min(f, k) * (-near * near / 2).exp() / (2 * PI).sqrt()
        error = (model - otm) / (by_deviation * deviation)
        attainable = undiscounted / (by_deviation * deviation)
        return float(abs(error)) * 2.0**52, max(float(attainable), 1.0)
