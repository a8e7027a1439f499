"""Derivatives: linear perpetual futures and European cash-settled options, in ticks and lots."""

from enum import StrEnum
from typing import NamedTuple


class OptionType(StrEnum):
    """What an option gives a right to: to buy at the strike, or to sell."""

    CALL = "CALL"
    PUT = "PUT"


class Perpetual(NamedTuple):
    """A future without an end, kept near its index by funding. One tick of one lot is a value."""

    symbol: str
    underlying: str
    quote: str
    tick_value_minor: int

    def profit_minor(self, quantity_lots: int, entry_ticks: int, exit_ticks: int) -> int:
        """Return what lots bought (or sold, if negative) at one price make at another."""
        return quantity_lots * (exit_ticks - entry_ticks) * self.tick_value_minor


class EuropeanOption(NamedTuple):
    """A right that is worth its payoff at expiry, in cash; strikes in ticks of the underlying."""

    symbol: str
    underlying: str
    quote: str
    option_type: OptionType
    strike_ticks: int
    expires_at_ms: int
    tick_value_minor: int

    def payoff_minor(self, settlement_ticks: int) -> int:
        """Return what one lot pays at expiry.

        Examples
        --------
        >>> call = EuropeanOption("BTC-25DEC26-100-C", "BTC", "USD", OptionType.CALL, 100, 0, 5)
        >>> call.payoff_minor(103), call.payoff_minor(97)
        (15, 0)
        """
        above = settlement_ticks - self.strike_ticks
        inside = above if self.option_type is OptionType.CALL else -above
        return max(0, inside) * self.tick_value_minor
