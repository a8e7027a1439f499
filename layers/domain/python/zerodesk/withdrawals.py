"""Withdrawals, in two phases: what leaves is reserved first, then posted or void.

The money goes out by somebody else's hands, so the ledger cannot do it in one step. Reserved, it is
held and nobody else's; posted, it has left; void, it is free again.
"""

from typing import Final

from zerodesk.accounts import AccountState, Change, Reservation, credited
from zerodesk.ledger import AVAILABLE, EXTERNAL, HELD, LedgerError
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.spending import NOTHING_SEEN, Seen, beyond_margin, not_covered, refuse
from zerodesk.withdrawal_status import WithdrawalStatus

MAX_RESERVED: Final = 100
"""Reserved withdrawals per account: they travel in every record of it."""

BOUND_MS: Final = 72 * 60 * 60 * 1000
"""How long a withdrawal may stay reserved before it is void: over a weekend."""


def withdraw(
    state: AccountState,
    withdrawal_id: str,
    currency: str,
    amount_minor: int,
    *,
    at_ms: int,
    seen: Seen = NOTHING_SEEN,
) -> Change:
    """Return the account with a withdrawal reserved, or refused when it is not covered.

    ``seen`` are the marks of what the account has open: what is margin does not leave.

    Examples
    --------
    >>> rich = AccountState(opened=True, available={"USD": 100})
    >>> reserved = withdraw(rich, "w-1", "USD", 60, at_ms=0).state
    >>> reserved.available_minor("USD"), reserved.held_minor("USD")
    (40, 60)
    """
    if withdrawal_id in state.withdrawals or amount_minor <= 0:
        raise LedgerError(f"withdrawal {withdrawal_id} of {amount_minor} {currency}")
    rejection = (
        beyond_margin(state, currency, amount_minor, seen)
        or _too_many(state)
        or not_covered(state, currency, amount_minor)
    )
    if rejection is not None:
        return refuse(state, withdrawal_id, rejection, seen)
    reservation = Reservation(currency, amount_minor, at_ms)
    return Change(
        {"kind": "reserve", "withdrawal_id": withdrawal_id} | seen.evidence(state),
        ((AVAILABLE, currency, -amount_minor), (HELD, currency, amount_minor)),
        state.replace(
            available=credited(state.available, currency, -amount_minor),
            withdrawals=state.withdrawals | {withdrawal_id: reservation},
        ),
    )


def post(state: AccountState, withdrawal_id: str) -> Change:
    """Return the account with a reserved withdrawal gone to the outside."""
    reserved = state.withdrawals[withdrawal_id]
    currency, amount_minor = reserved.currency, reserved.held_minor
    return Change(
        {"kind": "post", "withdrawal_id": withdrawal_id},
        ((HELD, currency, -amount_minor), (EXTERNAL, currency, amount_minor)),
        _finished(state, withdrawal_id, WithdrawalStatus.POSTED),
    )


def void(state: AccountState, withdrawal_id: str, reason: str) -> Change:
    """Return the account with what was reserved for a withdrawal free again."""
    reserved = state.withdrawals[withdrawal_id]
    currency, amount_minor = reserved.currency, reserved.held_minor
    after = _finished(state, withdrawal_id, WithdrawalStatus.VOIDED)
    return Change(
        {"kind": "void", "withdrawal_id": withdrawal_id, "reason": reason},
        ((HELD, currency, -amount_minor), (AVAILABLE, currency, amount_minor)),
        after.replace(available=credited(state.available, currency, amount_minor)),
    )


def _finished(state: AccountState, withdrawal_id: str, status: WithdrawalStatus) -> AccountState:
    rest = {key: one for key, one in state.withdrawals.items() if key != withdrawal_id}
    answered = state.answered | {withdrawal_id: {"status": status.value}}
    return state.replace(withdrawals=rest, answered=answered)


def _too_many(state: AccountState) -> Rejection | None:
    if len(state.withdrawals) < MAX_RESERVED:
        return None
    return Rejection(
        RejectionCode.LEDGER_WITHDRAWAL_LIMIT,
        f"the account has {len(state.withdrawals)} reserved withdrawals of {MAX_RESERVED} allowed",
        have=str(len(state.withdrawals)),
        limit=str(MAX_RESERVED),
    )
