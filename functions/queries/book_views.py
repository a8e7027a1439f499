"""A book for readers: its depth and its ticker."""

from typing import Any

from queries.market_data import MarketData
from queries.tape import Span
from zerodesk.instruments import Market
from zerodesk.money import format_minor
from zerodesk_aws.clock import iso_ms, now_ms
from zerodesk_aws.contracts.markets import Depth, Ticker
from zerodesk_aws.listings import Listings

NO_TRADES = Span(0, 0, 0)


class BookViews:
    """Answers for books."""

    def __init__(self, data: MarketData, listings: Listings) -> None:
        self._data, self._listings = data, listings

    def depth(self, symbol: str, levels: int) -> Depth:
        """Return the best prices of a book, or refuse with NOT_FOUND."""
        market = self._listings.listed(symbol)
        book = self._data.book(symbol)
        bids, asks = (
            [
                (market.format_price(ticks), market.format_quantity(lots), orders)
                for ticks, lots, orders in side
            ]
            for side in book.depth(levels)
        )
        return Depth(symbol=symbol, book_sequence=book.sequence, bids=bids, asks=asks)

    def ticker(self, symbol: str) -> Ticker:
        """Return a market's last 24 hours, or refuse with NOT_FOUND."""
        market = self._listings.listed(symbol)
        view, at_ms = self._data.book(symbol).market_view(), now_ms()
        day = self._data.tape(symbol).day(at_ms)
        total = day or NO_TRADES
        return Ticker(
            symbol=symbol,
            last_price=_price_in(market, view["last"]),
            mark_price=_price_in(market, view["mark"]),
            best_bid=_price(market, view["best_bid_ticks"]),
            best_ask=_price(market, view["best_ask_ticks"]),
            open_24h=_price(market, None if day is None else day.open_ticks),
            high_24h=_price(market, None if day is None else day.high_ticks),
            low_24h=_price(market, None if day is None else day.low_ticks),
            volume_24h=market.format_quantity(total.volume_lots),
            quote_volume_24h=format_minor(total.turnover * market.tick_value_minor, market.quote),
            trades_24h=total.trades,
            book_sequence=view["book_sequence"],
            at=iso_ms(at_ms),
        )


def _price(market: Market, price_ticks: int | None) -> str | None:
    return None if price_ticks is None else market.format_price(price_ticks)


def _price_in(market: Market, seen: dict[str, Any] | None) -> str | None:
    return None if seen is None else market.format_price(seen["price_ticks"])
