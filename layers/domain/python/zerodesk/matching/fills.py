"""What fills come to: fees, trades, and what the orders have paid and got so far."""

import sys

from zerodesk.fees import rebate_minor
from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.leading import take_fills
from zerodesk.matching.order import BUY, SELL, BookOrder, SpecialOrder
from zerodesk.matching.positions import take_trades
from zerodesk.matching.queues import Fill
from zerodesk.matching.state import BookState
from zerodesk.matching.trailing import see_prices
from zerodesk.money import BASIS_POINTS


def fill(state: BookState, draft: Draft, taker: BookOrder, most_fills: int = sys.maxsize) -> bool:
    """Fill a taker as far as prices cross; whether it is through.

    It is not when the record is full and the taker could still be filled. Holds, postings and
    statuses follow once per record, see ``zerodesk.matching.record``.
    """
    lots_before = taker.remaining_lots
    fills = state.meet(taker, min(most_fills, draft.max_fills - draft.fills))
    if fills:
        if taker.stamp != draft.stamp:
            draft.note(taker, lots_before)
        _book(state, draft, taker, fills)
        draft.fills += len(fills)
    if not taker.remaining_lots or draft.fills < draft.max_fills:
        return True
    return not state.crosses(taker)


def refresh(state: BookState, draft: Draft, order: BookOrder, command_id: str) -> None:
    """Pass on to the next lots of an order what the first ones have paid and still hold."""
    assert isinstance(order, SpecialOrder), "no other order hides anything"
    following = order.successor
    assert following is not None, "its queue has the next ones already"
    following.notional_minor, following.fee_minor = order.notional_minor, order.fee_minor
    shown_lots = min(order.display_lots, order.hidden_lots)
    hidden_lots = order.hidden_lots - shown_lots
    # The first ones are left with just what the next ones need.
    following.held_minor = order.need_minor(
        order.hidden_lots,
        state.tick_value_minor,
        state.delivered_minor,
        state.is_option,
    )
    draft.note(following, shown_lots)
    draft.moves.append(order)
    draft.moves.append(following)
    draft.events.append(
        {
            "type": "OrderRefreshed",
            "command_id": command_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "shown_lots": shown_lots,
            "hidden_lots": hidden_lots,
        }
    )


def _book(  # noqa: C901 - the hot path, flat
    state: BookState, draft: Draft, taker: BookOrder, fills: list[Fill]
) -> None:
    """Tell each fill as a trade.

    A maker pays the maker rate of its own command, the taker its taker rate, each fee rounded
    down per fill. Whatever changes once per fill is kept in locals until the end.
    """
    moves, events, touched = draft.moves, draft.events, draft.touched
    stamp, time_ms, tick_value_minor = draft.stamp, state.time_ms, state.tick_value_minor
    taker_id, taker_account_id, taker_bps = taker.order_id, taker.account_id, taker.taker_bps
    taker_side = BUY if taker.is_buy else SELL
    trade = state.trades
    notional_minor = taker_fees_minor = maker_fees_minor = 0
    price_ticks = quantity_lots = 0
    for maker, quantity_lots, price_ticks in fills:
        if maker.stamp != stamp:
            # As ``draft.note`` does it, without a call for each fill.
            maker.stamp = stamp
            touched.append(
                (
                    maker,
                    maker.remaining_lots + quantity_lots,
                    maker.notional_minor,
                    maker.fee_minor,
                    maker.held_minor,
                    maker.quantity_lots,
                    maker.hidden_lots,
                )
            )
        fill_notional_minor = price_ticks * quantity_lots * tick_value_minor
        maker_fee_minor = fill_notional_minor * maker.maker_bps // BASIS_POINTS
        taker_fee_minor = fill_notional_minor * taker_bps // BASIS_POINTS
        if maker_fee_minor < 0:
            maker_fee_minor = rebate_minor(fill_notional_minor, maker.maker_bps, taker_fee_minor)
        maker.notional_minor += fill_notional_minor
        maker.fee_minor += maker_fee_minor
        notional_minor += fill_notional_minor
        maker_fees_minor += maker_fee_minor
        taker_fees_minor += taker_fee_minor
        trade += 1
        events.append(
            (
                "TradeExecuted",
                trade,
                price_ticks,
                quantity_lots,
                maker.order_id,
                maker.account_id,
                maker_fee_minor,
                taker_id,
                taker_account_id,
                taker_fee_minor,
                taker_side,
                time_ms,
            )
        )
        if not maker.remaining_lots:
            if maker.hidden_lots:
                refresh(state, draft, maker, taker_id)
                continue
            maker.outcome = FILLED
            moves.append(maker)
    taker.notional_minor += notional_minor
    taker.fee_minor += taker_fees_minor
    state.fees_minor += maker_fees_minor + taker_fees_minor
    state.trades = trade
    state.last = (price_ticks, quantity_lots, taker_side, time_ms)
    if state.positions is not None:
        take_trades(state, draft, taker, fills)
    if state.reference is not None:
        state.refer_to(price_ticks, time_ms)
    if state.armed:
        see_prices(state, draft, fills[0][2], price_ticks)
        if state.following:
            take_fills(state, draft, (*(maker for maker, _, _ in fills), taker), taker_id)
