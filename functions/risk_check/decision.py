"""One order against one account: the pure part of risk_check."""

from typing import TYPE_CHECKING, Any, cast

from risk_check.surroundings import Surroundings
from zerodesk.accounts import Change, reject
from zerodesk.orders import SPECIAL_TERMS, OrderStatus, Side
from zerodesk.pricing.order_quote import Quote
from zerodesk.rejections import Rejection
from zerodesk.risk import Case, admit, admit_group
from zerodesk_aws.accounts import Account, Decide
from zerodesk_aws.clock import now_ms
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import Orders

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand


def quantity_lots(order: dict[str, Any], quote: Quote) -> int:
    """Return an order's quantity; of one that names an amount, the most that it may trade."""
    lots: int = order["quantity_lots"] if quote.most_lots is None else quote.most_lots
    return lots


def place_command(order: dict[str, Any], quote: Quote) -> "PlaceCommand":
    """Return the order as it goes to the book: priced once, its hold and its fees fixed."""
    command: PlaceCommand = {
        "kind": "place",
        "command_id": order["order_id"],
        "account_id": order["account_id"],
        "symbol": order["symbol"],
        "side": order["side"],
        "type": order["type"],
        "price_ticks": quote.worst_price_ticks,
        "quantity_lots": quantity_lots(order, quote),
        "time_in_force": order["time_in_force"],
        "post_only": order["post_only"],
        "maker_bps": quote.maker_bps,
        "taker_bps": quote.taker_bps,
        "held_minor": quote.need_minor,
        "accepted_at_ms": order["accepted_at_ms"],
    }
    special = {name: order[name] for name in (SPECIAL_TERMS - {"then"}) & order.keys()}
    if quote.stop_limit_ticks is not None:
        special["stop_limit_ticks"] = quote.stop_limit_ticks
    return cast("PlaceCommand", command | special)


def deciding(
    order: dict[str, Any], quoted: dict[str, Any], orders: Orders, surroundings: Surroundings
) -> Decide:
    """Return what is decided on the account at each try.

    The account is read first, then the order's item, both strongly: an order that has been
    answered, held or refused is never decided a second time.
    """

    def decide(account: Account) -> Change | None:
        order_id, state = order["order_id"], account.state
        status = orders.status(order["account_id"], order_id)
        if status != OrderStatus.QUEUED or order_id in state.holds or order_id in state.answered:
            return None
        state = without_shown(account, orders)
        if quoted["verdict"] == "REFUSED":
            return reject(state, order_id, Rejection.from_dict(quoted["rejection"]))
        quote = Quote.from_dict(quoted["quote"])
        case = surroundings.case(
            state,
            order["symbol"],
            Side(order["side"]),
            quantity_lots(order, quote),
            quote,
            max(now_ms(), account.recorded_at_ms),
            reduce_only=order.get("reduce_only", False),
        )
        if "then" in order:
            return admit_both(case, order, quoted)
        return admit(case, place_command(order, quote))

    return decide


def admit_both(case: Case, order: dict[str, Any], quoted: dict[str, Any]) -> Change:
    """Decide an order and the one that follows it, in the same surroundings."""
    then, quote = order["then"], Quote.from_dict(quoted["then"])
    behind = case._replace(
        side=Side(then["side"]),
        quantity_lots=then["quantity_lots"],
        quote=quote,
        reduce_only=then.get("reduce_only", False),
    )
    command = place_command(order, case.quote) | {"then": place_command(then, quote)}
    group = cast("PlaceCommand", command)
    return admit_group(case, behind, group, quoted["gets_minor"])
