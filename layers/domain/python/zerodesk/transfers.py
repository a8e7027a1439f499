"""Transfers between accounts: sent from one, received by the other, in transit in between.

Two accounts are two streams, and no commit spans them. So a transfer is two records, each balanced
against the ledger account ``transit``; the sender's comes first. Over all accounts, transit is what
was sent and has not arrived.
"""

from collections.abc import Mapping
from enum import StrEnum

from zerodesk.accounts import NOTHING_SAID, AccountState, Change, credited, paid_in, purse
from zerodesk.ledger import AVAILABLE, TRANSIT, LedgerError
from zerodesk.spending import NOTHING_SEEN, Seen, refusal, refuse


class TransferStatus(StrEnum):
    """Where a transfer stands; PENDING is before the receiver has it."""

    PENDING = "PENDING"
    SETTLED = "SETTLED"
    REJECTED = "REJECTED"


def send(
    state: AccountState,
    transfer_id: str,
    to_account_id: str,
    currency: str,
    amount_minor: int,
    said: Mapping[str, str] = NOTHING_SAID,
    seen: Seen = NOTHING_SEEN,
) -> Change:
    """Return the sender with an amount on its way, or refused when it is not covered.

    ``said`` is why, where that is to stand in the record; ``seen`` are the marks of what the sender
    has open: what is margin does not leave.

    Examples
    --------
    >>> change = send(AccountState(opened=True, available={"USD": 5}), "t", "bob", "USD", 3)
    >>> change.entries
    (('available', 'USD', -3), ('transit', 'USD', 3))
    """
    if transfer_id in state.answered or amount_minor <= 0:
        raise LedgerError(f"transfer {transfer_id} of {amount_minor} {currency}")
    rejection = refusal(state, currency, amount_minor, seen)
    if rejection is not None:
        return refuse(state, transfer_id, rejection, seen)
    cause = {"kind": "send", "transfer_id": transfer_id, "to_account_id": to_account_id}
    return Change(
        {**cause, **said, **seen.evidence(state)},
        ((AVAILABLE, currency, -amount_minor), (TRANSIT, currency, amount_minor)),
        state.replace(
            available=credited(state.available, currency, -amount_minor),
            answered=state.answered | {transfer_id: {"sent": amount_minor, "in": currency}},
        ),
    )


def receive(
    state: AccountState,
    receipt_id: str,
    *,
    transfer_id: str,
    from_account_id: str,
    currency: str,
    amount_minor: int,
    isolated: str = "",
) -> Change:
    """Return the receiver with what was sent to it.

    ``receipt_id`` is the receiver's own id of it: two senders may use the same transfer id. What is
    sent for an ``isolated`` position comes into its pot.
    """
    if receipt_id in state.answered or amount_minor <= 0:
        raise LedgerError(f"receipt {receipt_id} of {amount_minor} {currency}")
    return Change(
        {"kind": "receive", "transfer_id": transfer_id, "from_account_id": from_account_id},
        ((purse(state, isolated), currency, amount_minor), (TRANSIT, currency, -amount_minor)),
        state.replace(
            answered=state.answered | {receipt_id: {"received": amount_minor, "in": currency}},
            **paid_in(state, isolated, currency, amount_minor),
        ),
    )
