"""What a draft comes to: projections and postings, from what the orders were before.

Nothing here runs per fill. An order that was touched has its amounts before and after; the
difference is what it executed, paid and no longer needs held. Each record is checked in both
spaces: the postings sum to zero per currency, and no order went beyond its quantity, its price
or its hold.
"""

from typing import Any

from zerodesk.ledger import LedgerError, fee_account
from zerodesk.matching.draft import Draft, Touch
from zerodesk.matching.order import BookOrder, need_minor
from zerodesk.matching.state import BookState


def record_body(state: BookState, draft: Draft) -> dict[str, Any]:
    """Return the record of a draft, with the holds of its orders brought up to date.

    One posting per touched order and currency: what leaves its hold, and what is free of it
    again or arrives. What remains held of an order that closes comes back in the same posting.

    Raises
    ------
    LedgerError
        The record would create or lose money, or execute more than was ordered and held.
    """
    orders = dict(draft.answers)
    postings: list[list[Any]] = []
    market = state.market
    if draft.touched:
        assert market is not None, "an order is touched only in a listed market"
        for touch in draft.touched:
            order = touch[0]
            _settle(state, market.base, market.quote, touch, postings)
            orders[order.order_id] = _projection(order, market.quote)
        fees_minor = state.fees_minor - draft.fees_before_minor
        if fees_minor:
            postings.append([fee_account(state.symbol), "", market.quote, 0, fees_minor])
        _assert_balanced(postings, market.quote)
    return {
        "time_ms": state.time_ms,
        "commands": draft.commands,
        "events": draft.events,
        "postings": postings,
        "releases": [list(row) for row in draft.releases],
        "orders": orders,
        "continuing": state.continuing is not None,
    }


def _settle(
    state: BookState, base: str, quote: str, touch: Touch, postings: list[list[Any]]
) -> None:
    """Post what one order's hold gives up and what arrives for it."""
    order, lots_before, notional_before, fee_before, held_before = touch
    order_id, account_id, remaining_lots = order.order_id, order.account_id, order.remaining_lots
    executed_lots = lots_before - remaining_lots
    base_minor = executed_lots * state.lot_value_minor
    notional_minor = order.notional_minor - notional_before
    fee_minor = order.fee_minor - fee_before
    limit_minor = executed_lots * order.price_ticks * state.tick_value_minor
    held_minor = 0
    if order.outcome is None:
        held_minor = need_minor(order, state.tick_value_minor, state.lot_value_minor)
    order.held_minor = held_minor
    leaves_minor = held_before - held_minor
    if order.is_buy:
        held_currency, arrives_currency, arrives_minor = quote, base, base_minor
        free_minor = leaves_minor - notional_minor - fee_minor
        within_limit = notional_minor <= limit_minor
    else:
        held_currency, arrives_currency, arrives_minor = base, quote, notional_minor - fee_minor
        free_minor = leaves_minor - base_minor
        within_limit = notional_minor >= limit_minor
    if not (executed_lots >= 0 <= remaining_lots and free_minor >= 0 and within_limit):
        raise LedgerError(
            f"order {order_id} of {order.quantity_lots} lots at {order.price_ticks} ticks would "
            f"execute {executed_lots} for {notional_minor} and {fee_minor} out of {leaves_minor} "
            f"held, leaving {remaining_lots} lots"
        )
    if leaves_minor:
        postings.append([account_id, order_id, held_currency, -leaves_minor, free_minor])
    if arrives_minor:
        postings.append([account_id, order_id, arrives_currency, 0, arrives_minor])


def _projection(order: BookOrder, fee_currency: str) -> dict[str, Any]:
    return {
        "account_id": order.account_id,
        "status": order.status,
        "filled_lots": order.quantity_lots - order.remaining_lots,
        "remaining_lots": order.remaining_lots,
        "filled_notional_minor": order.notional_minor,
        "fee_minor": order.fee_minor,
        "fee_currency": fee_currency,
        "held_minor": order.held_minor,
    }


def unfilled(
    state: BookState, account_id: str, status: str, *, remaining_lots: int | None
) -> dict[str, Any]:
    """Return the projection of an order that the book refused, or that it has never seen."""
    return {
        "account_id": account_id,
        "status": status,
        "filled_lots": 0,
        "remaining_lots": remaining_lots,
        "filled_notional_minor": 0,
        "fee_minor": 0,
        "fee_currency": state.market.quote if state.market is not None else "",
        "held_minor": 0,
    }


def _assert_balanced(postings: list[list[Any]], quote: str) -> None:
    """Refuse postings that create or lose money; the plain loop of ``zerodesk.ledger``'s rule."""
    quote_minor = base_minor = 0
    for _, _, currency, held_minor, available_minor in postings:
        if currency == quote:
            quote_minor += held_minor + available_minor
        else:
            base_minor += held_minor + available_minor
    if quote_minor or base_minor:
        raise LedgerError(f"postings do not sum to zero: {quote_minor} {quote}, {base_minor} base")
