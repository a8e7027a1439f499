"""An instrument with its mark, as far as risk needs them."""

from typing import NamedTuple, Self

from zerodesk.instruments import Market
from zerodesk.tiers import Tier


class Marked(NamedTuple):
    """An instrument with its mark. One lot is ``lot_value_minor`` of the base currency.

    ``margin`` is what a derivative needs, by tiers; nothing of any other.
    """

    base: str
    quote: str
    tick_value_minor: int
    lot_value_minor: int
    mark_price_ticks: int
    marked_at_ms: int
    margin: tuple[Tier, ...] = ()

    @classmethod
    def of(cls, market: Market, mark_price_ticks: int, marked_at_ms: int) -> Self:
        """Return a listed market with its mark."""
        return cls(
            base=market.base,
            quote=market.quote,
            tick_value_minor=market.tick_value_minor,
            lot_value_minor=market.lot_value_minor,
            mark_price_ticks=mark_price_ticks,
            marked_at_ms=marked_at_ms,
            margin=market.margin,
        )

    def notional_minor(self, price_ticks: int, quantity_lots: int) -> int:
        """Return price x quantity in quote minor units."""
        return price_ticks * quantity_lots * self.tick_value_minor
