"""One triggers the other: an order leads, another follows it once all of the first is filled.

Both come with one command. The one that follows waits in the book; if the other ends before all of
it is filled, or the one that follows is ended, they end together. What follows holds at first what
its leading order will not bring, and what that does bring is added with each fill, so nobody can
spend it in between (see docs/decisions/0102).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from zerodesk.instruments import Market
from zerodesk.matching.armed import FollowingOrder
from zerodesk.matching.draft import EXPIRED, REJECTED, Draft
from zerodesk.matching.order import ARMED, BookOrder
from zerodesk.matching.record import end_with, unfilled
from zerodesk.matching.state import BookState
from zerodesk.money import format_minor
from zerodesk.orders import to_hold_minor
from zerodesk.rejections import Rejection, RejectionCode

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand


def lead(
    state: BookState, draft: Draft, order: BookOrder, command: "PlaceCommand"
) -> Rejection | None:
    """Let the order wait that is to follow one that comes; why not, if it may not."""
    then: Any = command["then"]
    if _is_known(state, then["command_id"]):
        return _known_before(then["command_id"])
    following = FollowingOrder.behind(then, order.quantity_lots)
    market, need_minor = state.market, needed_minor(state, following)
    assert market is not None, "an order comes in only in a listed market"
    gets_minor = market.gets_minor(
        command["price_ticks"], command["quantity_lots"], is_buy=order.is_buy
    )
    missing_minor = to_hold_minor(command, then, gets_minor, need_minor) - then["held_minor"]
    if missing_minor > 0:
        return _short(market, following, need_minor - missing_minor, need_minor)
    know(state, draft, command)
    if then["held_minor"] > need_minor:
        draft.touch(following)
        following.due_minor = need_minor
    state.arm(following)
    state.keep_expiry(following)
    draft.moves.append(following)
    draft.events.append(
        {
            "type": "OrderArmed",
            "command_id": order.order_id,
            "order_id": following.order_id,
            "account_id": following.account_id,
            "side": then["side"],
            "after": order.order_id,
            "price_ticks": following.price_ticks,
            "quantity_lots": following.quantity_lots,
        }
    )
    if following.stamp != draft.stamp:
        lots = following.remaining_lots
        answer = (following.account_id, ARMED, 0, lots, 0, 0, following.held_minor)
        draft.answers[following.order_id] = answer
    return None


def know(state: BookState, draft: Draft, command: "PlaceCommand") -> None:
    """Have the id of the order that is to follow remembered, as the id of the one that leads is."""
    draft.keep(state.memory, command["then"]["command_id"], command["accepted_at_ms"])


def give_up(state: BookState, draft: Draft, command: "PlaceCommand", rejection: Rejection) -> None:
    """Refuse the order that is to follow one that is refused, and release what is held for it.

    Past its bound the book cannot tell whether it took that order in; who never did shows nothing
    of it.
    """
    then, account_id = command["then"], command["account_id"]
    order_id = then["command_id"]
    is_late = rejection.code is RejectionCode.MATCHING_EXPIRED
    if not is_late and not _is_known(state, order_id):
        answer = unfilled(state, account_id, REJECTED, remaining_lots=then["quantity_lots"])
        draft.answers[order_id] = answer | {"rejection": rejection.to_dict()}
    release(state, draft, command)
    if not is_late:
        know(state, draft, command)


def release(state: BookState, draft: Draft, command: "PlaceCommand") -> None:
    """Release what may still be held for what follows an order that is done, if it is done too."""
    order_id = command["then"]["command_id"]
    if order_id not in state.orders:
        draft.release(command["account_id"], order_id)


def look(state: BookState, draft: Draft, order: BookOrder) -> None:
    """End what follows an order that came, if that has ended without being filled."""
    following = state.following.get(order.order_id)
    if following is not None and order.outcome == EXPIRED:
        end_with(state, draft, following, order, EXPIRED, order.order_id)


def take_fills(
    state: BookState, draft: Draft, orders: Iterable[BookOrder], command_id: str
) -> None:
    """Have those that follow take what is theirs of what their leading orders got.

    One whose leading order is filled has only to come in; one of which lots were taken off is never
    filled whole, and what follows it ends.
    """
    for order in orders:
        following = state.following.get(order.order_id)
        if not isinstance(following, FollowingOrder):
            continue
        if feeds(state, order, following):
            draft.touch(following)
            held_minor = following.command["held_minor"] + _got_minor(state, order)
            following.due_minor = min(needed_minor(state, following), held_minor)
        if order.total_lots:
            continue
        if order.quantity_lots == following.leading_lots:
            state.keep_reached(following)
        else:
            end_with(state, draft, following, order, EXPIRED, command_id)


def needed_minor(state: BookState, following: FollowingOrder) -> int:
    """Return what an order that follows needs held once it comes in."""
    return following.triggered().need_minor(
        following.quantity_lots,
        state.tick_value_minor,
        state.delivered_minor,
        state.is_option,
    )


def feeds(state: BookState, order: BookOrder, following: BookOrder) -> bool:
    """Whether what an order gets is of what the one that follows it needs.

    It is where lots are delivered, and one of the two buys and the other one sells.
    """
    return bool(state.delivered_minor) and order.is_buy != following.is_buy


def _got_minor(state: BookState, order: BookOrder) -> int:
    """Return what an order has got so far for what it gave."""
    if order.is_buy:
        return (order.quantity_lots - order.total_lots) * state.delivered_minor
    return order.notional_minor - order.fee_minor


def _is_known(state: BookState, order_id: str) -> bool:
    return order_id in state.orders or state.memory.knows(order_id, state.time_ms)


def _known_before(order_id: str) -> Rejection:
    detail = f"{order_id}, which was to follow, is cancelled or done already"
    return Rejection(RejectionCode.MATCHING_ORDER_NOT_OPEN, detail)


def _short(
    market: Market, following: FollowingOrder, have_minor: int, need_minor: int
) -> Rejection:
    currency = market.held_currency(is_buy=following.is_buy)
    have_text, need_text = format_minor(have_minor, currency), format_minor(need_minor, currency)
    return Rejection(
        RejectionCode.MATCHING_INSUFFICIENT_HOLD,
        f"the order that follows needs {need_text} {currency} at worst, {have_text} is held for it "
        "or comes by the first",
        have=have_text,
        need=need_text,
    )


def follow_on(following: FollowingOrder) -> dict[str, Any]:
    """Return the event of an order that comes in behind the one that it followed."""
    return {
        "type": "OrderTriggered",
        "command_id": following.order_id,
        "order_id": following.order_id,
        "account_id": following.account_id,
        "after": following.after,
        "price_ticks": following.price_ticks,
    }
