"""The normal distribution to machine precision, tails included, in numpy alone.

Everything stands on one function, the Mills ratio R(x) = Phi(-x) / phi(x) for x >= 0. It falls
smoothly from sqrt(pi/2) to 1/x, so one rational function serves the whole half line and keeps the
relative accuracy that Phi itself loses to 1 - p. ``tests/tools/rationals.py`` fits it again.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from zerodesk.pricing.batch import FloatArray, numbers

SQRT_2: Final = 1.4142135623730951
INVERSE_SQRT_2PI: Final = 0.3989422804014327

# Minimax in the relative error on [0, 40], 5.4e-17; highest power first, the denominator monic.
_NUMERATOR: Final = (
    0.9999999999973136,
    26.84938659259366,
    353.0630683278888,
    2941.1971207762763,
    16975.692944995935,
    70154.27497290315,
    207606.0693817378,
    425945.4970322597,
    555204.878544716,
    357966.5972136476,
)
_DENOMINATOR: Final = (
    26.849386592029994,
    354.0630683811366,
    2968.046504348045,
    17326.75612925861,
    73041.77010211407,
    223885.7036907795,
    490484.7688446297,
    732330.5350230105,
    670878.014306606,
    285616.02119990747,
)
# The same of 1 - x R(x), 7.8e-17, which falls from 1 to 1/x^2.
_SLOPE_NUMERATOR: Final = (
    0.9999999999919728,
    28.067838570424232,
    392.55404219686585,
    3528.110608172601,
    22274.223509627933,
    102143.32894529766,
    340686.5923462021,
    801813.0775824918,
    1223785.072992183,
    949022.5122918297,
)
_SLOPE_DENOMINATOR: Final = (
    28.067838568637857,
    395.5540423768239,
    3612.3141129400956,
    23445.88608828684,
    112559.2401897595,
    405196.24592718756,
    1088247.819216258,
    2128349.0852805385,
    2877298.7746606194,
    2413208.4042782215,
    949022.5122918297,
)
# Within these the series of `mills_difference` is exact to 1e-17, and beyond them the difference of
# two Mills ratios loses no more than a bit or two.
SERIES_DEVIATION: Final = 1.0
SERIES_MONEYNESS: Final = 2.0
_SERIES_TERMS: Final = 11
_SERIES: Final = tuple(
    (4.0 * k - 1.0, 1.0 / (2.0 * k * (2.0 * k + 1.0))) for k in range(1, _SERIES_TERMS + 1)
)
# The quantile: x / (p - 1/2) by (p - 1/2)^2 within 0.425 of the middle, 7.4e-17; and -x by
# sqrt(-ln p) down to 1e-323, 3.8e-13, which one step of Newton's method squares.
_MIDDLE: Final = 0.425
_NEAR_MIDDLE: Final = 0.2
_MIDDLE_NUMERATOR: Final = (
    -26.684326043028236,
    389.28800757090085,
    -1119.0298007403844,
    1314.0428017920408,
    -775.2481113761507,
    243.66743207982987,
    -39.024131043657334,
    2.5066282746310007,
)
_MIDDLE_DENOMINATOR: Final = (
    -55.58506140338263,
    375.8300511578905,
    -787.2942464079316,
    764.1964966514319,
    -394.87228427865483,
    112.3061210755971,
    -16.615573380437493,
    1.0,
)
_TAIL_NUMERATOR: Final = (
    1.9672632438009942e-05,
    -0.007487930685718893,
    -0.4235812745384719,
    -5.076733613352991,
    -14.37646713140358,
    4.244832652839911,
    20.49933789566108,
    -5.347594850895206,
    -3.125404434187905,
)
_TAIL_DENOMINATOR: Final = (
    1.3910114772717964e-05,
    -0.005294587067819289,
    -0.29950242395282245,
    -3.6066845760076074,
    -10.831247551475341,
    -2.576623204783024,
    5.61310004902893,
    1.0,
)
# Beyond it phi is zero in binary64, so whatever multiplies it may as well be constant.
_FAR: Final = 40.0
# Multiples of 1/16 up to _FAR have squares that are exact.
_EXACT_STEPS: Final = 16.0


def polynomial(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    """Return a polynomial at every x; Horner's rule, highest power first, degree 1 at least."""
    value: FloatArray = coefficients[0] * x
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= x
    value += coefficients[-1]
    return value


def mills_ratio(x: FloatArray) -> FloatArray:
    """Return Phi(-x) / phi(x), the Mills ratio.

    Parameters
    ----------
    x : float64, any shape
        0 to 1e30. Not checked: this is the inner loop of the closed forms.

    Returns
    -------
    float64, shape of ``x``
        Relative error up to 40 below 1e-15, 1.6e-16 in the root mean square; below 3e-12 beyond,
        where phi is zero.

    References
    ----------
    Rational minimax approximation after Cody (1969), "Rational Chebyshev approximations for the
    error function", Mathematics of Computation 23, with coefficients fitted for this module.

    Examples
    --------
    >>> mills_ratio(np.array([0.0, 1.0]))
    array([1.25331414, 0.65567954])
    """
    return _monic_ratio(_NUMERATOR, _DENOMINATOR, x)


def mills_slope(x: FloatArray) -> FloatArray:
    """Return 1 - x R(x), minus the derivative of the Mills ratio, without its cancellation.

    phi(x) times it is the price of an option after Bachelier, x deviations out of the money.

    Parameters
    ----------
    x : float64, any shape
        0 to 1e25. Not checked: this is an inner loop.

    Returns
    -------
    float64, shape of ``x``
        Relative error up to 40 below 1e-15, below 1e-11 beyond.

    Examples
    --------
    >>> mills_slope(np.array([0.0, 1.0, 30.0]))
    array([1.        , 0.34432046, 0.00110743])
    """
    return _monic_ratio(_SLOPE_NUMERATOR, _SLOPE_DENOMINATOR, x)


def mills_difference(distance: FloatArray, t: FloatArray) -> FloatArray:
    """Return (R(d - t) - R(d + t)) / (2 t), where the difference itself would cancel.

    phi(d) exp(-t^2 / 2) times 2 t times it is the normalised price of an option after Black.

    Parameters
    ----------
    distance : float64, any shape
        d, 0 to 1e6, with d t at most `SERIES_MONEYNESS` / 2.
    t : float64, of a shape that broadcasts with it
        0 to `SERIES_DEVIATION` / 2.

    Returns
    -------
    float64
        Relative error below 1e-15.

    Notes
    -----
    The odd derivatives of the Mills ratio, without their signs M_1, M_3, ..., follow M_{n+2} =
    (2 n + 1 + d^2) M_n - n (n - 1) M_{n-2}, by parts from the integral of u^n exp(-u^2 / 2 - u d).
    Summed are the terms P_k = M_{2k+1} t^{2k} / (2 k + 1)!, all positive.

    Examples
    --------
    >>> mills_difference(np.array([1.0]), np.array([0.5]))
    array([0.36054882])
    >>> mills_ratio(np.array([0.5])) - mills_ratio(np.array([1.5]))
    array([0.36054882])
    """
    slope = mills_slope(distance)
    slope += mills_excess(slope, distance, t)
    return slope


def mills_excess(slope: FloatArray, distance: FloatArray, t: FloatArray) -> FloatArray:
    """Return `mills_difference` less its first term, which is the slope of the Mills ratio."""
    square = t * t
    product = distance * t
    product *= product
    term = slope
    total = np.zeros_like(slope)
    fourth, lag = square * square, square
    for diagonal, divisor in _SERIES:
        following = diagonal * square
        following += product
        following *= term
        following -= lag
        following *= divisor
        lag = fourth * term
        total += following
        term = following
    return total


def _monic_ratio(above: tuple[float, ...], below: tuple[float, ...], x: FloatArray) -> FloatArray:
    """Return a rational function whose denominator begins with a power whose coefficient is 1."""
    ratio = polynomial(above, x)
    denominator = x + below[0]
    for coefficient in below[1:]:
        denominator *= x
        denominator += coefficient
    ratio /= denominator
    return ratio


def _exp_minus_square(x: FloatArray, scale: float) -> FloatArray:
    """Return exp(-scale x^2), the rounding of the square kept out of the exponent."""
    near = np.rint(x * _EXACT_STEPS) / _EXACT_STEPS
    return np.exp(-scale * near * near) * np.exp(-scale * (x - near) * (x + near))


def pdf(x: ArrayLike) -> FloatArray:
    """Return the standard normal density.

    Examples
    --------
    >>> round(float(pdf(0.0)), 16)
    0.3989422804014327
    """
    return INVERSE_SQRT_2PI * _exp_minus_square(np.clip(numbers("x", x), -_FAR, _FAR), 0.5)


def cdf(x: ArrayLike) -> FloatArray:
    """Return the standard normal distribution function Phi(x).

    Parameters
    ----------
    x : array_like, any shape
        Any real number; NaN gives NaN.

    Returns
    -------
    float64, shape of ``x``
        0 to 1; relative error below 1e-15 as long as the result is a normal number (x > -37.5).

    Examples
    --------
    >>> float(cdf(0.0))
    0.5
    >>> f"{float(cdf(-10.0)):.14e}"
    '7.61985302416053e-24'
    """
    value = numbers("x", x)
    distance = np.minimum(np.abs(value), _FAR)
    tail = INVERSE_SQRT_2PI * _exp_minus_square(distance, 0.5) * mills_ratio(distance)
    return np.where(value > 0.0, 1.0 - tail, tail)[()]


def weighted_cdf(log_weight: FloatArray, x: FloatArray) -> FloatArray:
    """Return exp(log_weight) Phi(x), where the weight may overflow alone and the product not.

    Examples
    --------
    >>> weighted_cdf(np.array([0.0, 800.0]), np.array([0.0, -40.0]))
    array([0.5       , 0.00996734])
    """
    distance = np.abs(x)
    tail = np.exp(log_weight - 0.5 * distance * distance) * mills_ratio(np.minimum(distance, 1e6))
    tail *= INVERSE_SQRT_2PI
    above = x > 0.0
    return np.where(above, np.exp(np.where(above, log_weight, 0.0)) - tail, tail)


def erfc(x: ArrayLike) -> FloatArray:
    """Return the complementary error function 2 Phi(-x sqrt(2)).

    Examples
    --------
    >>> float(erfc(0.0))
    1.0
    >>> f"{float(erfc(5.0)):.14e}"
    '1.53745979442803e-12'
    """
    value = numbers("x", x)
    distance = np.minimum(np.abs(value), _FAR)
    scaled = 2.0 * INVERSE_SQRT_2PI * mills_ratio(SQRT_2 * distance)
    tail = _exp_minus_square(distance, 1.0) * scaled
    return np.where(value < 0.0, 2.0 - tail, tail)[()]


def inverse_cdf(probability: ArrayLike) -> FloatArray:
    """Return the quantile x with Phi(x) = probability.

    Parameters
    ----------
    probability : array_like, any shape
        0 to 1; the ends give infinities, anything else NaN.

    Returns
    -------
    float64, shape of ``probability``
        Relative error below 2e-15 for any probability down to the smallest normal number.

    Notes
    -----
    Two rational functions, as in Wichura (1988), algorithm AS 241, Applied Statistics 37(3), with
    coefficients fitted for this module; away from the middle one step of Newton's method follows.

    Examples
    --------
    >>> inverse_cdf([0.5, 0.975])
    array([0.        , 1.95996398])
    """
    p = numbers("probability", probability)
    with np.errstate(all="ignore"):
        offset = p - 0.5
        smaller = np.minimum(p, 1.0 - p)
        middle = _middle_quantile(offset)
        guess = np.where(np.abs(offset) <= _MIDDLE, np.abs(middle), _tail_quantile(smaller))
        refined = np.copysign(guess + (cdf(-guess) - smaller) / pdf(guess), offset)
        # Near the middle the step would cost relative accuracy: Phi is about 1/2 there.
        inside = np.where(np.abs(offset) <= _NEAR_MIDDLE, middle, refined)
        ends = np.where(smaller == 0.0, np.copysign(np.inf, offset), np.nan)
        quantile: FloatArray = np.where(smaller > 0.0, inside, ends)[()]
    return quantile


def _middle_quantile(offset: FloatArray) -> FloatArray:
    """Return x with Phi(x) = 1/2 + offset, for offsets up to 0.425."""
    square = np.minimum(offset * offset, _MIDDLE * _MIDDLE)
    ratio = polynomial(_MIDDLE_NUMERATOR, square)
    ratio /= polynomial(_MIDDLE_DENOMINATOR, square)
    ratio *= offset
    return ratio


def _tail_quantile(p: FloatArray) -> FloatArray:
    """Return x > 0 with Phi(-x) = p, for p up to 0.075, to twelve digits."""
    root = np.sqrt(-np.log(p))
    ratio = polynomial(_TAIL_NUMERATOR, root)
    ratio /= polynomial(_TAIL_DENOMINATOR, root)
    return ratio
