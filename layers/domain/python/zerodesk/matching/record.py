"""What a draft comes to: projections and postings, from what the orders were before.

Nothing here runs per fill. An order that was touched has its amounts before and after; the
difference is what it executed, paid and no longer needs held. Each record is checked in both
spaces: the postings sum to zero per currency, and no order went beyond its quantity, its price
or its hold.
"""

from typing import Any

from zerodesk.ledger import LedgerError, fee_account, open_account
from zerodesk.matching.draft import CANCELLED, EXPIRED, Draft
from zerodesk.matching.order import PARTIALLY_FILLED, BookOrder
from zerodesk.matching.state import BookState
from zerodesk.rows import FORMAT, Entry, projection


def record_body(state: BookState, draft: Draft) -> dict[str, Any]:
    """Return the record of a draft, with the holds of its orders brought up to date.

    It is as the journal keeps it, see ``zerodesk.rows``. One posting per touched order and
    currency: what leaves its hold, and what is free of it again or arrives. What remains held of
    an order that closes comes back in the same posting.

    Raises
    ------
    LedgerError
        The record would create or lose money, or execute more than was ordered and held.
    """
    if draft.touched or draft.made_tick_lots or draft.funded_minor:
        _post(state, draft)
    market = state.market
    return {
        "format": FORMAT,
        "symbol": state.symbol,
        "quote": market.quote if market is not None else "",
        "time_ms": state.time_ms,
        "commands": draft.commands,
        "events": draft.events,
        "postings": draft.postings,
        "releases": list(draft.releases),
        "orders": draft.answers,
        "continuing": state.is_unfinished(),
    }


def close(
    state: BookState,
    draft: Draft,
    order: BookOrder,
    outcome: str,
    command_id: str,
    is_due: bool = False,  # noqa: FBT001, FBT002 - a default by name would cost each cancel
) -> int:
    """Take a resting order out for good, and give back what is held of it; returns its lots.

    One that traded in this record is settled with its trades. The hold of any other is free at
    once, and taking that back takes no more than putting the order back. What follows it, or what
    it follows, ends with it, by the same command or because its time ``is_due``.
    """
    other = state.withdraw(order)
    draft.moves.append(order)
    if other is not None:
        end_with(state, draft, other, order, outcome, command_id, is_due=is_due)
    order.outcome = outcome
    remaining_lots = order.remaining_lots + order.hidden_lots
    if order.stamp == draft.stamp:
        return remaining_lots
    market = state.market
    assert market is not None, "an order rests only in a listed market"
    order_id, account_id, held_minor = order.order_id, order.account_id, order.held_minor
    currency = market.quote if order.is_buy or not state.delivered_minor else market.base
    draft.postings.append((account_id, order_id, currency, -held_minor, held_minor))
    answer = (
        account_id,
        outcome,
        order.quantity_lots - remaining_lots,
        remaining_lots,
        order.notional_minor,
        order.fee_minor,
        0,
    )
    draft.answers[order_id] = with_price(state, order, answer) if order.repriced else answer
    return remaining_lots


def end_with(
    state: BookState,
    draft: Draft,
    other: BookOrder,
    order: BookOrder,
    outcome: str,
    command_id: str,
    *,
    is_due: bool = False,
) -> None:
    """End the other one of a group with an order that ends, or has ended.

    It counts as a fill towards the bound of the record. Of what follows there may be nothing held
    so far: its hold is released whatever there is.
    """
    draft.fills += 1
    following = other if other.after else order
    draft.release(following.account_id, following.order_id)
    event: dict[str, Any] = {
        "type": "OrderCancelled" if outcome == CANCELLED else "OrderExpired",
        "command_id": command_id,
        "order_id": other.order_id,
        "account_id": other.account_id,
        "remaining_lots": other.total_lots,
        "ended_with": order.order_id,
    }
    if is_due:
        event |= {"expires_at_ms": order.expires_at_ms, "at_ms": state.time_ms}
    draft.events.append(event)
    close(state, draft, other, outcome, command_id)


def with_price(state: BookState, order: BookOrder, answer: Entry) -> Entry:
    """Return what is shown of an order whose price is another than it came with."""
    market = state.market
    assert market is not None, "an order is shown only of a listed market"
    return projection(answer, market.quote) | {"price_ticks": order.price_ticks}


def expire(draft: Draft, order: BookOrder) -> None:
    """End an order that does not rest."""
    draft.touch(order)
    order.outcome = EXPIRED
    draft.events.append(("OrderExpired", order.order_id, order.account_id, order.remaining_lots))


def expire_due(state: BookState, draft: Draft, command_id: str) -> bool:
    """Let the orders expire whose time has come; whether the record has room for the command.

    It is the record's time, never a machine's clock, and the earliest end comes first. Each counts
    as a fill towards the bound of the record; what does not fit is left to the next one, which the
    same command begins.
    """
    while draft.fills < draft.max_fills:
        order = state.due_order()
        if order is None:
            return True
        draft.fills += 1
        draft.events.append(
            {
                "type": "OrderExpired",
                "command_id": command_id,
                "order_id": order.order_id,
                "account_id": order.account_id,
                "remaining_lots": order.total_lots,
                "expires_at_ms": order.expires_at_ms,
                "at_ms": state.time_ms,
            }
        )
        close(state, draft, order, EXPIRED, command_id, is_due=True)
    return False


def _post(state: BookState, draft: Draft) -> None:
    """Post what orders, fundings and closed positions came to, for those and for the book's own."""
    postings, market = draft.postings, state.market
    assert market is not None, "money moves only in a listed market"
    _settle(state, draft, postings, draft.answers)
    fees_minor = state.fees_minor - draft.fees_before_minor
    if fees_minor:
        postings.append((fee_account(state.symbol), "", market.quote, 0, fees_minor))
    closed_minor = state.tick_value_minor * sum(draft.made_tick_lots.values())
    paid_minor = draft.funded_minor + closed_minor
    if paid_minor:
        postings.append((open_account(state.symbol), "", market.quote, 0, -paid_minor))
    _assert_balanced(postings, market.quote)


def _settle(  # noqa: C901, PLR0915 - the hot path, flat
    state: BookState, draft: Draft, postings: list[Any], orders: dict[str, Any]
) -> None:
    """Post what each touched order's hold gives up and what arrives for it, and show the order.

    Where nothing is delivered, what the order made by closing is paid in cash; of an option the
    premium is, by who buys to who sells. A loss may take more than the hold, as may the fee of a
    seller who got a better price: the rest is of what is free.
    """
    market = state.market
    assert market is not None, "an order is touched only in a listed market"
    base, quote = market.base, market.quote
    tick_value_minor, lot_value_minor = state.tick_value_minor, state.delivered_minor
    is_option = state.is_option
    made_tick_lots = dict(draft.made_tick_lots)
    for (
        order,
        lots_before,
        notional_before,
        fee_before,
        held_before,
        quantity_before,
        hidden_before,
    ) in draft.touched:
        order_id, account_id, is_buy = order.order_id, order.account_id, order.is_buy
        remaining_lots = order.remaining_lots + order.hidden_lots
        quantity_lots = order.quantity_lots
        notional_minor, fee_minor = order.notional_minor, order.fee_minor
        status = order.outcome
        held_minor = 0
        if status is None:
            held_minor = order.need_minor(
                remaining_lots, tick_value_minor, lot_value_minor, is_option
            )
            status = order.untraded if remaining_lots == quantity_lots else PARTIALLY_FILLED
        order.held_minor = held_minor
        filled_lots = quantity_lots - remaining_lots
        answer = (
            account_id,
            status,
            filled_lots,
            remaining_lots,
            notional_minor,
            fee_minor,
            held_minor,
        )
        orders[order_id] = with_price(state, order, answer) if order.repriced else answer
        leaves_minor = held_before - held_minor
        # What was taken off the quantity was not traded.
        executed_lots = filled_lots - (quantity_before - lots_before - hidden_before)
        notional_minor -= notional_before
        fee_minor -= fee_before
        base_minor = executed_lots * lot_value_minor
        limit_minor = executed_lots * order.price_ticks * tick_value_minor
        if not lot_value_minor:
            made_minor = made_tick_lots.pop(order_id, 0) * tick_value_minor
            if is_option:
                made_minor = -notional_minor if is_buy else notional_minor
            free_minor = leaves_minor - fee_minor + made_minor
            beyond_minor = notional_minor - limit_minor if is_buy else limit_minor - notional_minor
            if executed_lots < 0 or remaining_lots < 0 or beyond_minor > 0:
                raise _beyond(order, executed_lots, notional_minor, fee_minor, leaves_minor)
            # What came in twice in a record is told of where it was first, traded or not.
            if leaves_minor or executed_lots or made_minor:
                postings.append((account_id, order_id, quote, -leaves_minor, free_minor))
            continue
        if is_buy:
            held, arriving, arrives_minor = quote, base, base_minor
            free_minor = leaves_minor - notional_minor - fee_minor
            is_beyond = notional_minor > limit_minor
        else:
            held, arriving, arrives_minor = base, quote, notional_minor - fee_minor
            free_minor = leaves_minor - base_minor
            is_beyond = notional_minor < limit_minor
        # What follows takes what it needs of what its leading order got.
        if (executed_lots < 0 or remaining_lots < 0 or free_minor < 0 or is_beyond) and (
            executed_lots or not order.after
        ):
            raise _beyond(order, executed_lots, notional_minor, fee_minor, leaves_minor)
        if leaves_minor:
            postings.append((account_id, order_id, held, -leaves_minor, free_minor))
        if executed_lots:
            postings.append((account_id, order_id, arriving, 0, arrives_minor))


def _beyond(
    order: BookOrder, executed_lots: int, notional_minor: int, fee_minor: int, leaves_minor: int
) -> LedgerError:
    return LedgerError(
        f"order {order.order_id} of {order.quantity_lots} lots at {order.price_ticks} ticks would "
        f"execute {executed_lots} for {notional_minor} and {fee_minor} out of {leaves_minor} "
        f"held, leaving {order.total_lots} lots"
    )


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


def _assert_balanced(postings: list[Any], quote: str) -> None:
    """Refuse postings that create or lose money; the plain loop of ``zerodesk.ledger``'s rule."""
    quote_minor = base_minor = 0
    for _, _, currency, held_minor, available_minor in postings:
        if currency == quote:
            quote_minor += held_minor + available_minor
        else:
            base_minor += held_minor + available_minor
    if quote_minor or base_minor:
        raise LedgerError(f"postings do not sum to zero: {quote_minor} {quote}, {base_minor} base")
