"""Orders that wait for a price: armed, triggered, and let in one after the other.

What counts is the last trade of the book, never a mark or an index. Once a taker is through,
every order whose trigger its trades have reached comes in, as if it came just then: first those
that waited for a fall, the highest trigger first, then those that waited for a rise, the lowest
first, at one trigger the one that came first, and those that trail last. Their trades may trigger
more. All of it happens
before the next command; a record that is full is continued by the next one, as for any taker.
"""

from typing import TYPE_CHECKING

from zerodesk.matching.armed import ArmedOrder, FollowingOrder
from zerodesk.matching.draft import Draft
from zerodesk.matching.entering import enter, work
from zerodesk.matching.leading import follow_on, needed_minor
from zerodesk.matching.order import ARMED, BookOrder, PairedOrder
from zerodesk.matching.positions import closes_nothing
from zerodesk.matching.record import expire
from zerodesk.matching.reducing import cap_coming
from zerodesk.matching.special import SpecialTerms, slide
from zerodesk.matching.state import BookState
from zerodesk.matching.trailing import MAX_TRAILING, looking_on, see_last

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand


def arm(state: BookState, draft: Draft, order: ArmedOrder) -> None:
    """Let an order wait; one whose trigger the last trade has reached does not wait for long."""
    if not order.trails:
        state.ladder_of(order).compact(state.armed)
    state.arm(order)
    state.keep_expiry(order)
    draft.moves.append(order)
    draft.events.append(
        {
            "type": "OrderArmed",
            "command_id": order.order_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "side": order.command["side"],
            "trigger": order.command["trigger"],
            "trigger_ticks": order.trigger_ticks,
            "price_ticks": order.price_ticks,
            "quantity_lots": order.quantity_lots,
        }
    )
    if order.stamp != draft.stamp:
        lots = order.remaining_lots
        draft.answers[order.order_id] = (order.account_id, ARMED, 0, lots, 0, 0, order.held_minor)
    see_last(state, draft)


def run_triggered(state: BookState, draft: Draft) -> None:
    """Let the orders in that the trades have triggered, as far as this record goes.

    Each counts as a fill towards the bound of the record, be it filled or not. Once one of them has
    stopped the market, those behind it wait until it opens.
    """
    while state.is_plain and state.continuing is None and draft.fills < draft.max_fills:
        order = state.triggered()
        if order is None:
            break
        draft.fills += 1
        _trigger(state, draft, order)
    state.forget_prices()


def _trigger(
    state: BookState, draft: Draft, armed: ArmedOrder | PairedOrder | FollowingOrder
) -> None:
    """Let an order in that was armed, by the terms of its command as they stand now."""
    if isinstance(armed, FollowingOrder):
        _follow(state, draft, armed)
        return
    state.withdraw(armed)
    draft.moves.append(armed)
    order = armed.triggered()
    # Just what it needs is held, once what an armed order has too much goes back.
    order.held_minor = armed.need_minor(
        armed.remaining_lots,
        state.tick_value_minor,
        state.delivered_minor,
        state.is_option,
    )
    draft.note(order, order.remaining_lots)
    draft.events.append(
        {
            "type": "OrderTriggered",
            "command_id": order.order_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "trigger_ticks": armed.trigger_ticks,
            "price_ticks": order.price_ticks,
        }
    )
    if isinstance(armed, PairedOrder):
        if not order.reduce_only or cap_coming(state, draft, order):
            work(state, draft, order)
        return
    _come_in(state, draft, order, armed.command)


def _follow(state: BookState, draft: Draft, following: FollowingOrder) -> None:
    """Let an order in whose leading order is filled; it may have to wait on, for a price."""
    state.withdraw(following)
    draft.moves.append(following)
    order = following.triggered()
    order.held_minor = needed_minor(state, following)
    draft.note(order, order.remaining_lots)
    draft.events.append(follow_on(following))
    looks_on = order.trails or order.is_paired
    if looks_on and looking_on(state) >= MAX_TRAILING:
        expire(draft, order)
    elif isinstance(order, ArmedOrder):
        arm(state, draft, order)
    else:
        _come_in(state, draft, order, following.command)


def _come_in(state: BookState, draft: Draft, order: BookOrder, command: "PlaceCommand") -> None:
    """Let an order in as its command would have come just then."""
    terms = SpecialTerms.of(command)
    if terms.slides and not closes_nothing(state, order):
        slide(state, order)
    if command["post_only"] and state.crosses(order):
        expire(draft, order)
        return
    if order.reduce_only and not cap_coming(state, draft, order):
        return
    enter(state, draft, order, terms.least_lots(command, order))
