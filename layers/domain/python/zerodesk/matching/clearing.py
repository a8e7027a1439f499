"""A book is cleared: every order that rests or waits in it is cancelled, by one command.

Each counts as a fill towards the bound of the record; what does not fit is cancelled in the next
ones, and nothing else enters the book until it is empty.
"""

from zerodesk.matching.draft import CANCELLED, Draft
from zerodesk.matching.order import BookOrder
from zerodesk.matching.record import close
from zerodesk.matching.state import BookState


def clear(state: BookState, draft: Draft, command_id: str) -> None:
    """Cancel all orders, as far as this record goes."""
    state.clear_by(command_id)
    go_on(state, draft)


def go_on(state: BookState, draft: Draft) -> None:
    """Cancel as many more orders as this record takes."""
    while state.clearing and draft.fills < draft.max_fills:
        draft.fills += 1
        order = _next(state)
        close(state, draft, order, CANCELLED, state.clearing)
        draft.events.append(
            (
                "OrderCancelled",
                state.clearing,
                order.order_id,
                order.account_id,
                order.total_lots,
            )
        )
        state.clear_by(state.clearing)


def _next(state: BookState) -> BookOrder:
    """Return the next one to cancel: who would trade first, then who waits, to follow last of all.

    Any order of theirs would do, as long as a book read from its snapshot has the same.
    """
    for ladder in (state.bids, state.asks, state.rising, state.falling):
        level = ladder.best()
        if level is not None and level.head is not None:
            return level.head
    waiting = state.trailing or state.following
    return waiting[min(waiting)]
