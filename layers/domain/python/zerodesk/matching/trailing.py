"""Stops that trail: their triggers follow the last trade, and never go back."""

from typing import Final

from zerodesk.matching.armed import ArmedOrder
from zerodesk.matching.draft import Draft
from zerodesk.matching.state import BookState

MAX_TRAILING: Final = 500
"""Of one book. Each of them looks at each price that is traded, once or twice a taker."""


def looking_on(state: BookState) -> int:
    """Return how many orders look at each price: the stops that trail, and those of pairs."""
    return len(state.trailing) + len(state.paired)


def see_last(state: BookState, draft: Draft) -> None:
    """Have those that wait see the last trade, if there was one: its price may have reached them.

    That is so for who comes to wait, and for all who wait when a market opens: a closing auction
    may have traded beyond their triggers.
    """
    if state.armed and state.last is not None:
        see_prices(state, draft, state.last[0], state.last[0])


def see_prices(state: BookState, draft: Draft, first_ticks: int, last_ticks: int) -> None:
    """Have those that wait see that trades went from one price to another, and all between."""
    state.saw_prices(first_ticks, last_ticks)
    if not state.trailing:
        return
    for price_ticks in (first_ticks, last_ticks):
        for order in state.trailing.values():
            assert isinstance(order, ArmedOrder), "no other order trails"
            before_ticks = order.trigger_ticks
            if order.follow(price_ticks):
                draft.trails.append((order, before_ticks))
