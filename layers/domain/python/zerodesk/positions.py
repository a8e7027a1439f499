"""Positions: what an account's fills in one instrument add up to, exactly.

Cost and profit are counted in tick-lots, price in ticks x quantity in lots, so that no division is
ever kept: the average price is the cost over the quantity, and is divided where it is shown. One
tick-lot is the instrument's ``tick_value_minor``. What is closed is closed at the average; where
that does not divide, the rest stays in the cost of what is open. So at every moment, to the unit,

    realised - cost = what was received for what was sold - what was paid for what was bought.
"""

from typing import Any, Final, NamedTuple, Self

from zerodesk.orders import Side

DAY_MS: Final = 86_400_000
"""A day of trading begins at 00:00 UTC."""


def day_of(at_ms: int) -> int:
    """Return the day of a time, counted from 1970."""
    return at_ms // DAY_MS


class OpenLots(NamedTuple):
    """What is open of an instrument, and what it cost. Long is positive, short negative."""

    quantity_lots: int = 0
    cost_tick_lots: int = 0

    def traded(self, lots: int, price_ticks: int) -> tuple["OpenLots", int]:
        """Return what is open after a trade, and what closing made in it, tick-lots.

        Bought is positive, sold negative. A trade against what is open closes first; what is left
        of it opens the other side.

        Examples
        --------
        >>> OpenLots(2, 200).traded(-3, 110)
        (OpenLots(quantity_lots=-1, cost_tick_lots=-110), 20)
        """
        held, cost = self
        if held * lots >= 0:
            return OpenLots(held + lots, cost + lots * price_ticks), 0
        sign = 1 if held > 0 else -1
        closing = min(abs(lots), abs(held))
        released = sign * (abs(cost) * closing // abs(held))
        opening = lots + sign * closing
        left = OpenLots(held + lots, cost - released + opening * price_ticks)
        return left, sign * closing * price_ticks - released


class Position(NamedTuple):
    """What is open, and what came of what was closed. Long is positive, short negative.

    ``day_realised_tick_lots``, ``day_fees_minor`` and ``day_funding_minor`` count since the
    beginning of ``day``, the day of the latest fill or funding. What fundings brought is positive.
    """

    quantity_lots: int = 0
    cost_tick_lots: int = 0
    realised_tick_lots: int = 0
    fees_minor: int = 0
    day: int = 0
    day_realised_tick_lots: int = 0
    day_fees_minor: int = 0
    funding_minor: int = 0
    day_funding_minor: int = 0

    def unrealised_tick_lots(self, mark_price_ticks: int) -> int:
        """Return what closing at the mark would bring, fees apart.

        Examples
        --------
        >>> bought = FLAT.filled(Side.BUY, 100, 3, fee_minor=0, at_ms=0)
        >>> bought.unrealised_tick_lots(110)
        30
        """
        return self.quantity_lots * mark_price_ticks - self.cost_tick_lots

    def on_day_of(self, at_ms: int) -> "Position":
        """Return the position with what counts on the day of a time: nothing yet on another."""
        day = day_of(at_ms)
        if self.day == day:
            return self
        return self._replace(
            day=day, day_realised_tick_lots=0, day_fees_minor=0, day_funding_minor=0
        )

    def counts_on(self, at_ms: int) -> bool:
        """Whether there is anything open, or anything was filled on the day of a time."""
        return self.quantity_lots != 0 or self.day == day_of(at_ms)

    def filled(
        self, side: Side, price_ticks: int, quantity_lots: int, *, fee_minor: int, at_ms: int
    ) -> "Position":
        """Return the position after one more fill.

        A fill against the position closes first; what is left of it opens the other side.
        """
        lots = quantity_lots if side is Side.BUY else -quantity_lots
        opened = OpenLots(self.quantity_lots, self.cost_tick_lots)
        left, closed_result = opened.traded(lots, price_ticks)
        before = self.on_day_of(at_ms)
        return Position(
            quantity_lots=left.quantity_lots,
            cost_tick_lots=left.cost_tick_lots,
            realised_tick_lots=self.realised_tick_lots + closed_result,
            fees_minor=self.fees_minor + fee_minor,
            day=before.day,
            day_realised_tick_lots=before.day_realised_tick_lots + closed_result,
            day_fees_minor=before.day_fees_minor + fee_minor,
            funding_minor=self.funding_minor,
            day_funding_minor=before.day_funding_minor,
        )

    def funded(self, amount_minor: int, at_ms: int) -> "Position":
        """Return the position after a funding that brought so much, or took it if negative.

        One of a day before the latest fill counts to no day any more.

        Examples
        --------
        >>> paid = FLAT.funded(-5, DAY_MS)
        >>> paid.funding_minor, paid.day_funding_minor, paid.on_day_of(2 * DAY_MS).day_funding_minor
        (-5, -5, 0)
        """
        after = self._replace(funding_minor=self.funding_minor + amount_minor)
        if day_of(at_ms) < self.day:
            return after
        after = after.on_day_of(at_ms)
        return after._replace(day_funding_minor=after.day_funding_minor + amount_minor)

    def to_row(self) -> list[int]:
        """Return the numbers in the order of the fields, as a record keeps them.

        Without those of fundings where there was none, as of all that is no perpetual.
        """
        return list(self if self.funding_minor or self.day_funding_minor else self[:7])

    @classmethod
    def from_row(cls, row: list[int]) -> Self:
        """Return the position that ``to_row`` wrote."""
        return cls(*row)


FLAT: Final = Position()


def with_funding(position: Position, funding: dict[str, Any]) -> Position:
    """Return a position after a funding as settlement tells it."""
    return position.funded(funding["amount_minor"], funding["funding_at_ms"])


def with_fill(position: Position, fill: dict[str, Any]) -> Position:
    """Return a position after a fill as settlement tells it."""
    return position.filled(
        Side(fill["side"]),
        fill["price_ticks"],
        fill["quantity_lots"],
        fee_minor=fill["fee_minor"],
        at_ms=fill["executed_at_ms"],
    )
