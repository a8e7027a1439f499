"""The steps by which an account is liquidated, each a record of it."""

from typing import Any

from zerodesk.accounts import LIQUIDATE, AccountState, Change, set_aside, set_terms
from zerodesk.commands import PlaceCommand
from zerodesk.kills import Kill
from zerodesk.ledger import LedgerError
from zerodesk.liquidations import Liquidation


def _liquidated(
    state: AccountState, isolated: str | None, liquidation: Liquidation | None
) -> AccountState:
    """Return the account with how far a liquidation has come: of one isolated position, or not."""
    if isolated is None:
        return state.replace(liquidation=liquidation)
    pot = state.isolated[isolated]._replace(liquidation=liquidation)
    return state.replace(isolated=state.isolated | {isolated: pot})


def _liquidate(isolated: str | None, step: str) -> dict[str, Any]:
    """Return the cause of a step; that of an isolated position says of which market."""
    cause = {"kind": LIQUIDATE, "step": step}
    return cause if isolated is None else cause | {"isolated": isolated}


def begin_liquidation(
    state: AccountState, number: int, evidence: dict[str, Any], isolated: str | None = None
) -> Change:
    """Return the account stopped from new orders, for the venue to reduce what it has open.

    ``evidence`` is what decided it, with the time, ``at_ms``. Of an ``isolated`` position it is
    that market alone that is stopped and reduced, here and in all that follows.
    """
    under_way = state.liquidations().get(isolated)
    if under_way is not None:
        raise LedgerError(f"liquidation {under_way.number} is under way")
    begun = Liquidation(number, evidence["at_ms"])
    return Change(_liquidate(isolated, "BEGIN") | evidence, (), _liquidated(state, isolated, begun))


def end_liquidation(
    state: AccountState, evidence: dict[str, Any], isolated: str | None = None
) -> Change:
    """Return the account as its own again."""
    ended = state.liquidations()[isolated]
    cause = _liquidate(isolated, "END") | {"number": ended.number}
    return Change(cause | evidence, (), _liquidated(state, isolated, None))


def deleverage(
    state: AccountState,
    liquidation: Liquidation,
    command_id: str,
    evidence: dict[str, Any],
    isolated: str | None = None,
) -> Change:
    """Return the account with a step on record by which others take over from it; nothing moves."""
    step = {"number": liquidation.number, "command_id": command_id}
    cause = _liquidate(isolated, "DELEVERAGE") | step | evidence
    return Change(cause, (), _liquidated(state, isolated, liquidation))


def ask_insurance(
    state: AccountState,
    liquidation: Liquidation,
    transfer_id: str,
    evidence: dict[str, Any],
    isolated: str | None = None,
) -> Change:
    """Return the account with a step on record by which the insurance fund pays what it owes.

    Nothing moves: the fund's record sends the money, and one of this account receives it.
    """
    step = {"number": liquidation.number, "transfer_id": transfer_id}
    cause = _liquidate(isolated, "INSURE") | step | evidence
    return Change(cause, (), _liquidated(state, isolated, liquidation))


def spare(state: AccountState, by: Kill | None, *, author: str, reason: str) -> Change:
    """Return the account spared from liquidation by an operator's word, or as all others again.

    One that is under way ends with it, in the same record; what it has in a book still may fill.
    """
    changed = set_terms(state, state.terms._replace(spared=by), author=author, reason=reason)
    isolated = {s: pot._replace(liquidation=None) for s, pot in state.isolated.items()}
    after = changed.state.replace(liquidation=None, isolated=isolated)
    return Change(changed.cause, changed.entries, after)


def reduce_by_order(
    state: AccountState,
    liquidation: Liquidation,
    command: PlaceCommand,
    currency: str,
    evidence: dict[str, Any],
    isolated: str | None = None,
) -> Change:
    """Return the account with what an order needs held that the venue places to reduce it.

    That is its fee, and the premium where it buys an option back. It may be more than there is.

    Parameters
    ----------
    liquidation
        As it stands with this step taken.
    """
    entries, after = set_aside(_liquidated(state, isolated, liquidation), command, currency)
    step = {"number": liquidation.number, "order_id": command["command_id"]}
    return Change(_liquidate(isolated, "REDUCE") | step | evidence, entries, after)
