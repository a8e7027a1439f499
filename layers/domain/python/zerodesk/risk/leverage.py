"""Margin of perpetuals: a share of what a position is worth, which grows with its size.

Cross margin holds all cash against all positions; isolated margin holds a stated amount against
one, and no more of the account can be lost by it. Every share is rounded up.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zerodesk.derivatives import Perpetual
from zerodesk.tiers import Tier, share_minor


class Exposure(NamedTuple):
    """A position in a perpetual, what may still be filled on each side, and its mark."""

    instrument: Perpetual
    quantity_lots: int
    cost_tick_lots: int
    mark_price_ticks: int
    buy_lots: int = 0
    sell_lots: int = 0

    @property
    def unrealised_minor(self) -> int:
        """What closing at the mark would bring."""
        made = self.quantity_lots * self.mark_price_ticks - self.cost_tick_lots
        return made * self.instrument.tick_value_minor

    def notional_minor(self, quantity_lots: int) -> int:
        """Return what lots are worth at the mark, whichever side they are."""
        return abs(quantity_lots) * self.mark_price_ticks * self.instrument.tick_value_minor

    @property
    def worst_lots(self) -> int:
        """The larger of the two positions that the open orders could lead to."""
        bought, sold = self.quantity_lots + self.buy_lots, self.quantity_lots - self.sell_lots
        return max(abs(bought), abs(sold), abs(self.quantity_lots))

    def initial_minor(self, tiers: Sequence[Tier]) -> int:
        """Return what it needs with all open orders at their worst."""
        return share_minor(self.notional_minor(self.worst_lots), tiers, initial=True)

    def maintenance_minor(self, tiers: Sequence[Tier]) -> int:
        """Return below what equity the position is liquidated."""
        return share_minor(self.notional_minor(self.quantity_lots), tiers, initial=False)


class MarginFigures(NamedTuple):
    """What an account has against what it needs, minor units."""

    equity_minor: int
    initial_minor: int
    maintenance_minor: int

    @property
    def free_minor(self) -> int:
        """What may still be used; negative where nothing may be opened."""
        return self.equity_minor - self.initial_minor

    @property
    def is_below_maintenance(self) -> bool:
        """Whether the account must be liquidated."""
        return self.equity_minor < self.maintenance_minor


def cross_margin(
    cash_minor: int, exposures: Iterable[Exposure], tiers: Sequence[Tier]
) -> MarginFigures:
    """Return an account's figures where all its cash is held against all its perpetuals."""
    equity_minor, initial_minor, maintenance_minor = cash_minor, 0, 0
    for one in exposures:
        equity_minor += one.unrealised_minor
        initial_minor += one.initial_minor(tiers)
        maintenance_minor += one.maintenance_minor(tiers)
    return MarginFigures(equity_minor, initial_minor, maintenance_minor)


def isolated_margin(margin_minor: int, exposure: Exposure, tiers: Sequence[Tier]) -> MarginFigures:
    """Return the figures of one position against the margin that was set aside for it."""
    return cross_margin(margin_minor, [exposure], tiers)


def liquidation_ticks(cash_minor: int, exposure: Exposure, tiers: Sequence[Tier]) -> int | None:
    """Return the mark nearest to now at which a position falls below maintenance; None for never.

    Equity less maintenance only falls as the mark moves against the position, because no share is
    above one; so the mark is found by halving.
    """

    def is_below(mark_price_ticks: int) -> bool:
        moved = Exposure(
            exposure.instrument,
            exposure.quantity_lots,
            exposure.cost_tick_lots,
            mark_price_ticks,
        )
        return cross_margin(cash_minor, [moved], tiers).is_below_maintenance

    now = exposure.mark_price_ticks
    if exposure.quantity_lots == 0:
        return None
    if is_below(now):
        return now
    if exposure.quantity_lots > 0:
        safe, below = now, 0
        if not is_below(below):
            return None
    else:
        safe, below = now, max(1, now)
        while not is_below(below):
            safe, below = below, 2 * below
    while abs(below - safe) > 1:
        middle = (safe + below) // 2
        safe, below = (safe, middle) if is_below(middle) else (middle, below)
    return below
