"""Exposure: what an account has open, and how far it could get with every open order filled.

What only reduces opens nothing and makes no room either: it counts as nothing here.
"""

from collections.abc import Mapping

from zerodesk.accounts import AccountState
from zerodesk.orders import Side
from zerodesk.positions import FLAT, day_of
from zerodesk.risk.marked import Marked


def worst_lots(state: AccountState, symbol: str, side: Side) -> int:
    """Return the position on one side with all open orders of that side filled.

    It is negative where even then the other side is open: what only closes is never too much.
    """
    held = state.positions.get(symbol, FLAT).quantity_lots
    return (held if side is Side.BUY else -held) + state.working(symbol).lots(side)


def worst_underlying_minor(
    state: AccountState, marked: Mapping[str, Marked], base: str, side: Side
) -> int:
    """Return the same over all instruments of one underlying, in its minor units."""
    return sum(
        worst_lots(state, symbol, side) * one.lot_value_minor
        for symbol, one in marked.items()
        if one.base == base
    )


def day_result_minor(
    state: AccountState, marked: Mapping[str, Marked], currency: str, at_ms: int
) -> int:
    """Return what the account made of a currency since the day began, what is open at the mark."""
    result_minor, today = 0, day_of(at_ms)
    for symbol, position in state.positions.items():
        lots, traded = position.quantity_lots, position.day == today
        if not (lots or traded):
            continue
        instrument = marked[symbol]
        if instrument.quote != currency:
            continue
        made_tick_lots = lots * instrument.mark_price_ticks - position.cost_tick_lots
        if traded:
            made_tick_lots += position.day_realised_tick_lots
            result_minor += position.day_funding_minor - position.day_fees_minor
        result_minor += made_tick_lots * instrument.tick_value_minor
    return result_minor
