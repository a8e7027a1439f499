"""What a record comes to adds up: its postings, its trades and what it shows of its orders."""

from collections import defaultdict
from typing import Any

from zerodesk.ledger import assert_postings_balanced, fee_account, open_account
from zerodesk.matching.errors import MismatchError
from zerodesk.matching.folded_orders import OrdersFold


def take_projections(fold: OrdersFold) -> None:
    """Take over what a record shows of each order, once all of it is found to add up.

    Raises
    ------
    LedgerError
        Its postings create or lose money.
    MismatchError
        They say something else than its events.
    """
    _project(fold, _held_deltas(fold))


def _held_deltas(fold: OrdersFold) -> dict[str, int]:
    """Return the change of each order's hold that the postings tell, after balancing them."""
    postings = fold.body["postings"]
    assert_postings_balanced(postings)
    _compare_moved(fold, postings)
    deltas: dict[str, int] = defaultdict(int)
    for _, order_id, _, held_minor, _ in postings:
        deltas[order_id] += held_minor
    for amend_id, moved_minor in fold.moved_minor.items():
        if deltas.pop(amend_id, 0) != -moved_minor:
            raise MismatchError(f"the hold of {amend_id} does not give up {moved_minor}")
    return deltas


def _compare_moved(fold: OrdersFold, postings: list[list[Any]]) -> None:
    """Compare what is posted without an order with the fees, what was closed, and the rest."""
    moved: dict[str, int] = defaultdict(int)
    for account_id, order_id, _, _, available_minor in postings:
        if not order_id:
            moved[account_id] += available_minor
    fees_minor = moved.pop(fee_account(fold.state.symbol), 0)
    paid_minor = -moved.pop(open_account(fold.state.symbol), 0)
    if fees_minor != fold.fees_minor:
        raise MismatchError(f"fees of {fees_minor} posted, trades say {fold.fees_minor}")
    fold.state.fees_minor += fees_minor
    made_minor = fold.state.tick_value_minor * sum(fold.draft.made_tick_lots.values())
    made_minor += fold.draft.funded_minor
    if paid_minor != made_minor:
        raise MismatchError(f"{paid_minor} paid for what was closed, trades made {made_minor}")
    said, found = _nonzero(moved), _nonzero(fold.past_orders_minor)
    if said != found:
        raise MismatchError(f"{found} of no order is posted as {said}")


def _project(fold: OrdersFold, held_deltas: dict[str, int]) -> None:
    """Take over what the projections say of each order, as it stands after the record.

    An order that shows its lots in slices was several in turn; it held what the first did.
    """
    orders = {touch[0].order_id: touch[0] for touch in fold.draft.touched}
    held_before = {touch[0].order_id: touch[4] for touch in reversed(fold.draft.touched)}
    for order in orders.values():
        if order.hidden_lots and not order.remaining_lots:
            raise MismatchError(f"order {order.order_id} hides lots and shows none")
        projected = fold.body["orders"][order.order_id]
        order.held_minor = projected["held_minor"]
        order.notional_minor = projected["filled_notional_minor"]
        order.fee_minor = projected["fee_minor"]
        if (
            projected["status"] != order.status
            or projected["remaining_lots"] != order.total_lots
            or projected["filled_lots"] != order.quantity_lots - order.total_lots
        ):
            raise MismatchError(f"{projected} of order {order.order_id}, events say otherwise")
        if projected.get("price_ticks", order.price_ticks) != order.price_ticks:
            raise MismatchError(f"{projected} of order {order.order_id}, which has another price")
        if order.held_minor < 0 or (order.outcome is not None and order.held_minor):
            raise MismatchError(f"order {order.order_id} is {order.status} with {projected}")
        moved_minor = order.held_minor - held_before[order.order_id]
        if held_deltas.pop(order.order_id, 0) != moved_minor:
            raise MismatchError(f"the hold of {order.order_id} moves otherwise than its postings")
    if any(held_deltas.values()):
        raise MismatchError(f"postings move the holds of {sorted(held_deltas)}")


def _nonzero(amounts: dict[str, int]) -> dict[str, int]:
    return {name: minor for name, minor in amounts.items() if minor}
