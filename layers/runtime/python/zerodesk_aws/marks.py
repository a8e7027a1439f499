"""Marks: what each market is worth now, by its own book, or by the surface of its underlying."""

from collections.abc import Iterable

from zerodesk.instruments import Product
from zerodesk.risk import Marked
from zerodesk_aws.tables.market import Listed, Markets


class Marks:
    """The marks of one look at many accounts, each read once for as long as one looks."""

    def __init__(self, markets: Markets, known: Iterable[Listed] = ()) -> None:
        self._markets = markets
        self._marked: dict[str, Marked | None] = {
            one.market.symbol: _marked(markets, one) for one in known
        }

    def of(self, symbols: Iterable[str]) -> dict[str, Marked]:
        """Return the marks of instruments, by symbol; without those that nobody has listed."""
        for symbol in symbols:
            if symbol not in self._marked:
                self._marked[symbol] = marked(self._markets, symbol)
        return {one: found for one in sorted(symbols) if (found := self._marked[one]) is not None}


def marked(markets: Markets, symbol: str) -> Marked | None:
    """Return a market with its mark, or None: an option that nobody has marked has none."""
    listed = markets.get(symbol)
    return None if listed is None else _marked(markets, listed)


def _marked(markets: Markets, listed: Listed) -> Marked | None:
    if listed.market.product is not Product.OPTION:
        return Marked.of(listed.market, listed.mark_price_ticks, listed.marked_at_ms)
    risk = markets.option(listed.market.symbol)
    return None if risk is None else Marked.of_option(listed.market, risk)
