"""An instrument with its mark, as far as risk needs them."""

from typing import NamedTuple, Self

from zerodesk.instruments import Market
from zerodesk.money import BASIS_POINTS
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.tiers import Tier


class Marked(NamedTuple):
    """An instrument with its mark. One lot is ``lot_value_minor`` of the base currency.

    ``margin`` is what a perpetual needs, by tiers; ``option`` is what an option's risk is by.
    ``free_volume_bps`` is up to which share of ``day_volume_lots``, what it traded in a day, a
    position needs no more for its size.
    """

    base: str
    quote: str
    tick_value_minor: int
    lot_value_minor: int
    mark_price_ticks: int
    marked_at_ms: int
    margin: tuple[Tier, ...] = ()
    option: OptionRisk | None = None
    free_volume_bps: int | None = None
    day_volume_lots: int = 0

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
            free_volume_bps=market.free_volume_bps,
        )

    @classmethod
    def of_option(cls, market: Market, risk: OptionRisk) -> Self:
        """Return a listed option as pricing marked it."""
        return cls.of(market, risk.mark_price_ticks, risk.marked_at_ms)._replace(option=risk)

    @property
    def is_derivative(self) -> bool:
        """Whether it is for its margin what a position in it may be worth."""
        return bool(self.margin) or self.option is not None

    @property
    def free_lots(self) -> int | None:
        """How large a position may be without needing more, rounded down; None: any is."""
        if self.free_volume_bps is None:
            return None
        return self.day_volume_lots * self.free_volume_bps // BASIS_POINTS

    def notional_minor(self, price_ticks: int, quantity_lots: int) -> int:
        """Return price x quantity in quote minor units."""
        return price_ticks * quantity_lots * self.tick_value_minor
