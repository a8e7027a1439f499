"""What a book owes to an account, and the account settled with it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from zerodesk.accounts import AccountState, Change, Hold, purse
from zerodesk.ledger import HELD, Entry, LedgerError, Posting, clearing_account
from zerodesk.positions import FLAT, Position, with_fill, with_funding
from zerodesk.turnover import Days, with_turnover


class Due(NamedTuple):
    """What one record of a book owes to one account."""

    sequence: int
    postings: tuple[Posting, ...]
    releases: tuple[str, ...]
    fills: tuple[dict[str, Any], ...]
    amends: tuple[tuple[str, int], ...] = ()
    """(order, its whole quantity from then on)."""
    currency: str = ""
    traded: tuple[tuple[int, int], ...] = ()
    """(day, notional in the currency) of its trades, see ``zerodesk.turnover``."""
    fundings: tuple[dict[str, Any], ...] = ()


def settle(state: AccountState, symbol: str, upto: int, dues: Sequence[Due]) -> Change | None:
    """Return the account settled with a book up to record ``upto``, or None if it already is.

    Only records above the account's watermark count, so a repeat adds nothing.
    """
    watermark = state.watermarks.get(symbol, 0)
    fresh = [due for due in dues if watermark < due.sequence <= upto]
    if not fresh:
        return None
    pot, holds = state.isolated.get(symbol), dict(state.holds)
    free = dict(state.available) if pot is None else {pot.currency: pot.minor}
    paid = purse(state, symbol)
    moved: dict[tuple[str, str], int] = defaultdict(int)
    fills = [fill for due in fresh for fill in due.fills]
    fundings = [one for due in fresh for one in due.fundings]
    for due in fresh:
        _count_fills(due.fills, holds)
        _take_amends(due.amends, holds)
        for posting in due.postings:
            _apply_posting(posting, free, holds, moved, paid)
        for order_id in due.releases:
            _release(order_id, free, holds, moved, paid)
    if pot is None:
        paid_out: dict[str, Any] = {"available": free}
    else:
        left = pot._replace(minor=free[pot.currency])
        paid_out = {"isolated": state.isolated | {symbol: left}}
    after = state.replace(
        holds=holds,
        watermarks=state.watermarks | {symbol: upto},
        positions=_positions_after(state.positions, symbol, fills, fundings),
        turnover=_turnover_after(state.turnover, fresh),
        **paid_out,
    )
    cause = {
        "kind": "settle",
        "book": symbol,
        "from": watermark + 1,
        "to": upto,
        "fills": fills,
    }
    if fundings:
        cause["fundings"] = fundings
    return Change(cause, _settlement_entries(symbol, moved), after)


def _positions_after(
    positions: dict[str, Position],
    symbol: str,
    fills: Sequence[dict[str, Any]],
    fundings: Sequence[dict[str, Any]],
) -> dict[str, Position]:
    """Return positions after what settlement tells of one market: its fills, then its fundings."""
    if not fills and not fundings:
        return positions
    position = positions.get(symbol, FLAT)
    for fill in fills:
        position = with_fill(position, fill)
    for funding in fundings:
        position = with_funding(position, funding)
    return positions | {symbol: position}


def _turnover_after(turnover: dict[str, Days], dues: Sequence[Due]) -> dict[str, Days]:
    after = turnover
    for due in dues:
        if due.traded:
            days = with_turnover(after.get(due.currency, {}), due.traded)
            after = after | {due.currency: days}
    return after


def _count_fills(fills: Iterable[dict[str, Any]], holds: dict[str, Hold]) -> None:
    """Count what is filled of each order that is held for; its postings come after."""
    for fill in fills:
        held = holds.get(fill["order_id"])
        if held is not None:
            filled_lots = held.filled_lots + fill["quantity_lots"]
            holds[fill["order_id"]] = held._replace(filled_lots=filled_lots)


def _take_amends(amends: Iterable[tuple[str, int]], holds: dict[str, Hold]) -> None:
    """Keep the quantity that amends gave to orders that are held for."""
    for order_id, quantity_lots in amends:
        held = holds.get(order_id)
        if held is not None:
            holds[order_id] = held._replace(amended_lots=quantity_lots)


def _settlement_entries(symbol: str, moved: dict[tuple[str, str], int]) -> tuple[Entry, ...]:
    """Return what moved, and against it the book's clearing account."""
    entries: list[Entry] = [
        (account, currency, amount_minor)
        for (account, currency), amount_minor in sorted(moved.items())
        if amount_minor
    ]
    owed: dict[str, int] = defaultdict(int)
    for _, currency, amount_minor in entries:
        owed[currency] -= amount_minor
    clearing = clearing_account(symbol)
    entries += [(clearing, currency, minor) for currency, minor in sorted(owed.items()) if minor]
    return tuple(entries)


def _apply_posting(
    posting: Posting,
    free: dict[str, int],
    holds: dict[str, Hold],
    moved: dict[tuple[str, str], int],
    paid: str,
) -> None:
    """Take a posting; what it frees or takes of what is free is of the account's ``paid``."""
    _, order_id, currency, held_delta_minor, available_delta_minor = posting
    if held_delta_minor:
        held = holds.get(order_id)
        if held is None or held.currency != currency:
            raise LedgerError(f"posting for {order_id} in {currency}, hold: {held}")
        rest_minor = held.held_minor + held_delta_minor
        if rest_minor < 0:
            raise LedgerError(f"{order_id} holds {held.held_minor}, posting {held_delta_minor}")
        if rest_minor:
            holds[order_id] = held._replace(held_minor=rest_minor)
        else:
            del holds[order_id]
        moved[HELD, currency] += held_delta_minor
    if available_delta_minor:
        free[currency] = free.get(currency, 0) + available_delta_minor
        moved[paid, currency] += available_delta_minor


def _release(
    order_id: str,
    free: dict[str, int],
    holds: dict[str, Hold],
    moved: dict[tuple[str, str], int],
    paid: str,
) -> None:
    held = holds.pop(order_id, None)
    if held is None:
        return
    free[held.currency] = free.get(held.currency, 0) + held.held_minor
    moved[HELD, held.currency] -= held.held_minor
    moved[paid, held.currency] += held.held_minor
