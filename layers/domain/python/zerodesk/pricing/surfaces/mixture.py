"""A mixture of two surfaces: smiles that no hyperbola follows, still without any arbitrage.

What an option is worth is shared between two eSSVI surfaces of the same forwards, at the same share
for every strike and expiry. A share of prices that are convex in the strike is convex, and one of
prices that rise with time at a constant moneyness rises; so where neither surface has butterfly or
calendar arbitrage the mixture has none, and it needs no condition of its own. Its total variance
lies between theirs, and so within Lee's bounds.

Prices are told normalised: out of the money and over the smaller of forward and strike. With y =
|ln(strike / forward)| and s the root of total variance, near = y / s - s / 2, far = y / s + s / 2,
the price is phi(near) (R(near) - R(far)), R the Mills ratio, and its derivative by total variance
phi(near) / (2 s).
"""

from typing import Final, NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray, MalformedCallError
from zerodesk.pricing.implied_volatility import normalised_deviation
from zerodesk.pricing.normal import INVERSE_SQRT_2PI, mills_ratio
from zerodesk.pricing.surfaces.essvi import EssviSurface
from zerodesk.pricing.surfaces.smile import durrleman

# Below, prices have lost their digits, and above, what they lack of one loses them: logarithms are
# compared.
_LEAST_PRICE: Final = 1e-290
_FULL_PRICE: Final = 0.9
_STEPS: Final = 5


class Normalised(NamedTuple):
    """Prices out of the money over the smaller of forward and strike."""

    price: FloatArray
    by_variance: FloatArray
    """The derivative by total variance."""


def normalised(moneyness: FloatArray, variance: FloatArray) -> Normalised:
    """Return what options out of the money are worth at log-moneyness and total variance.

    Examples
    --------
    >>> normalised(np.array([0.0, 0.1]), np.array([0.04, 0.04])).price.round(6)
    array([0.079656, 0.041482])
    """
    deviation = np.sqrt(variance)
    distance = np.abs(moneyness) / deviation
    near = distance - 0.5 * deviation
    density = INVERSE_SQRT_2PI * np.exp(-0.5 * near * near)
    difference = np.copysign(mills_ratio(np.abs(near)), near)
    difference -= mills_ratio(distance + 0.5 * deviation)
    difference *= density
    # In the money by its own deviation the difference is that to one.
    price = np.where(near >= 0.0, difference, 1.0 + difference)
    return Normalised(price, 0.5 * density / deviation)


class MixtureSurface:
    """Total variance at every log-moneyness and expiry, of two surfaces that share each price.

    Parameters
    ----------
    first, second
        Surfaces of the same expiries.
    second_share
        Of the second in every price, between 0 and 1.

    Raises
    ------
    MalformedCallError
        The expiries differ, or the share is outside its range.

    References
    ----------
    Brigo and Mercurio (2002), "Lognormal-mixture dynamics and calibration to market volatility
    smiles", International Journal of Theoretical and Applied Finance 5(4), for mixtures of prices
    and their local variance.

    Examples
    --------
    >>> from zerodesk.pricing.surfaces.essvi import Slices
    >>> years, rho = np.array([0.25, 1.0]), np.array([-0.2, -0.3])
    >>> calm = EssviSurface(years, Slices(np.array([0.01, 0.04]), rho, np.array([0.02, 0.05])))
    >>> wild = EssviSurface(years, Slices(np.array([0.03, 0.09]), rho, np.array([0.2, 0.4])))
    >>> mixture = MixtureSurface(calm, wild, 0.1)
    >>> np.sqrt(mixture.total_variance(np.array([-0.2, 0.0, 0.2]), np.array(0.25)) / 0.25).round(4)
    array([0.2536, 0.2146, 0.2307])
    """

    def __init__(self, first: EssviSurface, second: EssviSurface, second_share: float) -> None:
        if not np.array_equal(first.expiry_years, second.expiry_years):
            raise MalformedCallError("second: expected the expiries of the first")
        if not 0.0 < second_share < 1.0:
            raise MalformedCallError(
                f"second_share: expected more than 0, less than 1, was {second_share}"
            )
        self.expiry_years = first.expiry_years
        self.first, self.second, self.second_share = first, second, second_share
        self._parts = ((first, 1.0 - second_share), (second, second_share))

    def total_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return total variances at log-moneynesses and positive times."""
        moneyness, expiry_years = np.broadcast_arrays(moneyness, expiry_years)
        shape, moneyness, years = moneyness.shape, moneyness.ravel(), expiry_years.ravel()
        variances = np.stack([part.total_variance(moneyness, years) for part, _ in self._parts])
        shares = np.array([[share] for _, share in self._parts])
        y = np.abs(moneyness)
        with np.errstate(all="ignore"):
            prices = normalised(y, variances).price
            price = (shares * prices).sum(axis=0)
            variance = normalised_deviation(y, price) ** 2
            vanishing, full = price < _LEAST_PRICE, prices.min(axis=0) > _FULL_PRICE
            for lost, solve in ((vanishing, _far), (full, _full)):
                variance[lost] = solve(y[lost], variances[:, lost], shares)
        # Which rounding might leave.
        between: FloatArray = np.clip(variance, variances.min(axis=0), variances.max(axis=0))
        return between.reshape(shape)

    def local_variance(self, moneyness: FloatArray, expiry_years: FloatArray) -> FloatArray:
        """Return Dupire's local variances, per year; NaN where there is no density.

        With w the total variance of one surface, g Durrleman's function, and by time and twice by
        strike the derivatives of its price, the first is dw/dt and the second g, both times the
        derivative of the price by w. So the local variance is a quotient of two sums.
        """
        exponents, growths, densities = [], [], []
        for part, share in self._parts:
            smile, growth = part.evaluate(moneyness, expiry_years)
            deviation = np.sqrt(smile.variance)
            near = np.abs(moneyness) / deviation - 0.5 * deviation
            exponents.append(np.log(share / deviation) - 0.5 * near * near)
            growths.append(growth)
            densities.append(durrleman(moneyness, smile))
        weights = np.exp(np.array(exponents) - np.maximum(*exponents))
        growth = (weights * np.array(growths)).sum(axis=0)
        density = (weights * np.array(densities)).sum(axis=0)
        with np.errstate(all="ignore"):
            return np.where(density > 0.0, growth / density, np.nan)

    def skew(self, expiry_years: FloatArray) -> FloatArray:
        """Return the slope of total variance by log-moneyness at the money."""
        at_the_money = np.zeros_like(expiry_years)
        variance = self.total_variance(at_the_money, expiry_years)
        total = np.zeros_like(expiry_years)
        for part, share in self._parts:
            own = part.total_variance(at_the_money, expiry_years)
            # Its density over that of the mixture, of which neither need be a number.
            density = np.sqrt(variance / own) * np.exp(0.125 * (variance - own))
            total += share * density * part.skew(expiry_years)
        return total


def _far(y: FloatArray, variances: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the total variance where prices vanish, by Newton's method on their logarithms.

    These are all but linear in the inverse of total variance, so it is the unknown.
    """
    target = np.logaddexp(*(np.log(shares) + _log_price(y, variances)[0]))
    inverse = 1.0 / variances.max(axis=0)
    for _ in range(_STEPS):
        value, slope = _log_price(y, 1.0 / inverse)
        inverse = inverse + (value - target) * inverse * inverse / slope
    result: FloatArray = 1.0 / inverse
    return result


def _full(y: FloatArray, variances: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the total variance where prices are all but one, by what they lack of it."""
    target = np.logaddexp(*(np.log(shares) + _log_lack(y, variances)[0]))
    variance: FloatArray = variances.min(axis=0)
    for _ in range(_STEPS):
        value, slope = _log_lack(y, variance)
        variance = variance - (value - target) / slope
    return variance


def _log_price(y: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the price, but for a constant, and its derivative by variance."""
    deviation = np.sqrt(variance)
    near, far = y / deviation - 0.5 * deviation, y / deviation + 0.5 * deviation
    difference = mills_ratio(near) - mills_ratio(far)
    return np.log(difference) - 0.5 * near * near, 0.5 / (deviation * difference)


def _log_lack(y: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same of one less the price."""
    deviation = np.sqrt(variance)
    near, far = y / deviation - 0.5 * deviation, y / deviation + 0.5 * deviation
    both = mills_ratio(-near) + mills_ratio(far)
    return np.log(both) - 0.5 * near * near, -0.5 / (deviation * both)
