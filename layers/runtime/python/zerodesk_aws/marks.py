"""Marks as the market table shows them, each read once for as long as one looks."""

from collections.abc import Iterable

from zerodesk.risk import Marked
from zerodesk_aws.tables.market import Listed, Markets


class Marks:
    """The marks of one look at many accounts."""

    def __init__(self, markets: Markets, known: Iterable[Listed] = ()) -> None:
        self._markets = markets
        self._marked: dict[str, Marked | None] = {one.market.symbol: _marked(one) for one in known}

    def of(self, symbols: Iterable[str]) -> dict[str, Marked]:
        """Return the marks of instruments, by symbol; without those that nobody has listed."""
        for symbol in symbols:
            if symbol not in self._marked:
                self._marked[symbol] = _marked(self._markets.get(symbol))
        return {one: found for one in sorted(symbols) if (found := self._marked[one]) is not None}


def _marked(listed: Listed | None) -> Marked | None:
    if listed is None:
        return None
    return Marked.of(listed.market, listed.mark_price_ticks, listed.marked_at_ms)
