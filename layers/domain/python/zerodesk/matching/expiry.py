"""Orders that end at a time: by record time, never by a machine's clock.

A command moves record time on. Before it is decided, every order whose time has come expires, the
earliest first. Each counts as a fill towards the bound of the record; what does not fit is left to
the next one, which the same command begins.
"""

from zerodesk.matching.draft import EXPIRED, Draft
from zerodesk.matching.record import close
from zerodesk.matching.state import BookState


def expire_due(state: BookState, draft: Draft, command_id: str) -> bool:
    """Let the orders expire whose time has come; whether the record has room for the command."""
    while draft.fills < draft.max_fills:
        order = state.due_order()
        if order is None:
            return True
        draft.fills += 1
        draft.events.append(
            {
                "type": "OrderExpired",
                "command_id": command_id,
                "order_id": order.order_id,
                "account_id": order.account_id,
                "remaining_lots": order.total_lots,
                "expires_at_ms": order.expires_at_ms,
                "at_ms": state.time_ms,
            }
        )
        close(state, draft, order, EXPIRED, command_id, is_due=True)
    return False
