"""Takers that look at each order that they would meet.

It may be their own, it may cost more than is left of their amount, or it may only reduce what the
last trade has left. One of an amount takes whole lots while the amount covers them.
"""

from zerodesk.matching.draft import Draft
from zerodesk.matching.fills import fill
from zerodesk.matching.ladder import Ladder
from zerodesk.matching.order import NONE, AmountOrder, BookOrder
from zerodesk.matching.record import expire
from zerodesk.matching.reducing import cap_resting, reduce
from zerodesk.matching.self_trades import prevent
from zerodesk.matching.state import BookState
from zerodesk.orders import SelfTrade


def fill_singly(state: BookState, draft: Draft, taker: BookOrder) -> bool:
    """Fill a taker one maker at a time; whether it is through.

    The next maker may be its own, may cost more than is left of its amount, or may only reduce what
    the last trade has left. What is prevented or cut counts as a fill towards the bound of the
    record.
    """
    while taker.remaining_lots and (maker := state.facing(taker)) is not None:
        if draft.fills >= draft.max_fills:
            return False
        if not may_meet(state, taker, maker):
            _use_up(draft, taker)
        elif maker.account_id != taker.account_id or taker.self_trade == NONE:
            _fill_covered(state, draft, taker, maker)
            if state.reducing:
                pair = (maker.account_id, taker.account_id)
                cap_resting(state, draft, dict.fromkeys(pair), taker.order_id)
        else:
            draft.fills += 1
            if prevent(state, draft, maker, taker):
                break
    return True


def may_meet(state: BookState, taker: BookOrder, maker: BookOrder) -> bool:
    """Whether a taker may trade a lot at a maker's price, which is within its limit."""
    return _covered_lots(state, taker, maker) > 0


def _covered_lots(state: BookState, taker: BookOrder, maker: BookOrder) -> int:
    if not isinstance(taker, AmountOrder):
        return taker.remaining_lots
    return taker.covered_lots(maker.price_ticks, state.tick_value_minor)


def _fill_covered(state: BookState, draft: Draft, taker: BookOrder, maker: BookOrder) -> None:
    """Fill a taker from one maker, as far as it may trade at that price."""
    draft.touch(taker)
    lots = _covered_lots(state, taker, maker)
    kept_lots = taker.remaining_lots - lots
    taker.remaining_lots = lots
    fill(state, draft, taker, most_fills=1)
    taker.remaining_lots += kept_lots


def _use_up(draft: Draft, taker: BookOrder) -> None:
    """End a taker whose amount does not cover another lot: it asks for no more than it got."""
    draft.touch(taker)
    reduce(draft, taker, taker.remaining_lots, taker.order_id)
    if not taker.quantity_lots:
        expire(draft, taker)


def offers_of_others(ladder: Ladder, taker: BookOrder, least_lots: int) -> bool:
    """Whether a taker would get a quantity from other accounts before its own order ends it.

    What an iceberg hides comes behind all that is shown at its price, so behind an own order, too.
    An own order is like any other where the taker does not mind, and one that only reduces may be
    gone by then.
    """
    hidden_lots, key = 0, None
    minds = taker.self_trade != NONE
    for maker in ladder.in_priority(-taker.key):
        if maker.key != key:
            least_lots -= hidden_lots
            hidden_lots, key = 0, maker.key
        if maker.account_id != taker.account_id or not minds:
            if not maker.reduce_only:
                least_lots -= maker.remaining_lots
                hidden_lots += maker.hidden_lots
        elif least_lots > 0 and taker.self_trade != SelfTrade.EXPIRE_MAKER:
            return False
        if least_lots <= 0:
            return True
    return least_lots <= hidden_lots
