"""Working orders: what an account's open orders may still fill, by instrument.

Risk asks for it at each order. Walked through once it is kept beside the state, and one more hold
is one addition; it is never recorded, for the holds say it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from zerodesk.orders import Side


class Held(Protocol):
    """A hold, as far as it is asked here."""

    @property
    def command(self) -> Any:
        """The order or the amend that something is held for."""

    @property
    def whole_lots(self) -> int | None:
        """An order's quantity, as it was last amended; None of an amend that leaves it."""

    @property
    def open_lots(self) -> int:
        """What may still be filled of an order."""


class Working(NamedTuple):
    """Lots that the open orders of one instrument may still fill, what only reduces apart."""

    buy_lots: int = 0
    sell_lots: int = 0
    closing_buy_lots: int = 0
    closing_sell_lots: int = 0

    def lots(self, side: Side) -> int:
        """Return what may be filled on a side by orders that may open."""
        return self.buy_lots if side is Side.BUY else self.sell_lots

    def plus(self, more_lots: int, *, is_buy: bool, closes: bool) -> "Working":
        """Return the lots with those of one more order.

        Examples
        --------
        >>> Working(5).plus(2, is_buy=False, closes=False)
        Working(buy_lots=5, sell_lots=2, closing_buy_lots=0, closing_sell_lots=0)
        """
        buy, sell, closing_buy, closing_sell = self
        if closes:
            if is_buy:
                return Working(buy, sell, closing_buy + more_lots, closing_sell)
            return Working(buy, sell, closing_buy, closing_sell + more_lots)
        if is_buy:
            return Working(buy + more_lots, sell, closing_buy, closing_sell)
        return Working(buy, sell + more_lots, closing_buy, closing_sell)


NONE_WORKING = Working()


def working_of(holds: Mapping[str, Held]) -> dict[str, Working]:
    """Return what the holds of an account may still fill, by symbol."""
    found: dict[str, Working] = {}
    for held in holds.values():
        symbol = held.command["symbol"]
        found[symbol] = _with(found.get(symbol, NONE_WORKING), held, holds)
    return found


def with_hold(
    found: Mapping[str, Working], held: Held, holds: Mapping[str, Held]
) -> dict[str, Working]:
    """Return the same with one more hold, which is among ``holds``."""
    symbol = held.command["symbol"]
    return {**found, symbol: _with(found.get(symbol, NONE_WORKING), held, holds)}


def _with(before: Working, held: Held, holds: Mapping[str, Held]) -> Working:
    """Add a hold: of an order what is open of it, of an amend what it wants on top."""
    command = held.command
    if command["kind"] == "place":
        order, lots = command, held.open_lots
    else:
        placed = holds.get(command["order_id"])
        if placed is None or placed.command["kind"] != "place" or not held.whole_lots:
            return before
        order, lots = placed.command, max(0, held.whole_lots - (placed.whole_lots or 0))
    closes = bool(order.get("reduce_only"))
    return before.plus(lots, is_buy=order["side"] == Side.BUY, closes=closes)
