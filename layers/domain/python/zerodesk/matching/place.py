"""An order enters its book: refused, expired, filled, or left to rest."""

from itertools import product
from typing import Final

from zerodesk.instruments import TradingState
from zerodesk.matching.draft import EXPIRED, FILLED, REJECTED, Draft
from zerodesk.matching.fills import fill
from zerodesk.matching.order import BUY, SELL, BookOrder, need_minor
from zerodesk.matching.record import unfilled
from zerodesk.matching.state import BookState
from zerodesk.money import BASIS_POINTS, format_minor
from zerodesk.orders import OrderType, PlaceCommand, Side, TimeInForce
from zerodesk.rejections import Rejection, RejectionCode

KNOWN_TERMS: Final = frozenset(
    product(*([member.value for member in words] for words in (Side, OrderType, TimeInForce)))
)
MARKET_OPEN: Final = TradingState.OPEN.value
FOK: Final = TimeInForce.FOK.value


def place(state: BookState, draft: Draft, command: PlaceCommand) -> None:
    """Decide an order that the book sees for the first time."""
    order = BookOrder(command, draft.stamp)
    rejection = _refusal(state, order, command)
    if rejection is not None:
        reject(state, draft, command, rejection)
        return
    lots = order.quantity_lots
    draft.touched.append((order, lots, 0, 0, order.held_minor))
    if command["time_in_force"] == FOK:
        other_side = state.asks if order.is_buy else state.bids
        if not other_side.offers(-order.key, lots):
            _expire(draft, order)
            return
    work(state, draft, order)


def work(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Fill an order as far as this record goes, then close it or let it rest."""
    if not fill(state, draft, order):
        state.continuing = order
        return
    state.continuing = None
    if not order.remaining_lots:
        order.outcome = FILLED
    elif not order.rests:
        _expire(draft, order)
    else:
        state.link(order)
        draft.moves.append(order)
        draft.events.append(
            {
                "type": "OrderOpened",
                "command_id": order.order_id,
                "order_id": order.order_id,
                "account_id": order.account_id,
                "side": BUY if order.is_buy else SELL,
                "price_ticks": order.price_ticks,
                "quantity_lots": order.quantity_lots,
                "remaining_lots": order.remaining_lots,
            }
        )


def reject(state: BookState, draft: Draft, command: PlaceCommand, rejection: Rejection) -> None:
    """Refuse an order, and have whatever is held for it released.

    Past its bound the book cannot tell an order that never came from one long done and
    forgotten; ``if_pending`` then keeps the projection from overwriting an answer.
    """
    order_id, account_id = command["command_id"], command["account_id"]
    reason = rejection.to_dict()
    draft.release(account_id, order_id)
    draft.events.append(
        {
            "type": "OrderRejected",
            "command_id": order_id,
            "order_id": order_id,
            "account_id": account_id,
            "stage": rejection.code.stage,
            "code": rejection.code.value,
            "rejection": reason,
        }
    )
    answer = unfilled(state, account_id, REJECTED, remaining_lots=command["quantity_lots"])
    answer["rejection"] = reason
    if rejection.code is RejectionCode.MATCHING_EXPIRED:
        draft.answer_if_pending(order_id, answer)
    else:
        draft.answers[order_id] = answer


def _expire(draft: Draft, order: BookOrder) -> None:
    order.outcome = EXPIRED
    draft.events.append(
        {
            "type": "OrderExpired",
            "command_id": order.order_id,
            "order_id": order.order_id,
            "account_id": order.account_id,
            "remaining_lots": order.remaining_lots,
        }
    )


def _refusal(state: BookState, order: BookOrder, command: PlaceCommand) -> Rejection | None:
    """Return why the book does not let an order in, the first reason by precedence."""
    price_ticks, lots = order.price_ticks, order.quantity_lots
    held_minor, maker_bps, taker_bps = order.held_minor, order.maker_bps, order.taker_bps
    if not (
        type(price_ticks) is type(lots) is type(held_minor) is int
        and type(maker_bps) is type(taker_bps) is int
        and type(order.account_id) is type(order.order_id) is str
    ):
        raise TypeError
    if (
        (command["side"], command["type"], command["time_in_force"]) not in KNOWN_TERMS
        or price_ticks <= 0
        or lots <= 0
        or not 0 <= maker_bps <= BASIS_POINTS
        or not 0 <= taker_bps <= BASIS_POINTS
    ):
        return _senseless(command)
    if state.trading_state != MARKET_OPEN:
        return _not_open(state)
    need = need_minor(order, state.tick_value_minor, state.lot_value_minor)
    if need > held_minor:
        return _short(state, order, need)
    return _would_cross(state, order) if command["post_only"] else None


def _senseless(command: PlaceCommand) -> Rejection:
    return Rejection(
        RejectionCode.MATCHING_INVALID_COMMAND,
        f"{command['side']} {command['type']} {command['time_in_force']} of "
        f"{command['quantity_lots']} lots at {command['price_ticks']} ticks, fees of "
        f"{command['maker_bps']} and {command['taker_bps']} basis points",
    )


def _not_open(state: BookState) -> Rejection:
    found = state.trading_state or "not listed"
    return Rejection(RejectionCode.MATCHING_MARKET_NOT_OPEN, f"{state.symbol} is {found}")


def _short(state: BookState, order: BookOrder, need: int) -> Rejection:
    market = state.market
    assert market is not None, "an open market is listed"
    currency = market.quote if order.is_buy else market.base
    have_text = format_minor(order.held_minor, currency)
    need_text = format_minor(need, currency)
    return Rejection(
        RejectionCode.MATCHING_INSUFFICIENT_HOLD,
        f"needs {need_text} {currency} at worst, {have_text} is held",
        have=have_text,
        need=need_text,
    )


def _would_cross(state: BookState, order: BookOrder) -> Rejection | None:
    best = (state.asks if order.is_buy else state.bids).best()
    if best is None or best.key > -order.key:
        return None
    market = state.market
    assert market is not None, "an open market is listed"
    return Rejection(
        RejectionCode.MATCHING_POST_ONLY_WOULD_CROSS,
        "a post-only order would have taken from the book",
        have=market.format_price(order.price_ticks),
        limit=market.format_price(best.price_ticks),
    )
