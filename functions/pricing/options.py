"""Options: quotes of their orders, and the marks that risk reads. Importing this needs numpy."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from zerodesk.instruments import Market
from zerodesk.options import OptionTerms
from zerodesk.orders import Side
from zerodesk.pricing.option_quote import (
    MarketSurface,
    OptionQuote,
    as_order_quote,
    option_risk,
    quote_option,
)
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.pricing.order_quote import Quote
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms
from zerodesk_aws.surfaces import WarmSurfaces
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets


class Seen(NamedTuple):
    """An underlying at one moment: its mark and its surface."""

    underlying: Listed
    published: MarketSurface
    at_ms: int

    def quote(
        self, market: Market, side: Side, price_ticks: int | None, quantity_lots: int
    ) -> OptionQuote | Rejection:
        """Return the quote of an order of an option."""
        return quote_option(
            market,
            OptionTerms.of(market.symbol),
            self.published,
            mark_price_ticks=self.underlying.mark_price_ticks,
            now_ms=self.at_ms,
            side=side,
            price_ticks=price_ticks,
            quantity_lots=quantity_lots,
            underlying=self.underlying.market,
        )

    def risk(self, market: Market, quote: OptionQuote) -> OptionRisk:
        """Return what risk needs of an option that was quoted."""
        underlying = self.underlying.market
        mark = Decimal(self.underlying.mark_price_ticks * underlying.tick_units)
        mark = mark.scaleb(-underlying.tick_digits)
        return option_risk(market, quote, self.published, mark, self.underlying.marked_at_ms)


class OptionDesk:
    """Quotes and marks options by the surface and the mark of their underlying."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._surfaces = WarmSurfaces()

    def quote(self, listed: Listed, order: dict[str, Any]) -> Quote | Rejection:
        """Return the quote of an order; RISK_STALE_MARK where its underlying says no price."""
        market, side = listed.market, Side(order["side"])
        seen = self._seen(market.underlying)
        if isinstance(seen, Rejection):
            return seen
        answer = seen.quote(market, side, order["price_ticks"], order["quantity_lots"])
        if isinstance(answer, Rejection):
            return answer
        risk = seen.risk(market, answer)
        return as_order_quote(market, answer, side, order["quantity_lots"], risk)

    def mark(self, listed: Iterable[Listed]) -> int:
        """Mark options for whoever has them, off one look at each underlying; return how many.

        What has no mark now keeps the one that it had, which grows old: risk looks at its time.
        """
        seen: dict[str, Seen | Rejection] = {}
        marked = 0
        for market in (one.market for one in listed):
            if market.underlying not in seen:
                seen[market.underlying] = self._seen(market.underlying)
            found = seen[market.underlying]
            if isinstance(found, Rejection):
                continue
            answer = found.quote(market, Side.BUY, None, 1)
            if not isinstance(answer, Rejection):
                risk = found.risk(market, answer)
                marked += self._markets.keep_option(market.symbol, risk, found.at_ms)
        return marked

    def _seen(self, symbol: str) -> Seen | Rejection:
        """Look at an underlying: the surface, strongly, and the mark."""
        underlying = self._markets.get(symbol)
        if underlying is None:
            return _stale(f"{symbol} is not listed, so its options have no mark")
        published = self._published(symbol)
        if isinstance(published, Rejection):
            return published
        return Seen(underlying, published, now_ms())

    def _published(self, symbol: str) -> MarketSurface | Rejection:
        stored = self._markets.surface(symbol, consistent=True)
        if stored is None:
            return _stale(f"{symbol} has no surface")
        if now_ms() >= stored.valid_until_ms:
            return _stale(
                f"the surface of {symbol} was valid until {iso_ms(stored.valid_until_ms)}"
            )
        return self._surfaces.of(symbol, stored)


def _stale(detail: str) -> Rejection:
    return Rejection(RejectionCode.RISK_STALE_MARK, detail)
