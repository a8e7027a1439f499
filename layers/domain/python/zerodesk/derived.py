"""What is derived from an account's state and kept beside it, so that no order walks all of it.

It is no part of the state: no record says it, no digest has it, nothing compares it. Each thing
stands with what it was made of, and is made anew where that is not what the state has; so it may
be shared by the states of one account that follow each other, or be missing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from zerodesk.instruments import Product, product_of
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


class Derived:
    """Of one account: what its orders may fill, its derivatives, what their marks come to."""

    __slots__ = ("_holds", "_of", "_symbols", "_working", "margins", "mark_sheet")

    def __init__(self) -> None:
        self._holds: Mapping[str, Any] | None = None
        self._working: dict[str, Working] = {}
        self._of: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self._symbols: frozenset[str] = frozenset()
        self.margins: dict[str, Any] = {}
        """By currency, see ``zerodesk.risk.sums``."""
        self.mark_sheet: Any = None
        """See ``zerodesk.risk.mark_sheet``."""

    def working(self, holds: Mapping[str, Held]) -> Mapping[str, Working]:
        """Return what holds may still fill, by symbol; of now, for it follows what comes."""
        if self._holds is not holds:
            self._holds, self._working = holds, working_of(holds)
        return self._working

    def hold(self, before: Mapping[str, Held], held: Held, after: Mapping[str, Held]) -> None:
        """Follow one more hold, so that nobody walks through the others again."""
        if self._holds is before:
            symbol, found = held.command["symbol"], self._working
            found[symbol] = _with(found.get(symbol, NONE_WORKING), held, after)
            self._holds = after

    def derivatives(
        self, holds: Mapping[str, Held], positions: Mapping[str, Any]
    ) -> frozenset[str]:
        """Return the derivatives with an open order or a position."""
        if self._of is None or self._of[0] is not holds or self._of[1] is not positions:
            symbols = self.working(holds).keys() | {
                symbol for symbol, one in positions.items() if one.quantity_lots
            }
            self._of = holds, positions
            self._symbols = frozenset(s for s in symbols if product_of(s) is not Product.SPOT)
        return self._symbols
