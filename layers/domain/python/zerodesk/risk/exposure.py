"""Exposure: what an account has open, and how far it could get with every open order filled.

What only reduces opens nothing and makes no room either: it counts as nothing here.

Leverage is what the perpetuals of a currency are worth at their marks, as so many times what the
account has of it; isolated positions with their pots are the account's too.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_UP, Decimal
from itertools import compress
from operator import ne
from typing import Final

from zerodesk.accounts import AccountState
from zerodesk.derived import NONE_WORKING, Working
from zerodesk.orders import Side
from zerodesk.positions import FLAT, Position, day_of
from zerodesk.risk.marked import Marked
from zerodesk.risk.sums import NONE_ADDED

HUNDREDTH: Final = Decimal("0.01")
NEVER_SEEN: Final = ()
"""In place of an instrument's orders: no other is the same."""


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


class Leveraged:
    """What the perpetuals of a currency are worth at their marks, and what they make.

    It is kept from order to order: of what an order leaves as it was nothing is worked out again.
    """

    __slots__ = ("_made", "_orders", "_positions", "_worths", "perpetuals")

    def __init__(self, marked: Mapping[str, Marked], currency: str) -> None:
        self.perpetuals: Final = {
            symbol: one for symbol, one in marked.items() if one.margin and one.quote == currency
        }
        self._positions: Mapping[str, Position] | None = None
        self._orders: Sequence[Working | tuple[()] | None] = ()
        self._worths: dict[str, int] = {}
        self._made: tuple[Mapping[str, Position], int] | None = None

    def worst_worth_minor(
        self, state: AccountState, added: Mapping[str, Working] = NONE_ADDED
    ) -> int:
        """Return what they are worth, each with the orders of its worse side filled.

        Parameters
        ----------
        added
            What the orders of an instrument may fill, where an order adds to it.
        """
        positions, worths = state.positions, self._worths
        working = state.derived.working(state.holds)
        orders = [*map(working.get, self.perpetuals)]
        if self._positions is not positions:
            self._positions, self._orders = positions, [NEVER_SEEN] * len(orders)
        for symbol in compress(self.perpetuals, map(ne, orders, self._orders)):
            worths[symbol] = self._worth_minor(symbol, working.get(symbol, NONE_WORKING))
        self._orders = orders
        total_minor = sum(worths.values())
        for symbol, own in added.items():
            total_minor += self._worth_minor(symbol, own) - worths[symbol]
        return total_minor

    def _worth_minor(self, symbol: str, orders: Working) -> int:
        assert self._positions is not None
        held_lots, one = self._positions.get(symbol, FLAT).quantity_lots, self.perpetuals[symbol]
        worst_lots = max(held_lots + orders.buy_lots, orders.sell_lots - held_lots)
        return one.notional_minor(one.mark_price_ticks, worst_lots)

    def unrealised_minor(self, positions: Mapping[str, Position]) -> int:
        """Return what closing all of them at their marks would make."""
        if self._made is None or self._made[0] is not positions:
            self._made = (
                positions,
                sum(
                    _made_tick_lots(positions.get(symbol, FLAT), one) * one.tick_value_minor
                    for symbol, one in self.perpetuals.items()
                ),
            )
        return self._made[1]


def _made_tick_lots(position: Position, one: Marked) -> int:
    return position.quantity_lots * one.mark_price_ticks - position.cost_tick_lots


def own_minor(state: AccountState, currency: str, leveraged: Leveraged) -> int:
    """Return what an account has: what is free, in its pots, and unrealised of its perpetuals."""
    own = state.available.get(currency, 0) + leveraged.unrealised_minor(state.positions)
    if state.isolated:
        own += sum(pot.minor for pot in state.isolated.values() if pot.currency == currency)
    return own


def leverage(state: AccountState, marked: Mapping[str, Marked]) -> Decimal | None:
    """Return the largest leverage of an account in any currency, rounded up to two digits.

    None where something is open, or ordered, and nothing is there that it could be a multiple of.
    """
    largest = Decimal(0)
    for currency in sorted({one.quote for one in marked.values() if one.margin}):
        found = Leveraged(marked, currency)
        worth_minor = found.worst_worth_minor(state)
        left_minor = own_minor(state, currency, found)
        if worth_minor and left_minor <= 0:
            return None
        if worth_minor:
            ratio = Decimal(worth_minor) / left_minor
            largest = max(largest, ratio.quantize(HUNDREDTH, ROUND_UP))
    return largest
