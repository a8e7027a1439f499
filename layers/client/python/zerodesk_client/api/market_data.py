"""The part of anybody: markets, quotes of options, and whether the venue is well."""

from datetime import datetime
from decimal import Decimal

from zerodesk_client.api.decode import plain, timestamp
from zerodesk_client.api.market_models import Depth, Fundings, Market, Ticker, Trade
from zerodesk_client.api.operating_models import Health
from zerodesk_client.api.option_models import PublishedSurface, QuotedOption
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

    def surface(self, symbol: str) -> PublishedSurface:
        """Return the surface of a market's options as it was published last."""
        return self._call(PublishedSurface, "GET", f"/v1/markets/{symbol}/surface")

    def quote_option(
        self,
        symbol: str,
        option_type: str,
        strike: Decimal,
        expiry: datetime,
        side: str,
        quantity: Decimal,
        *,
        price: Decimal | None = None,
    ) -> QuotedOption:
        """Return what an order of an option on a market is worth and could cost, off its surface.

        Without a price it is a market order.
        """
        body = {
            "symbol": symbol,
            "option_type": option_type,
            "strike": plain(strike),
            "expiry": timestamp(expiry),
            "side": side,
            "quantity": plain(quantity),
        }
        if price is not None:
            body["price"] = plain(price)
        return self._call(QuotedOption, "POST", "/v1/pricing/quote", body=body)

    def health(self) -> Health:
        """Return the venue's word on itself."""
        return self._call(Health, "GET", "/v1/health")
