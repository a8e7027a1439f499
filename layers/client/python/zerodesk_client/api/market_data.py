"""The part of anybody: markets, and whether the venue is well."""

from zerodesk_client.api.market_models import Depth, Fundings, Market, Ticker, Trade
from zerodesk_client.api.operating_models import Health
from zerodesk_client.api.paging import PAGE, Page
from zerodesk_client.api.session import Session


class MarketData(Session):
    """What anybody asks for."""

    def markets(self) -> tuple[Market, ...]:
        """Return every market."""
        return self._list(Market, "/v1/markets", "markets")

    def market(self, symbol: str) -> Market:
        """Return one market."""
        return self._call(Market, "GET", f"/v1/markets/{symbol}")

    def depth(self, symbol: str, *, levels: int = 20) -> Depth:
        """Return the best levels of a book."""
        return self._call(
            Depth, "GET", f"/v1/markets/{symbol}/depth", query={"levels": str(levels)}
        )

    def ticker(self, symbol: str) -> Ticker:
        """Return a market's last 24 hours."""
        return self._call(Ticker, "GET", f"/v1/markets/{symbol}/ticker")

    def fundings(self, symbol: str) -> Fundings:
        """Return the latest fundings of a perpetual, newest first, and when the next one is."""
        return self._call(Fundings, "GET", f"/v1/markets/{symbol}/funding")

    def trades(self, symbol: str, *, limit: int = PAGE, cursor: str | None = None) -> Page[Trade]:
        """Return a page of a market's trades, newest first."""
        return self._page(
            Trade, f"/v1/markets/{symbol}/trades", "trades", limit=limit, cursor=cursor
        )

    def health(self) -> Health:
        """Return the venue's word on itself."""
        return self._call(Health, "GET", "/v1/health")
