"""Fills, added up: what a position must be the sum of."""

from typing import Any, NamedTuple, Self

from zerodesk.orders import Side


class Fills(NamedTuple):
    """The sum of an account's fills in one market, buying positive.

    ``tick_lots`` is price x quantity; with the market's tick value it is the notional.
    """

    fills: int = 0
    lots: int = 0
    tick_lots: int = 0
    fee_minor: int = 0

    def plus(self, other: "Fills") -> Self:
        """Return the sum with other fills."""
        fills, lots, tick_lots, fee_minor = self
        more_fills, more_lots, more_tick_lots, more_fee_minor = other
        return type(self)(
            fills + more_fills,
            lots + more_lots,
            tick_lots + more_tick_lots,
            fee_minor + more_fee_minor,
        )

    @classmethod
    def of(cls, side: str, price_ticks: int, quantity_lots: int, fee_minor: int) -> Self:
        """Return one fill.

        Examples
        --------
        >>> Fills.of("SELL", 100, 3, 7)
        Fills(fills=1, lots=-3, tick_lots=-300, fee_minor=7)
        """
        lots = quantity_lots if side == Side.BUY else -quantity_lots
        return cls(1, lots, price_ticks * lots, fee_minor)

    def told(self) -> dict[str, Any]:
        """Return the sum for a breach's detail."""
        return self._asdict()


NONE = Fills()
