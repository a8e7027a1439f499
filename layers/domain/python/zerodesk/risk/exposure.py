"""Exposure: what an account has open, and how far it could get with every open order filled."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from zerodesk.accounts import AccountState
from zerodesk.orders import Side
from zerodesk.positions import FLAT, day_of
from zerodesk.risk.marked import Marked


def open_lots(state: AccountState, symbol: str, side: Side) -> int:
    """Return what the account's open orders in an instrument may still fill on one side."""
    wanted = (symbol, side.value)
    return sum(lots for place, lots in _open(state) if place == wanted)


def open_by_side(state: AccountState) -> dict[tuple[str, str], int]:
    """Return what all open orders of an account may still fill, by (symbol, side)."""
    lots: dict[tuple[str, str], int] = defaultdict(int)
    for place, more_lots in _open(state):
        lots[place] += more_lots
    return lots


def _open(state: AccountState) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield ((symbol, side), lots) of what may be filled, with what amends want on top.

    What only reduces opens nothing and makes no room either: it counts as nothing.
    """
    for held in state.holds.values():
        command = held.command
        if command.get("reduce_only"):
            continue
        if command["kind"] == "place":
            yield (command["symbol"], command["side"]), held.open_lots
            continue
        order = state.holds.get(command["order_id"])
        if order is None or order.command.get("reduce_only"):
            continue
        if order.command["kind"] == "place" and held.whole_lots:
            more_lots = held.whole_lots - (order.whole_lots or 0)
            yield (command["symbol"], order.command["side"]), max(0, more_lots)


def worst_lots(state: AccountState, symbol: str, side: Side) -> int:
    """Return the position on one side with all open orders of that side filled.

    It is negative where even then the other side is open: what only closes is never too much.
    """
    held = state.positions.get(symbol, FLAT).quantity_lots
    return (held if side is Side.BUY else -held) + open_lots(state, symbol, side)


def worst_underlying_minor(
    state: AccountState, marked: Mapping[str, Marked], base: str, side: Side
) -> int:
    """Return the same over all instruments of one underlying, in its minor units."""
    wanted, sign = side.value, 1 if side is Side.BUY else -1
    lot_values = {name: one.lot_value_minor for name, one in marked.items() if one.base == base}
    worst_minor = 0
    for symbol, lot_value_minor in lot_values.items():
        if symbol in state.positions:
            worst_minor += sign * state.positions[symbol].quantity_lots * lot_value_minor
    for (symbol, on_side), lots in _open(state):
        if symbol in lot_values and on_side == wanted:
            worst_minor += lots * lot_values[symbol]
    return worst_minor


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
            result_minor -= position.day_fees_minor
        result_minor += made_tick_lots * instrument.tick_value_minor
    return result_minor
