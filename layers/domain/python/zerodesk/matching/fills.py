"""The hot loop: one taker against the other side, best price first, then first come."""

from typing import Any

from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.ladder import Level
from zerodesk.matching.order import BUY, SELL, BookOrder
from zerodesk.matching.state import BookState
from zerodesk.money import BASIS_POINTS


def fill(state: BookState, draft: Draft, taker: BookOrder) -> bool:
    """Fill a taker as far as prices cross; whether it is through.

    It is not when the record is full and the taker could still be filled. Holds, postings and
    statuses follow once per record, see ``zerodesk.matching.record``.
    """
    ladder = state.asks if taker.is_buy else state.bids
    limit_key = -taker.key
    while taker.remaining_lots:
        level = ladder.best()
        if level is None or level.key > limit_key:
            break
        if draft.fills >= draft.max_fills:
            return False
        _fill_at(level, state, draft, taker)
    return True


def _fill_at(level: Level, state: BookState, draft: Draft, taker: BookOrder) -> None:
    """Fill a taker from the orders at one price.

    A maker pays the maker rate of its own command, the taker its taker rate, each fee rounded
    down per fill. Whatever changes once per fill is kept in locals until the end.
    """
    orders, moves, touched, events = state.orders, draft.moves, draft.touched, draft.events
    stamp, time_ms, prefix = draft.stamp, state.time_ms, f"{state.symbol}-"
    taker_id, taker_account_id, taker_bps = taker.order_id, taker.account_id, taker.taker_bps
    taker_side = BUY if taker.is_buy else SELL
    price_ticks = level.price_ticks
    lot_notional_minor = price_ticks * state.tick_value_minor
    remaining_lots = taker.remaining_lots
    trade, last_trade = state.trades, state.trades + draft.max_fills - draft.fills
    notional_minor = taker_fees_minor = maker_fees_minor = filled_orders = 0
    maker = level.head
    while maker is not None and remaining_lots and trade < last_trade:
        maker_lots = maker.remaining_lots
        if maker.stamp != stamp:
            maker.stamp = stamp
            touched.append(
                (maker, maker_lots, maker.notional_minor, maker.fee_minor, maker.held_minor)
            )
        quantity_lots = maker_lots if maker_lots < remaining_lots else remaining_lots
        fill_notional_minor = lot_notional_minor * quantity_lots
        maker_fee_minor = fill_notional_minor * maker.maker_bps // BASIS_POINTS
        taker_fee_minor = fill_notional_minor * taker_bps // BASIS_POINTS
        maker.remaining_lots = maker_lots - quantity_lots
        maker.notional_minor += fill_notional_minor
        maker.fee_minor += maker_fee_minor
        remaining_lots -= quantity_lots
        notional_minor += fill_notional_minor
        maker_fees_minor += maker_fee_minor
        taker_fees_minor += taker_fee_minor
        trade += 1
        events.append(
            {
                "type": "TradeExecuted",
                "command_id": taker_id,
                "trade_id": prefix + str(trade),
                "price_ticks": price_ticks,
                "quantity_lots": quantity_lots,
                "maker_order_id": maker.order_id,
                "maker_account_id": maker.account_id,
                "maker_fee_minor": maker_fee_minor,
                "taker_order_id": taker_id,
                "taker_account_id": taker_account_id,
                "taker_fee_minor": taker_fee_minor,
                "taker_side": taker_side,
                "executed_at_ms": time_ms,
            }
        )
        if maker_lots == quantity_lots:
            # The filled maker leaves the head; its own links stay, for the way back.
            maker.outcome = FILLED
            del orders[maker.order_id]
            moves.append(maker)
            filled_orders += 1
            maker = maker.next
            if maker is not None:
                maker.previous = None
    level.head = maker
    if maker is None:
        level.tail = None
    level.change(-filled_orders, remaining_lots - taker.remaining_lots)
    taker.remaining_lots = remaining_lots
    taker.notional_minor += notional_minor
    taker.fee_minor += taker_fees_minor
    state.fees_minor += maker_fees_minor + taker_fees_minor
    draft.fills += trade - state.trades
    state.trades = trade
    state.last = last_of(events[-1])


def last_of(trade: dict[str, Any]) -> dict[str, Any]:
    """Return what a book remembers of its last trade."""
    return {
        "trade_id": trade["trade_id"],
        "price_ticks": trade["price_ticks"],
        "quantity_lots": trade["quantity_lots"],
        "taker_side": trade["taker_side"],
        "executed_at_ms": trade["executed_at_ms"],
    }
