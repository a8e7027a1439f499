"""Exact quantities: one grammar for decimals, and whole minor units inside.

At the edge a number is a decimal string; inside it is an integer with its unit in its name.
No float ever holds money.
"""

import re
from decimal import Decimal
from typing import Final

MAX_INTEGER_DIGITS: Final = 18
MAX_FRACTION_DIGITS: Final = 12
"""Bounds of the grammar: 30 digits in all stay exact in DynamoDB's 38."""

MINOR_DIGITS: Final[dict[str, int]] = {
    "USD": 6,
    "EUR": 6,
    "USDT": 6,
    "BTC": 8,
    "ETH": 8,
    "SPY": 0,
}
"""Decimals kept per currency. Money is kept finer than a cent so that one tick of one lot of a
finely divided pair is still a whole number."""

DEFAULT_MINOR_DIGITS: Final = 8
"""A currency that the table does not know divides as far as most that trade in fractions do."""

MAX_EXACT: Final = 2**53 - 1
"""The largest integer that travels through a workflow unharmed: JSONata, like much that reads
JSON, keeps numbers as doubles (RFC 8259, section 6)."""

_DECIMAL: Final = re.compile(
    rf"-?[0-9]{{1,{MAX_INTEGER_DIGITS}}}(?:\.[0-9]{{1,{MAX_FRACTION_DIGITS}}})?", re.ASCII
)
DECIMAL_RULE: Final = (
    f"a decimal string: up to {MAX_INTEGER_DIGITS} digits, then optionally a point and up to "
    f"{MAX_FRACTION_DIGITS} digits; no exponent, no spaces"
)

BASIS_POINTS: Final = 10_000
"""Basis points in one."""


class NumberError(ValueError):
    """A number breaks a rule; ``rule`` says which, in words for the client."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def parse_decimal(text: str) -> Decimal:
    """Return the decimal that ``text`` writes in the one grammar.

    Raises
    ------
    NumberError
        The text is not in the grammar: exponents, NaN, infinities, signs other than one
        leading minus, digits outside ASCII and too many digits are all refused.

    Examples
    --------
    >>> parse_decimal("101.50")
    Decimal('101.50')
    >>> parse_decimal("1e3")
    Traceback (most recent call last):
    ...
    zerodesk.money.NumberError: a decimal string: up to 18 digits, then optionally a point \
and up to 12 digits; no exponent, no spaces
    """
    if not _DECIMAL.fullmatch(text):
        raise NumberError(DECIMAL_RULE)
    return Decimal(text)


def minor_digits(currency: str) -> int:
    """Return how many decimals the ledger keeps of ``currency``."""
    return MINOR_DIGITS.get(currency, DEFAULT_MINOR_DIGITS)


def power_of_ten(exponent: int) -> int:
    """Return 10**exponent for an exponent of zero or more, typed as the integer that it is."""
    power: int = 10**exponent
    return power


def scaled(amount: Decimal, digits: int) -> int | None:
    """Return ``amount`` x 10**digits if that is a whole number, else None.

    Examples
    --------
    >>> scaled(Decimal("1.25"), 2), scaled(Decimal("1.255"), 2)
    (125, None)
    """
    sign, figures, exponent = amount.as_tuple()
    assert isinstance(exponent, int), "NaN and infinities never pass the grammar"
    whole = int("".join(map(str, figures)))
    shift = digits + exponent
    if shift >= 0:
        magnitude, rest = whole * power_of_ten(shift), 0
    else:
        magnitude, rest = divmod(whole, power_of_ten(-shift))
    if rest:
        return None
    return -magnitude if sign else magnitude


def to_minor(amount: Decimal, currency: str) -> int:
    """Return ``amount`` of ``currency`` in minor units.

    Raises
    ------
    NumberError
        The amount is finer than the currency's precision.
    """
    digits = minor_digits(currency)
    minor = scaled(amount, digits)
    if minor is None:
        raise NumberError(f"at most {digits} decimals of {currency}")
    return minor


def format_scaled(value: int, digits: int) -> str:
    """Return ``value`` / 10**digits as a decimal string without superfluous zeros.

    Examples
    --------
    >>> format_scaled(-1_500_000, 6), format_scaled(7, 0), format_scaled(5, 2)
    ('-1.5', '7', '0.05')
    """
    sign = "-" if value < 0 else ""
    if digits == 0:
        return f"{sign}{abs(value)}"
    figures = str(abs(value)).rjust(digits + 1, "0")
    fraction = figures[-digits:].rstrip("0")
    return f"{sign}{figures[:-digits]}" + (f".{fraction}" if fraction else "")


def format_minor(amount_minor: int, currency: str) -> str:
    """Return minor units of ``currency`` as a decimal string."""
    return format_scaled(amount_minor, minor_digits(currency))


def share_bps(amount_minor: int, rate_bps: int) -> int:
    """Return ``rate_bps`` basis points of an amount, rounded down.

    Rounding down per fill never charges more than the rate on the whole: the floors of the
    parts sum to at most the floor of the sum, so a hold that includes the fee on the whole
    covers the fees of any sequence of fills.

    Examples
    --------
    >>> share_bps(99_999, 5)
    49
    """
    return amount_minor * rate_bps // BASIS_POINTS
