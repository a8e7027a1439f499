"""Marks: what each market is worth now, by its own book, or by the surface of its underlying."""

from collections.abc import Iterable

from zerodesk.instruments import Product
from zerodesk.risk import Marked
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets


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
        one = Marked.of(listed.market, listed.mark_price_ticks, listed.marked_at_ms)
        return with_volume(markets, listed, one)
    risk = markets.option(listed.market.symbol)
    if risk is None:
        return None
    return with_volume(markets, listed, Marked.of_option(listed.market, risk))


def with_volume(markets: Markets, listed: Listed, one: Marked) -> Marked:
    """Return an instrument with what its market traded in a day, where margin goes by that."""
    if listed.market.free_volume_bps is None:
        return one
    return one._replace(day_volume_lots=markets.day_volume_lots(listed.market.symbol))
