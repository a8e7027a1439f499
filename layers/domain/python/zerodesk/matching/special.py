"""The terms that most orders have not: read, judged, and given to the order."""

from typing import Any, Final, NamedTuple, Self

from zerodesk.matching.order import SpecialOrder
from zerodesk.matching.state import BookState
from zerodesk.orders import OrderType, PlaceCommand, SelfTrade, TimeInForce

MODES: Final = frozenset(member.value for member in SelfTrade)


class SpecialTerms(NamedTuple):
    """See ``zerodesk.orders.PlaceCommand``; a quantity of 0 is a term that the order has not."""

    self_trade: str
    min_quantity_lots: int | None
    display_lots: int | None
    slides: bool

    @classmethod
    def of(cls, command: Any) -> Self:
        """Return the terms of a command; TypeError when one is of another type."""
        terms = cls(
            command.get("self_trade", SelfTrade.NONE.value),
            command.get("min_quantity_lots"),
            command.get("display_lots"),
            command.get("slides", False),
        )
        numbers = (terms.min_quantity_lots, terms.display_lots)
        if not all(number is None or type(number) is int for number in numbers):
            raise TypeError
        if type(terms.self_trade) is not str or type(terms.slides) is not bool:
            raise TypeError
        return terms

    def make_sense_for(self, command: PlaceCommand) -> bool:
        """Whether an order can have these terms.

        A minimum is of an IOC order: what rests could never promise it. What is displayed is
        less than the whole of an order that rests. Only a post-only order that rests slides.
        """
        lots, in_force = command["quantity_lots"], command["time_in_force"]
        rests = in_force == TimeInForce.GTC and command["type"] == OrderType.LIMIT
        least_lots, shown_lots = self.min_quantity_lots, self.display_lots
        return (
            self.self_trade in MODES
            and (least_lots is None or (0 < least_lots <= lots and in_force == TimeInForce.IOC))
            and (shown_lots is None or (0 < shown_lots < lots and rests))
            and ((command["post_only"] is True and rests) or not self.slides)
        )

    def give_to(self, order: SpecialOrder) -> None:
        """Let an order have the terms that stay with it."""
        order.self_trade = self.self_trade
        order.display_lots = self.display_lots or 0


def special_terms(command: PlaceCommand) -> SpecialTerms | None:
    """Return the special terms of an order, None when it has none."""
    terms = SpecialTerms.of(command)
    return None if terms == NO_TERMS else terms


NO_TERMS: Final = SpecialTerms(SelfTrade.NONE.value, None, None, slides=False)


def slide(state: BookState, order: SpecialOrder) -> None:
    """Move the price of an order that would meet another one tick short of it.

    Where there is no price left, below one tick, the order stays and is refused as any other
    post-only order is.
    """
    facing = state.facing(order)
    if facing is None:
        return
    price_ticks = facing.price_ticks + (-1 if order.is_buy else 1)
    if price_ticks > 0:
        order.reprice(price_ticks)
