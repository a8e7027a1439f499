"""What is derived from an account's state and kept beside it, so that no order walks all of it.

It is no part of the state: no record says it, no digest has it, nothing compares it. Each thing
stands with what it was made of, and is made anew where that is not what the state has; so it may
be shared by the states of one account that follow each other, or be missing.
"""

from collections.abc import Mapping
from typing import Any

from zerodesk.instruments import Product, product_of
from zerodesk.working import Held, Working, with_hold, working_of


class Derived:
    """Of one account: what its orders may fill, its derivatives, the sums of its margin."""

    __slots__ = ("_holds", "_of", "_symbols", "_working", "margins")

    def __init__(self) -> None:
        self._holds: Mapping[str, Any] | None = None
        self._working: dict[str, Working] = {}
        self._of: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self._symbols: frozenset[str] = frozenset()
        self.margins: dict[str, Any] = {}
        """By currency, see ``zerodesk.risk.sums``."""

    def working(self, holds: Mapping[str, Held]) -> dict[str, Working]:
        """Return what holds may still fill, by symbol."""
        if self._holds is not holds:
            self._holds, self._working = holds, working_of(holds)
        return self._working

    def hold(self, before: Mapping[str, Held], held: Held, after: Mapping[str, Held]) -> None:
        """Follow one more hold, so that nobody walks through the others again."""
        if self._holds is before:
            self._holds, self._working = after, with_hold(self._working, held, after)

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
