"""An order that would meet another one of its own account says what then happens.

See ``zerodesk.orders.SelfTrade``. Nothing of it is a trade: no price is printed, no fee is paid.
"""

from typing import Final

from zerodesk.matching.draft import Draft
from zerodesk.matching.fills import refresh
from zerodesk.matching.order import BookOrder
from zerodesk.matching.record import expire
from zerodesk.matching.reducing import expire_resting, reduce, reduce_resting
from zerodesk.matching.state import BookState
from zerodesk.orders import SelfTrade

EXPIRES_TAKER: Final = frozenset({SelfTrade.EXPIRE_TAKER.value, SelfTrade.EXPIRE_BOTH.value})
EXPIRES_MAKER: Final = frozenset({SelfTrade.EXPIRE_MAKER.value, SelfTrade.EXPIRE_BOTH.value})


def prevent(state: BookState, draft: Draft, maker: BookOrder, taker: BookOrder) -> bool:
    """Keep two orders of one account from trading; whether that is the end of the taker."""
    mode = taker.self_trade
    draft.touch(maker)
    draft.touch(taker)
    draft.events.append(
        {
            "type": "SelfTradePrevented",
            "command_id": taker.order_id,
            "mode": mode,
            "maker_order_id": maker.order_id,
            "taker_order_id": taker.order_id,
            "account_id": taker.account_id,
            "price_ticks": maker.price_ticks,
        }
    )
    if mode == SelfTrade.DECREMENT:
        lots = min(maker.remaining_lots, taker.remaining_lots)
        _reduce_maker(state, draft, maker, taker, lots)
        reduce(draft, taker, lots, taker.order_id)
        if not taker.remaining_lots:
            expire(draft, taker)
    if mode in EXPIRES_MAKER:
        expire_resting(state, draft, maker, taker.order_id)
    if mode in EXPIRES_TAKER:
        expire(draft, taker)
    return taker.outcome is not None


def _reduce_maker(
    state: BookState, draft: Draft, maker: BookOrder, taker: BookOrder, lots: int
) -> None:
    reduce_resting(state, draft, maker, lots, taker.order_id)
    if maker.remaining_lots:
        return
    if maker.hidden_lots:
        state.requeue(maker)
        refresh(state, draft, maker, taker.order_id)
    else:
        expire_resting(state, draft, maker, taker.order_id)
