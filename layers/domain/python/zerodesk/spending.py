"""What an account may spend other than by an order: by a withdrawal, by a transfer.

A request that is not covered is refused on record, as an order is: whoever was told no, stays
refused, also when a late repeat finds the account richer.
"""

from dataclasses import replace
from typing import Final

from zerodesk.accounts import AccountState, Change
from zerodesk.money import format_minor
from zerodesk.rejections import Rejection, RejectionCode

REJECTED: Final = "REJECTED"
"""The status of a request that was refused."""


def not_covered(state: AccountState, currency: str, amount_minor: int) -> Rejection | None:
    """Return why an amount may not be spent, or None when what is free covers it.

    While an account has a position or an order in a derivative, what is free may be its margin, and
    nothing of it leaves: no mark is asked here.

    Examples
    --------
    >>> not_covered(AccountState(available={"USD": 2_000_000}), "USD", 3_000_000).detail
    'needs 3 USD, 2 is available'
    """
    derivatives = sorted(state.derivatives())
    if derivatives:
        return Rejection(
            RejectionCode.LEDGER_DERIVATIVES_OPEN,
            f"what is free may be the margin of {', '.join(derivatives)}",
        )
    have_minor = state.available_minor(currency)
    if amount_minor <= have_minor:
        return None
    have, need = format_minor(have_minor, currency), format_minor(amount_minor, currency)
    return Rejection(
        RejectionCode.LEDGER_INSUFFICIENT_BALANCE,
        f"needs {need} {currency}, {have} is available",
        have=have,
        need=need,
    )


def refuse(state: AccountState, request_id: str, rejection: Rejection) -> Change:
    """Return the account with the refusal of a request on record; nothing moves."""
    refused = {"status": REJECTED, "rejection": rejection.to_dict()}
    return Change(
        {"kind": "refuse", "request_id": request_id, "rejection": rejection.to_dict()},
        (),
        replace(state, answered=state.answered | {request_id: refused}),
    )
