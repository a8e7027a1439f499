"""An option ends: its orders are cancelled, then every position is paid its payoff and is gone.

Each position counts as a fill towards the bound of the record; what does not fit is paid in the
next ones, and nothing else enters the book until nothing is open. What writers pay, holders get:
lots sum to zero, and each is paid the same, so the book's own account ends where it began.
"""

from typing import TYPE_CHECKING, Any

from zerodesk.instruments import TradingState
from zerodesk.matching import auctions, clearing
from zerodesk.matching.draft import Draft
from zerodesk.matching.situations import Settling
from zerodesk.matching.state import BookState

if TYPE_CHECKING:
    from zerodesk.commands import SettleCommand

EXERCISED, ASSIGNED, EXPIRED = "EXERCISED", "ASSIGNED", "EXPIRED"


def settles(state: BookState, command: "SettleCommand") -> bool:
    """Whether an option is there that has expired by record time and is not settled."""
    market = state.market
    if market is None or market.option is None or state.trading_state == TradingState.DELISTED:
        return False
    return command["price_minor"] > 0 and state.time_ms >= market.option.expiry_ms


def settle(state: BookState, draft: Draft, command: "SettleCommand") -> None:
    """End an option at a price of its underlying, as far as this record goes."""
    market = state.market
    assert market is not None, "only a listed option ends"
    command_id, price_minor = command["command_id"], command["price_minor"]
    payoff_ticks = market.payoff_ticks(price_minor)
    to = TradingState.DELISTED.value
    change = auctions.Change(command_id, to, command["reason"], command["by"])
    auctions.change_state(state, draft, change, clears=True)
    draft.events.append(
        {
            "type": "OptionSettled",
            "command_id": command_id,
            "price_minor": price_minor,
            "payoff_ticks": payoff_ticks,
            "reason": command["reason"],
            "by": command["by"],
        }
    )
    state.clear_by(command_id)
    state.settle_by(Settling(command_id, payoff_ticks))
    clearing.go_on(state, draft)
    go_on(state, draft)


def go_on(state: BookState, draft: Draft) -> None:
    """Pay as many more positions as this record takes, in the order of their accounts."""
    settling, market = state.settling, state.market
    if settling is None or state.clearing:
        return
    assert market is not None, "only a listed option ends"
    room = max(0, draft.max_fills - draft.fills)
    for account_id in sorted(state.positions or {})[:room]:
        draft.fills += 1
        draft.events.append(pay(state, draft, account_id, settling))
        paid_minor = draft.events[-1]["paid_minor"]
        draft.postings.append((account_id, "", market.quote, 0, paid_minor))
    state.settle_by(settling)


def pay(state: BookState, draft: Draft, account_id: str, settling: Settling) -> dict[str, Any]:
    """Close a position at the payoff, and return the event that tells it.

    What the book's own account gives for it is posted with the record, as for what is closed of a
    perpetual.
    """
    assert state.positions is not None, "an option has positions"
    before, payoff_ticks = state.positions[account_id], settling.payoff_ticks
    lots = before.quantity_lots
    after, _ = before.traded(-lots, payoff_ticks)
    draft.positions_before.setdefault(account_id, before)
    state.keep_position(account_id, after)
    draft.made_tick_lots[f"{settling.command_id}#{account_id}"] = lots * payoff_ticks
    return {
        "type": "PositionSettled",
        "command_id": settling.command_id,
        "account_id": account_id,
        "outcome": outcome(lots, payoff_ticks),
        "quantity_lots": lots,
        "payoff_ticks": payoff_ticks,
        "paid_minor": lots * payoff_ticks * state.tick_value_minor,
        "at_ms": state.time_ms,
    }


def outcome(lots: int, payoff_ticks: int) -> str:
    """Return what became of a position: a holder's is exercised, a writer's assigned, or neither.

    Examples
    --------
    >>> outcome(3, 5), outcome(-3, 5), outcome(3, 0)
    ('EXERCISED', 'ASSIGNED', 'EXPIRED')
    """
    if not payoff_ticks:
        return EXPIRED
    return EXERCISED if lots > 0 else ASSIGNED
