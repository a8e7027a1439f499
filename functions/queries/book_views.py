"""A book for readers: its depth and its ticker."""

from typing import Any, Final

from queries.market_data import MarketData
from queries.tape import Span
from zerodesk.funding import FUNDING_EVERY_MS, funding_time
from zerodesk.instruments import Market, Product
from zerodesk.money import format_minor, format_scaled
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.markets import Depth, Funding, Fundings, Ticker
from zerodesk_aws.listings import Listings

NO_TRADES = Span(0, 0, 0)
RATE_DIGITS: Final = 6
"""A rate is in millionths."""


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

    def fundings(self, symbol: str) -> Fundings:
        """Return a perpetual's latest fundings, newest first, or refuse with NOT_FOUND."""
        market = self._listings.listed(symbol)
        if market.product is not Product.PERPETUAL:
            raise ended(ProblemCode.NOT_FOUND, "This market is no perpetual, and has no funding.")
        view = self._data.book(symbol).market_view()
        next_ms = funding_time(now_ms()) + FUNDING_EVERY_MS
        return Fundings(
            symbol=symbol,
            next_funding_at=iso_ms(next_ms),
            fundings=[_funding(market, row) for row in reversed(view.get("fundings", []))],
        )


def _funding(market: Market, row: list[Any]) -> Funding:
    funding_at_ms, rate_millionths, mark_ticks, index_ticks = row
    return Funding(
        funding_at=iso_ms(funding_at_ms),
        rate=None if rate_millionths is None else format_scaled(rate_millionths, RATE_DIGITS),
        mark_price=_price(market, mark_ticks),
        index_price=_price(market, index_ticks),
    )


def _price(market: Market, price_ticks: int | None) -> str | None:
    return None if price_ticks is None else market.format_price(price_ticks)


def _price_in(market: Market, seen: dict[str, Any] | None) -> str | None:
    return None if seen is None else market.format_price(seen["price_ticks"])
