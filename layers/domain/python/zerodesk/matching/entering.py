"""An order that is let in meets the other side: expired, filled, or left to rest."""

from collections.abc import Callable
from typing import Final

from zerodesk.matching.auctions import halt
from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.fills import fill
from zerodesk.matching.meeting import fill_singly, may_meet, offers_of_others
from zerodesk.matching.order import BUY, NONE, OPEN, SELL, BookOrder, SpecialOrder
from zerodesk.matching.record import expire, with_price
from zerodesk.matching.situations import Outside
from zerodesk.matching.state import BookState
from zerodesk.matching.trailing import see_last
from zerodesk.orders import TimeInForce

FOK: Final = TimeInForce.FOK.value


def enter(state: BookState, draft: Draft, order: BookOrder, least_lots: int) -> None:
    """Let an order in, unless the other side has less than the least that it asks for."""
    if least_lots > order.remaining_lots or (
        least_lots and not within_band(state, order, lambda: _offers(state, order, least_lots))
    ):
        expire(draft, order)
        return
    work(state, draft, order)


def _offers(state: BookState, order: BookOrder, least_lots: int) -> bool:
    """Whether an order would find a quantity within its limit, of others if it must.

    What only reduces may be cut by the trades before its own, and is not counted on.
    """
    other_side = state.asks if order.is_buy else state.bids
    if order.self_trade == NONE and not state.reducing:
        return other_side.offers(-order.key, least_lots)
    return offers_of_others(other_side, order, least_lots)


def within_band(state: BookState, taker: BookOrder, meet: Callable[[], bool]) -> bool:
    """Have a taker meet the other side no further than the market's band reaches.

    It meets nobody where the first one is outside already: a better price is a move of it, too.
    """
    band, facing = state.band_ticks(), state.facing(taker)
    if band is None or facing is None:
        return meet()
    key, (_, low_ticks, high_ticks) = taker.key, band
    reach = -high_ticks if taker.is_buy else low_ticks
    if state.outside(facing.price_ticks):
        reach = 1 - facing.key
    taker.key = max(key, reach)
    try:
        return meet()
    finally:
        taker.key = key


def work(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Fill an order as far as this record goes, then close it or let it rest.

    Would it meet another outside the market's band, the market stops for an auction behind it.
    """
    outside = None
    heap = (state.asks if order.is_buy else state.bids).heap
    if heap and heap[0] <= -order.key:
        if not _is_through(state, draft, order):
            state.continuing = order
            return
        if order.outcome is not None:
            return
        if not order.remaining_lots:
            order.outcome = FILLED
            return
        if state.reference is not None:
            outside = _next_outside(state, order)
    if order.rests:
        open_order(state, draft, order)
    else:
        expire(draft, order)
    if outside is not None:
        halt(state, draft, order.order_id, outside)


def _is_through(state: BookState, draft: Draft, order: BookOrder) -> bool:
    """Fill an order from the other side; False if the record is full and it goes on."""
    fill_up = fill_singly if state.reducing or order.is_picky else fill
    if state.reference is None:
        return fill_up(state, draft, order)
    return within_band(state, order, lambda: fill_up(state, draft, order))


def _next_outside(state: BookState, order: BookOrder) -> Outside | None:
    """Return the price at which a taker would go on, and the band around what counts until now."""
    facing = state.facing(order)
    if facing is None or not may_meet(state, order, facing):
        return None
    return state.outside(facing.price_ticks)


def open_order(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Let an order rest.

    Most have not traded, and just what they need is held. Nothing of those is to be settled,
    nor to be taken back but their place in the queue: they are shown, and not touched.
    """
    lots, order_id, account_id = order.remaining_lots, order.order_id, order.account_id
    if type(order) is not BookOrder:
        _keep_terms(state, draft, order)
    # As ``state.rest`` does it, without a call for each order.
    state.orders[order_id] = order
    if order.is_buy:
        side = BUY
        state.bids.append(order)
    else:
        side = SELL
        state.asks.append(order)
    draft.moves.append(order)
    draft.events.append(
        ("OrderOpened", order_id, account_id, side, order.price_ticks, order.quantity_lots, lots)
    )
    if order.stamp != draft.stamp:
        answer = (account_id, OPEN, 0, lots, 0, 0, order.held_minor)
        draft.answers[order_id] = with_price(state, order, answer) if order.repriced else answer


def _keep_terms(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Have the special terms of an order count from now on, as it comes to rest."""
    assert isinstance(order, SpecialOrder), "no other order rests"
    order.hide()
    state.keep_expiry(order)
    state.keep_reducing(order)
    if order.is_paired:
        state.keep_paired(order)
        see_last(state, draft)
