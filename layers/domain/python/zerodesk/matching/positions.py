"""The positions of a market in which nothing is delivered, folded trade by trade.

The book keeps of each account what is open and what it cost, and nothing of who is flat. What
closing made is paid in cash at once, per order, against the book's own account ``open#SYMBOL``: so
its balance is at every moment minus the cost of all that is open. An option is paid for when it is
traded, by who buys to who sells: nothing is left to pay by closing.
"""

from collections.abc import Iterable

from zerodesk.matching.draft import Draft
from zerodesk.matching.order import BookOrder
from zerodesk.matching.queues import Fill
from zerodesk.matching.state import BookState
from zerodesk.positions import OpenLots

NOTHING = OpenLots()


def take_trade(
    state: BookState, draft: Draft, pair: Iterable[BookOrder], quantity_lots: int, price_ticks: int
) -> None:
    """Take both sides of a trade into the positions of their accounts."""
    positions = state.positions
    assert positions is not None, "what is delivered has no position here"
    made = draft.made_tick_lots
    for order in pair:
        before = positions.get(order.account_id, NOTHING)
        lots = quantity_lots if order.is_buy else -quantity_lots
        after, made_tick_lots = before.traded(lots, price_ticks)
        draft.positions_before.setdefault(order.account_id, before)
        state.keep_position(order.account_id, after)
        if made_tick_lots and not state.is_option:
            made[order.order_id] = made.get(order.order_id, 0) + made_tick_lots


def take_trades(state: BookState, draft: Draft, taker: BookOrder, fills: Iterable[Fill]) -> None:
    """Take the fills of a taker in, one after the other."""
    for maker, quantity_lots, price_ticks in fills:
        take_trade(state, draft, (maker, taker), quantity_lots, price_ticks)


def closes_nothing(state: BookState, order: BookOrder) -> bool:
    """Whether an order that only reduces finds nothing that it could close."""
    return order.reduce_only and not reducible_lots(state, order)


def reducible_lots(state: BookState, order: BookOrder) -> int:
    """Return how many lots an order could close of what its account has open."""
    positions = state.positions
    assert positions is not None, "only what has a position is reduced"
    held = positions.get(order.account_id, NOTHING).quantity_lots
    return max(0, -held if order.is_buy else held)
