"""What rounding took from sums, products and quotients: exact remainders in binary64 alone.

References
----------
Dekker (1971), "A floating-point technique for extending the available precision", Numerische
Mathematik 18, 224-242; Knuth (1969), "The Art of Computer Programming", volume 2, 4.2.2.
"""

from typing import Final

import numpy as np

from zerodesk.pricing.batch import FloatArray

# Splits 53 bits into 26 and 26, a sign being worth one.
_SPLITTER: Final = 2.0**27 + 1.0


def difference_error(a: FloatArray, b: FloatArray, difference: FloatArray) -> FloatArray:
    """Return exactly what a - b is above its rounded value.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.float64(1.0), np.float64(2.0**-60)
    >>> float(difference_error(a, b, a - b)) == -(2.0**-60)
    True
    """
    part = difference - a
    error: FloatArray = (a - (difference - part)) - (b + part)
    return error


def product_remainder(total: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return total - a b, where a b is within a place or two of the total.

    NaN or infinite for factors beyond 1e300, whose parts overflow.

    Examples
    --------
    >>> import numpy as np
    >>> third = np.float64(1.0) / 3.0
    >>> float(product_remainder(np.float64(1.0), third, np.float64(3.0))) == 2.0**-54
    True
    """
    a_high = _high(a)
    b_high = a_high if a is b else _high(b)
    a_low = a - a_high
    b_low = a_low if a is b else b - b_high
    remainder = total - a_high * b_high
    remainder -= a_high * b_low
    remainder -= a_low * b_high
    remainder -= a_low * b_low
    return remainder


def _high(value: FloatArray) -> FloatArray:
    """Return the first half of the digits."""
    high: FloatArray = np.multiply(value, _SPLITTER)
    high -= high - value
    return high
