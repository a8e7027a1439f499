"""Lots are taken off orders that do not ask for them any more, and reduce-only orders with them.

A reduce-only order never opens anything. It comes in with no more than its account has open at that
moment, and after each trade every one that rests is cut to what is open then, each by itself: so a
trade never finds one that is too large. One that waits for its trigger is looked at when it comes
in.
"""

from collections.abc import Iterable

from zerodesk.matching.draft import EXPIRED, Draft
from zerodesk.matching.order import BookOrder
from zerodesk.matching.positions import reducible_lots
from zerodesk.matching.record import close, expire
from zerodesk.matching.state import BookState


def reduce(draft: Draft, order: BookOrder, lots: int, command_id: str) -> None:
    """Take lots off an order, as if it had never asked for them."""
    order.remaining_lots -= lots
    order.quantity_lots -= lots
    draft.events.append(
        {
            "type": "OrderReduced",
            "command_id": command_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "by_lots": lots,
            "quantity_lots": order.quantity_lots,
            "remaining_lots": order.total_lots,
        }
    )


def expire_resting(state: BookState, draft: Draft, order: BookOrder, command_id: str) -> None:
    """Let a resting order expire for what another command did."""
    draft.events.append(
        {
            "type": "OrderExpired",
            "command_id": command_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "remaining_lots": order.total_lots,
        }
    )
    close(state, draft, order, EXPIRED, command_id)


def reduce_resting(
    state: BookState, draft: Draft, order: BookOrder, lots: int, command_id: str
) -> None:
    """Take lots off what a resting order shows."""
    state.ladder_of(order).levels[order.key].change(-lots)
    reduce(draft, order, lots, command_id)


def cap_coming(state: BookState, draft: Draft, order: BookOrder) -> bool:
    """Cut a reduce-only order that comes in to what it closes; whether it asks for anything."""
    excess_lots = order.remaining_lots - reducible_lots(state, order)
    if excess_lots > 0:
        draft.touch(order)
        reduce(draft, order, excess_lots, order.order_id)
    if not order.remaining_lots:
        expire(draft, order)
        return False
    return True


def cap_resting(
    state: BookState, draft: Draft, account_ids: Iterable[str], command_id: str
) -> None:
    """Cut the reduce-only orders that rest to what their accounts have open after a trade."""
    for account_id in account_ids:
        for order in state.reducing_of(account_id):
            excess_lots = order.remaining_lots - reducible_lots(state, order)
            if excess_lots <= 0:
                continue
            draft.touch(order)
            draft.fills += 1
            reduce_resting(state, draft, order, excess_lots, command_id)
            if not order.remaining_lots:
                expire_resting(state, draft, order, command_id)
