"""Deleveraging: a position is taken over by those on the other side, at a price, past the queue.

Nobody buys what an account below its maintenance must sell, so those who won by its loss close as
much. The book decides on what is open when the command comes: an account gives up no more than it
has, nobody's position turns, and a repeat finds nothing left. No order is filled and no fee paid,
and the price is not the market's: it triggers nothing. What closing made is paid at once, as ever;
an option is paid for, by who buys it back to who gives it up.
"""

from typing import TYPE_CHECKING, Any

from zerodesk.instruments import TradingState
from zerodesk.ledger import LedgerError
from zerodesk.matching.control import INVALID, STALE_INDEX, refuse
from zerodesk.matching.draft import Draft
from zerodesk.matching.order import BUY, SELL
from zerodesk.matching.positions import NOTHING
from zerodesk.matching.reducing import cap_resting
from zerodesk.matching.state import BookState
from zerodesk.orders import MAX_OTHERS

if TYPE_CHECKING:
    from zerodesk.commands import DeleverageCommand


def deleverage(state: BookState, draft: Draft, command: "DeleverageCommand") -> None:
    """Let others take a position over, each as far as it is on the other side."""
    command_id, account_id = command["command_id"], command["account_id"]
    price_ticks, others = command["price_ticks"], command["others"]
    is_open = state.trading_state == TradingState.OPEN
    if state.positions is None or not is_open or price_ticks <= 0 or len(others) > MAX_OTHERS:
        refuse(draft, command, INVALID, f"{account_id} of {state.symbol} at {price_ticks} ticks")
        return
    marked_at_ms, until_ms = _marked_at_ms(state), command["marked_until_ms"]
    if marked_at_ms > until_ms:
        detail = f"decided for marks until {until_ms}, that of {marked_at_ms} is known"
        refuse(draft, command, STALE_INDEX, detail)
        return
    held_lots = _lots(state, account_id)
    taken = _taken(state, held_lots, others)
    moved_lots = sum(lots for _, lots in taken)
    if not moved_lots:
        refuse(draft, command, INVALID, f"{account_id} has nothing that these could take over")
        return
    draft.events.append(
        {
            "type": "PositionsDeleveraged",
            "command_id": command_id,
            "account_id": account_id,
            "side": SELL if held_lots > 0 else BUY,
            "price_ticks": price_ticks,
            "quantity_lots": moved_lots,
            "taken": [[party, lots] for party, lots in taken],
            "executed_at_ms": state.time_ms,
        }
    )
    assert state.market is not None, "what has positions is listed"
    for party, lots in ((account_id, -moved_lots), *taken):
        signed_lots = lots if held_lots > 0 else -lots
        gets_minor = take(state, draft, command_id, party, signed_lots, price_ticks)
        draft.postings.append((party, "", state.market.quote, 0, gets_minor))
    draft.fills += len(taken)
    cap_resting(state, draft, [account_id, *(party for party, _ in taken)], command_id)


def _marked_at_ms(state: BookState) -> int:
    """Return of when the latest mark is that the book may know of.

    An option is marked by its surface, of which its book knows nothing: there it is record time.
    """
    if state.is_option:
        return state.time_ms
    mark = state.mark()
    assert mark is not None, "what has positions is listed"
    at_ms: int = mark["at_ms"]
    return at_ms


def _taken(state: BookState, held_lots: int, others: list[list[Any]]) -> list[tuple[str, int]]:
    """Return what each gives up of those that are on the other side, until all is taken over."""
    taken: list[tuple[str, int]] = []
    left_lots = abs(held_lots)
    for other_id, most_lots in others:
        other_lots = _lots(state, other_id)
        lots = min(left_lots, most_lots, abs(other_lots)) if held_lots * other_lots < 0 else 0
        if lots > 0:
            taken.append((other_id, lots))
            left_lots -= lots
    return taken


def take(
    state: BookState, draft: Draft, command_id: str, account_id: str, lots: int, price_ticks: int
) -> int:
    """Take lots into an account's position; return what it is paid, minor units.

    That is what closing made; of an option it is the price of what is given up, negative of what
    is bought back.

    Raises
    ------
    LedgerError
        The account would open something by it.
    """
    assert state.positions is not None, "what is delivered has no position here"
    before = state.positions.get(account_id, NOTHING)
    if before.quantity_lots * lots >= 0 or abs(lots) > abs(before.quantity_lots):
        raise LedgerError(f"{account_id} has {before.quantity_lots} lots and would take {lots}")
    after, made_tick_lots = before.traded(lots, price_ticks)
    draft.positions_before.setdefault(account_id, before)
    state.keep_position(account_id, after)
    paid_tick_lots = -lots * price_ticks if state.is_option else made_tick_lots
    # Beside what orders made, of which none has such an id.
    draft.made_tick_lots[f"{command_id}#{account_id}"] = paid_tick_lots
    return paid_tick_lots * state.tick_value_minor


def _lots(state: BookState, account_id: str) -> int:
    assert state.positions is not None, "what is delivered has no position here"
    return state.positions.get(account_id, NOTHING).quantity_lots
