"""Every order that an account held by a record of its journal leaves the book, or never enters it.

The command names them (see docs/decisions/0041), so what was held later is not among them. Each
that is cancelled counts as a fill towards the bound of the record; what does not fit is continued
in the next ones, and nothing comes between.
"""

from typing import TYPE_CHECKING

from zerodesk.matching.draft import CANCELLED, Draft
from zerodesk.matching.record import close, unfilled
from zerodesk.matching.situations import Cancelling
from zerodesk.matching.state import BookState
from zerodesk.orders import COMMAND_BOUND_MS

if TYPE_CHECKING:
    from zerodesk.commands import CancelAllCommand


def cancel_all(state: BookState, draft: Draft, command: "CancelAllCommand") -> None:
    """Cancel what a command names, in its order, in every trading state as any cancel."""
    begin(state, command)
    go_on(state, draft)


def go_on(state: BookState, draft: Draft) -> None:
    """Cancel as many of those that are left as fit the record."""
    while (left := state.cancelling) is not None and draft.fills < draft.max_fills:
        draft.fills += 1
        _cancel_first(state, draft, left)
        next_one(state, left)


def begin(state: BookState, command: "CancelAllCommand") -> None:
    """Have the first of the orders that a command names cancelled next."""
    _keep(state, Cancelling(command["command_id"], command["account_id"], command["orders"]))


def next_one(state: BookState, cancelling: Cancelling) -> None:
    """Have the one behind the first cancelled next."""
    _keep(state, cancelling._replace(orders=cancelling.orders[1:]))


def _keep(state: BookState, cancelling: Cancelling) -> None:
    """Keep what is left of a cancel from the first order on of which there is something to tell."""
    for position, (order_id, accepted_at_ms) in enumerate(cancelling.orders):
        if _stands(state, cancelling.account_id, order_id) or _may_come(
            state, order_id, accepted_at_ms
        ):
            state.cancelling = cancelling._replace(orders=cancelling.orders[position:])
            return
    state.cancelling = None


def _stands(state: BookState, account_id: str, order_id: str) -> bool:
    order = state.orders.get(order_id)
    return order is not None and order.account_id == account_id


def _may_come(state: BookState, order_id: str, accepted_at_ms: int) -> bool:
    """Whether an order is on its way still: not seen within the bound in which it would come."""
    is_in_time = abs(state.time_ms - accepted_at_ms) <= COMMAND_BOUND_MS
    return (
        is_in_time
        and order_id not in state.orders
        and not state.memory.knows(order_id, state.time_ms)
    )


def _cancel_first(state: BookState, draft: Draft, cancelling: Cancelling) -> None:
    """Take an order out, or bury it for as long as it may come."""
    command_id, account_id, orders = cancelling
    order_id, accepted_at_ms = orders[0]
    order = state.orders.get(order_id)
    if order is not None:
        lots = close(state, draft, order, CANCELLED, command_id)
        draft.events.append(("OrderCancelled", command_id, order_id, account_id, lots))
        return
    draft.keep(state.memory, order_id, accepted_at_ms)
    draft.release(account_id, order_id)
    draft.events.append(
        {
            "type": "OrderCancelled",
            "command_id": command_id,
            "order_id": order_id,
            "account_id": account_id,
            "remaining_lots": None,
            "tombstone_from_ms": accepted_at_ms,
        }
    )
    answer = unfilled(state, account_id, CANCELLED, remaining_lots=None)
    draft.answer_if_pending(order_id, answer)
