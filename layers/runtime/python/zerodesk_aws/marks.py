"""Marks: what each market is worth now, by its own book, or by the surface of its underlying."""

from zerodesk.instruments import Product
from zerodesk.risk import Marked
from zerodesk_aws.tables.market import Markets


def marked(markets: Markets, symbol: str) -> Marked | None:
    """Return a market with its mark, or None: an option that nobody has marked has none."""
    listed = markets.get(symbol)
    if listed is None:
        return None
    if listed.market.product is not Product.OPTION:
        return Marked.of(listed.market, listed.mark_price_ticks, listed.marked_at_ms)
    risk = markets.option(symbol)
    return None if risk is None else Marked.of_option(listed.market, risk)
