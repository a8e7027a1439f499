"""An order changes while it rests: less of it keeps its place, anything else comes in anew.

What an amend needs beyond the order's hold is held under the amend's own id. The book moves it into
the order's hold, or has it released; it never takes more than that (see docs/decisions/0035).
"""

from typing import TYPE_CHECKING, Final

from zerodesk.matching.draft import DONE, REJECTED, Draft
from zerodesk.matching.entering import work
from zerodesk.matching.order import BookOrder, SpecialOrder
from zerodesk.matching.place import need_of, refusal_of
from zerodesk.matching.reducing import cap_coming
from zerodesk.matching.special import slide
from zerodesk.matching.state import BookState
from zerodesk.rejections import Rejection, RejectionCode

if TYPE_CHECKING:
    from zerodesk.commands import AmendCommand

KIND: Final = "amend"


def amend(state: BookState, draft: Draft, command: "AmendCommand") -> None:
    """Decide an amend that the book sees for the first time."""
    order = state.orders.get(command["order_id"])
    if not _makes_sense(command):
        refuse(draft, command, _senseless(command))
    elif "refused" in command:
        refuse(draft, command, Rejection.from_dict(command["refused"]))
    elif (
        order is None
        or order.account_id != command["account_id"]
        or order.is_armed
        or order.is_paired
        or order.order_id in state.following
    ):
        detail = f"{command['order_id']} is not open"
        refuse(draft, command, Rejection(RejectionCode.MATCHING_ORDER_NOT_OPEN, detail))
    elif (lots := command.get("quantity_lots", order.quantity_lots)) <= filled_lots(order):
        detail = f"{lots} lots, {filled_lots(order)} are filled"
        refuse(draft, command, Rejection(RejectionCode.MATCHING_AMEND_BELOW_FILLED, detail))
    elif command.get("price_ticks", order.price_ticks) == order.price_ticks and (
        lots <= order.quantity_lots
    ):
        _shrink(state, draft, order, command)
    else:
        _come_anew(state, draft, order, command)


def filled_lots(order: BookOrder) -> int:
    """Return what of a resting order is filled."""
    return order.quantity_lots - order.total_lots


def replacement(order: BookOrder, price_ticks: int, quantity_lots: int) -> SpecialOrder:
    """Return the order that comes in for one that rests, with what that has done so far."""
    following = SpecialOrder()
    following.take_terms(
        order.order_id,
        order.account_id,
        order.is_buy,
        order.price_ticks,
        quantity_lots,
        order.rests,
        order.maker_bps,
        order.taker_bps,
    )
    following.remaining_lots = quantity_lots - filled_lots(order)
    following.notional_minor, following.fee_minor = order.notional_minor, order.fee_minor
    following.self_trade, following.display_lots = order.self_trade, order.display_lots
    following.repriced, following.expires_at_ms = order.repriced, order.expires_at_ms
    following.reduce_only = order.reduce_only
    if price_ticks != order.price_ticks:
        following.reprice(price_ticks)
    return following


def refuse(
    draft: Draft, command: "AmendCommand", rejection: Rejection, *, if_pending: bool = False
) -> None:
    """Refuse an amend, and have whatever is held for it released; the order stays as it is.

    Past its bound the book cannot tell an amend that never came from one long done.
    """
    amend_id, code = command["command_id"], rejection.code.value
    draft.release(command["account_id"], amend_id)
    draft.events.append(
        {
            "type": "AmendRejected",
            "command_id": amend_id,
            "order_id": command["order_id"],
            "account_id": command["account_id"],
            "code": code,
            "rejection": rejection.to_dict(),
        }
    )
    answer = _answer(command, REJECTED) | {"rejection": rejection.to_dict()}
    if if_pending:
        draft.answer_if_pending(amend_id, answer)
    else:
        draft.answers[amend_id] = answer


def _shrink(state: BookState, draft: Draft, order: BookOrder, command: "AmendCommand") -> None:
    """Take lots off an order in its place; what is held for the amend is not needed."""
    draft.touch(order)
    state.shrink(order, order.quantity_lots - command.get("quantity_lots", order.quantity_lots))
    if command["held_minor"]:
        draft.release(command["account_id"], command["command_id"])
    _tell(draft, command, order, moved_minor=0, keeps_priority=True)


def _come_anew(state: BookState, draft: Draft, order: BookOrder, command: "AmendCommand") -> None:
    """Let an order leave its queue and come in again with its new terms, if they are let in."""
    following = replacement(
        order,
        command.get("price_ticks", order.price_ticks),
        command.get("quantity_lots", order.quantity_lots),
    )
    # What the order holds once this record is settled, be it touched in it before or not.
    following.held_minor = need_of(state, order) + command["held_minor"]
    asked_minor = need_of(state, following)
    if command.get("slides"):
        slide(state, following)
        if following.key == order.key and following.quantity_lots <= order.quantity_lots:
            # It has slid to where it is.
            _shrink(state, draft, order, command)
            return
        asked_minor = min(asked_minor, need_of(state, following))
    rejection = None if state.is_plain else _not_open(state)
    post_only = command["post_only"]
    rejection = rejection or refusal_of(state, following, asked_minor, post_only=post_only)
    if rejection is not None:
        refuse(draft, command, rejection)
        return
    state.withdraw(order)
    draft.moves.append(order)
    draft.note(following, following.remaining_lots)
    _move_hold(state, draft, following, command)
    _tell(draft, command, following, moved_minor=command["held_minor"], keeps_priority=False)
    if not following.reduce_only or cap_coming(state, draft, following):
        work(state, draft, following)


def _move_hold(state: BookState, draft: Draft, order: BookOrder, command: "AmendCommand") -> None:
    """Move what is held for the amend into the order's hold."""
    held_minor, account_id = command["held_minor"], order.account_id
    if not held_minor:
        return
    market = state.market
    assert market is not None, "an order rests only in a listed market"
    currency = market.held_currency(is_buy=order.is_buy)
    draft.postings.append((account_id, command["command_id"], currency, -held_minor, 0))
    draft.postings.append((account_id, order.order_id, currency, held_minor, 0))


def _tell(
    draft: Draft,
    command: "AmendCommand",
    order: BookOrder,
    *,
    moved_minor: int,
    keeps_priority: bool,
) -> None:
    draft.events.append(
        {
            "type": "OrderAmended",
            "command_id": command["command_id"],
            "order_id": order.order_id,
            "account_id": order.account_id,
            "price_ticks": order.price_ticks,
            "quantity_lots": order.quantity_lots,
            "remaining_lots": order.total_lots,
            "moved_minor": moved_minor,
            "keeps_priority": keeps_priority,
        }
    )
    draft.answers[command["command_id"]] = _answer(command, DONE)


def _answer(command: "AmendCommand", status: str) -> dict[str, str]:
    return {
        "account_id": command["account_id"],
        "kind": KIND,
        "order_id": command["order_id"],
        "status": status,
    }


def _not_open(state: BookState) -> Rejection:
    detail = f"{state.symbol} is {state.trading_state}: an order only becomes smaller"
    return Rejection(RejectionCode.MATCHING_MARKET_NOT_OPEN, detail)


def _makes_sense(command: "AmendCommand") -> bool:
    changes = [command[name] for name in ("price_ticks", "quantity_lots") if name in command]
    return bool(changes) and min(changes) > 0 <= command["held_minor"]


def _senseless(command: "AmendCommand") -> Rejection:
    changes = {name: command.get(name) for name in ("price_ticks", "quantity_lots", "held_minor")}
    detail = f"an order is not amended to {changes}"
    return Rejection(RejectionCode.MATCHING_INVALID_COMMAND, detail)
