"""An order comes to its book: refused, let in, or armed."""

from itertools import product
from typing import TYPE_CHECKING, Final

from zerodesk.instruments import TradingState
from zerodesk.matching.armed import ArmedOrder
from zerodesk.matching.draft import REJECTED, Draft
from zerodesk.matching.entering import FOK, enter, open_order, work
from zerodesk.matching.leading import give_up, lead, look
from zerodesk.matching.order import BUY, GTC, LIMIT, BookOrder
from zerodesk.matching.positions import closes_nothing
from zerodesk.matching.record import expire, unfilled
from zerodesk.matching.reducing import cap_coming
from zerodesk.matching.special import SpecialTerms, slide, special_terms
from zerodesk.matching.state import BookState
from zerodesk.matching.states import accepts
from zerodesk.matching.trailing import MAX_TRAILING, looking_on
from zerodesk.matching.triggers import arm
from zerodesk.money import BASIS_POINTS, format_minor
from zerodesk.orders import EXPIRING, OrderType, Side, TimeInForce
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.rows import PLACE_FIELDS, command_entry, place_row

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

# The words themselves: a member of an enum is an equal text, but compared letter by letter.
SIDES: Final = [one.value for one in Side]
TYPES: Final = [one.value for one in OrderType]
EVER: Final = [one.value for one in TimeInForce if not one.expires]
KNOWN_TERMS: Final = {
    (side, order_type, time_in_force): (
        side == BUY,
        time_in_force == GTC and order_type == LIMIT,
        time_in_force == FOK,
    )
    for side, order_type, time_in_force in product(SIDES, TYPES, EVER)
}
"""Of an order without special terms: whether it buys, whether it rests, whether it is all or none.
"""

KNOWN_TERMS_FOR_A_TIME: Final = frozenset(product(SIDES, TYPES, EXPIRING))
AUCTION: Final = TradingState.AUCTION.value
LARGEST_REBATE_BPS: Final = -BASIS_POINTS
TYPES_OF_FIELDS: Final = (str, str, int, int, int, int, int)
"""Of order, account, price, quantity, both fees and hold. True and False are no integers."""


def place(  # noqa: C901 - the hot path, flat
    state: BookState, draft: Draft, command: "PlaceCommand"
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
    types = (
        type(order_id),
        type(account_id),
        type(price_ticks),
        type(quantity_lots),
        type(maker_bps),
        type(taker_bps),
        type(held_minor),
    )
    if types != TYPES_OF_FIELDS:
        raise TypeError
    if len(command) == PLACE_FIELDS:
        draft.commands.append(row)
        special = None
    else:
        entry = command_entry(command, row)
        draft.commands.append(entry)
        special = special_terms(command) if entry is command else None
    known = KNOWN_TERMS.get((side, order_type, time_in_force))
    if (
        price_ticks <= 0
        or quantity_lots <= 0
        or maker_bps < LARGEST_REBATE_BPS
        or maker_bps > BASIS_POINTS
        or taker_bps < 0
        or taker_bps > BASIS_POINTS
    ):
        reject(state, draft, command, _refused(command))
        return
    if special is not None:
        _place_special(state, draft, command, special)
        return
    if known is None:
        reject(state, draft, command, _refused(command))
        return
    is_buy, rests, is_whole = known
    order = BookOrder()
    order.take_terms(
        order_id,
        account_id,
        is_buy,
        price_ticks,
        quantity_lots,
        rests,
        maker_bps,
        taker_bps,
        held_minor,
    )
    need = order.need_minor(
        quantity_lots, state.tick_value_minor, state.delivered_minor, state.is_option
    )
    # Of most orders it shows at a glance that nothing stands against them.
    if need == held_minor and state.is_plain and not (post_only or is_whole):
        work(state, draft, order)
        return
    rejection = _refusal(state, order, need, command, post_only=post_only)
    if rejection is not None:
        reject(state, draft, command, rejection)
        return
    if need != held_minor:
        draft.touch(order)
    if is_whole or not state.is_plain:
        _let_in(state, draft, order, command, None)
    else:
        work(state, draft, order)


def _place_special(
    state: BookState, draft: Draft, command: "PlaceCommand", special: SpecialTerms
) -> None:
    """Decide an order with special terms, of which the numbers that all orders have are sound."""
    if not (_has_known_words(command) and _makes_sense(state, command, special)):
        reject(state, draft, command, _refused(command))
        return
    post_only = command["post_only"] and special.trigger is None
    order = BookOrder.of(command) if special.trigger is None else ArmedOrder.of(command)
    looks_on = order.trails or special.stop_ticks is not None
    if looks_on and looking_on(state) >= MAX_TRAILING:
        reject(state, draft, command, _too_many_trail())
        return
    need = asked_minor = need_of(state, order)
    if special.slides and not _stays_where_it_is(state, order, special):
        slide(state, order)
        need = need_of(state, order)
        # What a better price adds to a seller's fee is of what is free, as in a trade at one.
        asked_minor = min(asked_minor, need)
    rejection = _refusal(state, order, asked_minor, command, post_only=post_only)
    if rejection is None and special.then is not None:
        rejection = lead(state, draft, order, command)
    if rejection is not None:
        reject(state, draft, command, rejection)
        return
    if need != order.held_minor:
        draft.touch(order)
    _let_in(state, draft, order, command, special)
    if special.then is not None:
        look(state, draft, order)


def _let_in(
    state: BookState,
    draft: Draft,
    order: BookOrder,
    command: "PlaceCommand",
    special: SpecialTerms | None,
) -> None:
    """Let an order in that nothing stands against, by the terms that it has."""
    if special is not None and _comes_too_late(state, order, special):
        expire(draft, order)
    elif order.reduce_only and not cap_coming(state, draft, order):
        # Nothing is open that it could close.
        return
    elif state.trading_state == AUCTION:
        # It gathers with the others, crossing or not.
        open_order(state, draft, order)
    elif isinstance(order, ArmedOrder):
        arm(state, draft, order)
    else:
        lots = command["quantity_lots"]
        least_lots = lots if special is None else special.least_lots(command, order)
        enter(state, draft, order, least_lots)


def _makes_sense(state: BookState, command: "PlaceCommand", special: SpecialTerms) -> bool:
    """Whether an order may have its special terms here, and what follows it its own."""
    if special.reduce_only and state.positions is None:
        return False
    if special.after is not None or not special.make_sense_for(command):
        # What follows another order comes with it, and not by itself.
        return False
    return special.then is None or _follows_well(state, special.then)


def _follows_well(state: BookState, then: "PlaceCommand") -> bool:
    """Whether a command is of an order that may follow another one."""
    terms = SpecialTerms.of(then)
    return (
        _has_known_words(then)
        and min(then["price_ticks"], then["quantity_lots"]) > 0 <= then["held_minor"]
        and LARGEST_REBATE_BPS <= then["maker_bps"] <= BASIS_POINTS
        and 0 <= then["taker_bps"] <= BASIS_POINTS
        and terms.make_sense_for(then)
        and not (terms.reduce_only and state.positions is None)
    )


def need_of(state: BookState, order: BookOrder) -> int:
    """Return what the rest of an order needs held at its price."""
    return order.need_minor(
        order.total_lots,
        state.tick_value_minor,
        state.delivered_minor,
        state.is_option,
    )


def _has_known_words(command: "PlaceCommand") -> bool:
    """Whether an order has the words of one, or of one that ends at a time, and says when."""
    words = (command["side"], command["type"], command["time_in_force"])
    return words in KNOWN_TERMS or (words in KNOWN_TERMS_FOR_A_TIME and "expires_at_ms" in command)


def _comes_too_late(state: BookState, order: BookOrder, special: SpecialTerms) -> bool:
    """Whether the time of an order, or of the one that is to follow it, has come already."""
    ends_at_ms = [order.expires_at_ms]
    if special.then is not None:
        ends_at_ms.append(special.then.get("expires_at_ms", 0))
    return any(0 < at_ms <= state.time_ms for at_ms in ends_at_ms)


def _stays_where_it_is(state: BookState, order: BookOrder, special: SpecialTerms) -> bool:
    """Whether an order does not slide now: it waits for its trigger, or ends as it comes."""
    is_late = _comes_too_late(state, order, special)
    return order.is_armed or is_late or closes_nothing(state, order)


def reject(state: BookState, draft: Draft, command: "PlaceCommand", rejection: Rejection) -> None:
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
    if "then" in command:
        give_up(state, draft, command, rejection)
    if "after" in command:
        # Nothing is shown of an order that follows before its book has taken it in.
        return
    answer = unfilled(state, account_id, REJECTED, remaining_lots=command["quantity_lots"])
    answer["rejection"] = reason
    if rejection.code is RejectionCode.MATCHING_EXPIRED:
        draft.answer_if_pending(order_id, answer)
    else:
        draft.answers[order_id] = answer


def _refusal(
    state: BookState, order: BookOrder, need: int, command: "PlaceCommand", *, post_only: bool
) -> Rejection | None:
    """Return why the book does not let an order in, the first reason by precedence."""
    if post_only and not order.rests:
        # It makes no sense, which is looked for only here: most orders are not post-only.
        return _senseless(command)
    if not state.is_plain and not accepts(state.trading_state, command):
        return _not_accepted(state, command)
    return refusal_of(state, order, need, post_only=post_only)


def refusal_of(
    state: BookState, order: BookOrder, need: int, *, post_only: bool
) -> Rejection | None:
    """Return why an open market does not let an order in, be it new or amended."""
    if need > order.held_minor:
        return _short(state, order, need)
    return _would_cross(state, order) if post_only else None


def _refused(command: "PlaceCommand") -> Rejection:
    """Return why an order makes no sense: what follows another one makes none by itself."""
    if "after" not in command:
        return _senseless(command)
    detail = f"it comes with {command['after']}, which it follows, and not by itself"
    return Rejection(RejectionCode.MATCHING_ORDER_NOT_OPEN, detail)


def _senseless(command: "PlaceCommand") -> Rejection:
    terms = f"{command['side']} {command['type']} {command['time_in_force']}"
    return Rejection(
        RejectionCode.MATCHING_INVALID_COMMAND,
        f"{terms}{', post-only,' if command['post_only'] else ''} of {command['quantity_lots']} "
        f"lots at {command['price_ticks']} ticks, fees of {command['maker_bps']} and "
        f"{command['taker_bps']} basis points",
    )


def _not_accepted(state: BookState, command: "PlaceCommand") -> Rejection:
    detail = f"{state.symbol} is {state.trading_state or 'not listed'}"
    if state.auction is not None:
        terms = f"{command['type']} {command['time_in_force']}"
        detail += f", no place for {terms}{', post-only' if command['post_only'] else ''}"
    return Rejection(RejectionCode.MATCHING_MARKET_NOT_OPEN, detail)


def _short(state: BookState, order: BookOrder, need: int) -> Rejection:
    market = state.market
    assert market is not None, "an open market is listed"
    currency = market.held_currency(is_buy=order.is_buy)
    have_text = format_minor(order.held_minor, currency)
    need_text = format_minor(need, currency)
    return Rejection(
        RejectionCode.MATCHING_INSUFFICIENT_HOLD,
        f"needs {need_text} {currency} at worst, {have_text} is held",
        have=have_text,
        need=need_text,
    )


def _too_many_trail() -> Rejection:
    return Rejection(
        RejectionCode.MATCHING_TRAILING_LIMIT,
        "the book has as many stops that trail, or are of a pair, as it may have",
        limit=str(MAX_TRAILING),
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
