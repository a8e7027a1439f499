"""Listings: the markets that there are, remembered for a while.

By what prices and quantities are counted, tick and lot, a market never changes. What an operator
may change of it, the least notional and the largest quantity, is looked at as it is remembered.
"""

import re
from collections.abc import Callable
from typing import Final

from zerodesk.instruments import SYMBOL, Market
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import monotonic
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets

REMEMBERED_SECONDS: Final = 300.0
_SYMBOL: Final = re.compile(SYMBOL)
"""Here, for the first order needs it."""


class Listings:
    """The listings of one market table."""

    def __init__(self, markets: Markets, *, clock: Callable[[], float] = monotonic) -> None:
        self._markets, self._clock = markets, clock
        self._known: dict[str, tuple[Market, float]] = {}

    def get(self, symbol: str) -> Market | None:
        """Return a listing, or None; one that is not remembered is read strongly."""
        known = self._known.get(symbol)
        if known is not None and self._clock() < known[1]:
            return known[0]
        listed = self._read(symbol)
        if listed is None:
            return None
        self._known[symbol] = listed.market, self._clock() + REMEMBERED_SECONDS
        return listed.market

    def _read(self, symbol: str) -> Listed | None:
        """Return a market as its table shows it, None of what can be no symbol."""
        return self._markets.get(symbol, consistent=True) if _SYMBOL.fullmatch(symbol) else None

    def listed(self, symbol: str) -> Market:
        """Return a listing, or refuse with NOT_FOUND."""
        market = self.get(symbol)
        if market is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        return market

    def asked_for(self, symbol: str) -> Market:
        """Return the listing that a request names by its symbol, or refuse the request.

        Raises
        ------
        ProblemError
            INTAKE_UNKNOWN_SYMBOL.
        """
        market = self.get(symbol)
        if market is None:
            rule = "a symbol of GET /v1/markets"
            raise refused(ProblemCode.INTAKE_UNKNOWN_SYMBOL, "symbol", symbol, rule)
        return market

    def mark_price_ticks(self, market: Market) -> int:
        """Return a listed market's mark as it is now."""
        listed = self._markets.get(market.symbol)
        return market.reference_price_ticks if listed is None else listed.mark_price_ticks
