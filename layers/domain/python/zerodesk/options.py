"""Options by their symbol, which says all that they are: ``BTC-25DEC26-100000-C``.

Underlying, day of expiry, strike in units of the quote currency, call or put. Each ends at 08:00
UTC of its day and is worth its payoff in cash. The lot says how much of the underlying one is a
right to, so it is the multiplier.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple, Self

FORM: Final = (
    r"[0-9]{2}[A-Z]{3}[0-9]{2}-"
    r"(?:[1-9][0-9]{0,9}|(?:0|[1-9][0-9]{0,9})\.[0-9]{0,7}[1-9])-[CP]"
)
"""What follows the underlying. No zeros that say nothing: each option has one symbol."""

RULE: Final = "UNDERLYING-DDMMMYY-STRIKE-C or -P, such as BTC-25DEC26-100000-C"
EXPIRY_HOUR_UTC: Final = 8
MONTHS: Final = (
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
)  # fmt: skip
TYPES: Final[dict[str, Literal["call", "put"]]] = {"C": "call", "P": "put"}

_PARTS: Final = r"[A-Z0-9]{2,12}-([0-9]{2})([A-Z]{3})([0-9]{2})-([0-9.]+)-([CP])"


class NoOptionError(ValueError):
    """A symbol that looks like an option's and can be none; the text is the rule."""


class OptionTerms(NamedTuple):
    """A European option on an underlying, settled in cash."""

    option_type: Literal["call", "put"]
    """``call`` or ``put``."""
    strike: Decimal
    expiry_ms: int

    @classmethod
    def of(cls, symbol: str) -> Self:
        """Return the terms that a symbol says.

        Raises
        ------
        NoOptionError
            It has not the form, or there is no such day.

        Examples
        --------
        >>> OptionTerms.of("BTC-25DEC26-100000-C")
        OptionTerms(option_type='call', strike=Decimal('100000'), expiry_ms=1798185600000)
        >>> OptionTerms.of("BTC-31FEB26-100000-C")
        Traceback (most recent call last):
        zerodesk.options.NoOptionError: a day that there is, DDMMMYY
        """
        parts = re.fullmatch(_PARTS, symbol)
        if parts is None:
            raise NoOptionError(RULE)
        day, month, year, strike, kind = parts.groups()
        if month not in MONTHS:
            raise NoOptionError(f"a month of {', '.join(MONTHS)}")
        try:
            ends = datetime(
                2000 + int(year), MONTHS.index(month) + 1, int(day), EXPIRY_HOUR_UTC, tzinfo=UTC
            )
        except ValueError as error:
            raise NoOptionError("a day that there is, DDMMMYY") from error
        return cls(TYPES[kind], Decimal(strike), int(ends.timestamp()) * 1_000)

    def payoff(self, settlement_price: Decimal) -> Decimal:
        """Return what one unit of the underlying pays at expiry.

        Examples
        --------
        >>> OptionTerms("put", Decimal(100), 0).payoff(Decimal(97))
        Decimal('3')
        """
        above = settlement_price - self.strike
        return max(Decimal(0), above if self.option_type == "call" else -above)
