"""Listings: the markets that there are, remembered, for a listing never changes once it stands."""

from zerodesk.instruments import SYMBOL, Market
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.tables.market import Markets


class Listings:
    """The listings of one market table."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._known: dict[str, Market] = {}

    def get(self, symbol: str) -> Market | None:
        """Return a listing, or None; one that is not remembered is read strongly."""
        if symbol in self._known:
            return self._known[symbol]
        listed = self._markets.get(symbol, consistent=True) if SYMBOL.fullmatch(symbol) else None
        if listed is None:
            return None
        self._known[symbol] = listed.market
        return listed.market

    def listed(self, symbol: str) -> Market:
        """Return a listing, or refuse with NOT_FOUND."""
        market = self.get(symbol)
        if market is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        return market

    def mark_price_ticks(self, market: Market) -> int:
        """Return a listed market's mark as it is now."""
        listed = self._markets.get(market.symbol)
        return market.reference_price_ticks if listed is None else listed.mark_price_ticks
