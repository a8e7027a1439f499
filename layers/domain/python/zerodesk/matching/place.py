"""An order enters its book: refused, expired, filled, or left to rest."""

from itertools import product
from typing import Final

from zerodesk.instruments import TradingState
from zerodesk.matching.draft import FILLED, REJECTED, Draft
from zerodesk.matching.fills import fill
from zerodesk.matching.order import (
    BUY,
    GTC,
    LIMIT,
    NONE,
    OPEN,
    SELL,
    BookOrder,
    SpecialOrder,
    need_minor,
)
from zerodesk.matching.record import expire, unfilled, with_price
from zerodesk.matching.self_trades import fill_others, offers_of_others
from zerodesk.matching.special import slide, special_terms
from zerodesk.matching.state import BookState
from zerodesk.money import BASIS_POINTS, format_minor
from zerodesk.orders import OrderType, PlaceCommand, Side, TimeInForce
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.rows import command_entry, place_row

KNOWN_TERMS: Final = frozenset(
    product(*([member.value for member in words] for words in (Side, OrderType, TimeInForce)))
)
MARKET_OPEN: Final = TradingState.OPEN.value
FOK: Final = TimeInForce.FOK.value


def place(  # noqa: C901 - the hot path, flat
    state: BookState, draft: Draft, command: PlaceCommand
) -> None:
    """Decide an order that the book sees for the first time.

    Each field is read once. What is no integer or no text is told apart here; what makes no
    sense is refused, as is what the market, the hold or the order's own terms do not allow.
    """
    row = place_row(command)
    (
        _,
        order_id,
        account_id,
        side,
        order_type,
        price_ticks,
        quantity_lots,
        time_in_force,
        post_only,
        maker_bps,
        taker_bps,
        held_minor,
        _,
    ) = row
    if not (
        type(price_ticks) is type(quantity_lots) is type(held_minor) is int
        and type(maker_bps) is type(taker_bps) is int
        and type(account_id) is type(order_id) is str
    ):
        raise TypeError
    entry = command_entry(command, row)
    draft.commands.append(entry)
    special = special_terms(command) if entry is command else None
    if (
        (side, order_type, time_in_force) not in KNOWN_TERMS
        or price_ticks <= 0
        or quantity_lots <= 0
        or not 0 <= maker_bps <= BASIS_POINTS
        or not 0 <= taker_bps <= BASIS_POINTS
        or (special is not None and not special.make_sense_for(command))
    ):
        reject(state, draft, command, _senseless(command))
        return
    kind = BookOrder if special is None else SpecialOrder
    order = kind(
        order_id,
        account_id,
        side == BUY,
        price_ticks,
        quantity_lots,
        time_in_force == GTC and order_type == LIMIT,
        maker_bps,
        taker_bps,
        held_minor,
    )
    if special is not None:
        assert isinstance(order, SpecialOrder), "made for these terms"
        special.give_to(order)
        if special.slides:
            slide(state, order)
    need = need_minor(order, quantity_lots, state.tick_value_minor, state.lot_value_minor)
    rejection = refusal_of(state, order, need, post_only=post_only)
    if rejection is not None:
        reject(state, draft, command, rejection)
        return
    if need != held_minor:
        draft.touch(order)
    least_lots = quantity_lots if time_in_force == FOK else 0
    if special is not None and special.min_quantity_lots:
        least_lots = special.min_quantity_lots
    if least_lots and not _offers(state, order, least_lots):
        expire(draft, order)
        return
    work(state, draft, order)


def _offers(state: BookState, order: BookOrder, least_lots: int) -> bool:
    """Whether an order would find a quantity within its limit, of others if it must."""
    other_side = state.asks if order.is_buy else state.bids
    if order.self_trade == NONE:
        return other_side.offers(-order.key, least_lots)
    return offers_of_others(other_side, order, least_lots)


def work(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Fill an order as far as this record goes, then close it or let it rest."""
    heap = (state.asks if order.is_buy else state.bids).heap
    if heap and heap[0] <= -order.key:
        fill_up = fill if order.self_trade == NONE else fill_others
        if not fill_up(state, draft, order):
            state.continuing = order
            return
    state.continuing = None
    if order.outcome is not None:
        return
    if not order.remaining_lots:
        order.outcome = FILLED
    elif not order.rests:
        expire(draft, order)
    else:
        _open(state, draft, order)


def _open(state: BookState, draft: Draft, order: BookOrder) -> None:
    """Let an order rest.

    Most have not traded, and just what they need is held. Nothing of those is to be settled,
    nor to be taken back but their place in the queue: they are shown, and not touched.
    """
    lots = order.remaining_lots
    if isinstance(order, SpecialOrder):
        order.hide()
    state.rest(order)
    draft.moves.append(order)
    draft.events.append(
        (
            "OrderOpened",
            order.order_id,
            order.account_id,
            BUY if order.is_buy else SELL,
            order.price_ticks,
            order.quantity_lots,
            lots,
        )
    )
    if order.stamp != draft.stamp:
        answer = (order.account_id, OPEN, 0, lots, 0, 0, order.held_minor)
        shown = with_price(state, order, answer) if order.repriced else answer
        draft.answers[order.order_id] = shown


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


def refusal_of(
    state: BookState, order: BookOrder, need: int, *, post_only: bool
) -> Rejection | None:
    """Return why the book does not let an order in, the first reason by precedence."""
    if state.trading_state != MARKET_OPEN:
        return _not_open(state)
    if need > order.held_minor:
        return _short(state, order, need)
    return _would_cross(state, order) if post_only else None


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
