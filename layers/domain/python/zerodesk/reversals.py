"""Corrections: a record is never changed, its entries are reversed by another that names it.

What can be reversed are the records by which the outside reached the account, a deposit that was
wrong, a posted withdrawal that came back; and both sides of a transfer, each by a record of its own
account. All others have their own way back (a cancel, a void), for their counterpart stands in a
book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from zerodesk.accounts import AccountState, Change, credited
from zerodesk.ledger import AVAILABLE, Entry, is_own
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.spending import NOTHING_SEEN, Seen, refusal

SEND: Final = "send"
RECEIVE: Final = "receive"
REVERSIBLE: Final = frozenset({"deposit", "post", SEND, RECEIVE})
OF_A_TRANSFER: Final = ("transfer_id", "from_account_id", "to_account_id")
"""What a record of a transfer says of it and of its other side, and its reversal again."""


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """The record that a reversal names, as it stands in the account's journal."""

    sequence: int
    hash: str
    cause: Mapping[str, Any]
    entries: tuple[Entry, ...]

    @property
    def kind(self) -> str:
        """What the record did."""
        kind: str = self.cause["kind"]
        return kind

    @property
    def transfer(self) -> dict[str, str]:
        """The transfer that it is a side of; empty for any other record."""
        return {name: self.cause[name] for name in OF_A_TRANSFER if name in self.cause}


def reverse(
    state: AccountState,
    reversal_id: str,
    record: NamedRecord,
    answer: dict[str, Any],
    seen: Seen = NOTHING_SEEN,
) -> Change | Rejection:
    """Return the account with a record's entries reversed, or why they cannot be.

    Parameters
    ----------
    reversal_id
        Derived from the record's sequence: a record is reversed once.
    answer
        What is remembered of the reversal, its ``reason`` among it.
    seen
        The marks of what the account has open: what is margin does not leave.

    Notes
    -----
    What the record took from a hold comes back to what is free: the hold is gone. What it brought
    into a pot is taken of what is free, too: the pot may be gone.

    Examples
    --------
    >>> rich = AccountState(opened=True, available={"USD": 7})
    >>> entries = (("available", "USD", 5), ("external", "USD", -5))
    >>> wrong = NamedRecord(2, "ab", {"kind": "deposit"}, entries)
    >>> change = reverse(rich, "r", wrong, {"reason": "a typo"})
    >>> change.entries, change.state.available_minor("USD")
    ((('available', 'USD', -5), ('external', 'USD', 5)), 2)
    """
    if record.kind not in REVERSIBLE:
        kinds = " or ".join(sorted(REVERSIBLE))
        detail = f"record {record.sequence} is of kind {record.kind}, not {kinds}"
        return Rejection(RejectionCode.LEDGER_NOT_REVERSIBLE, detail)
    entries = tuple(
        (AVAILABLE if is_own(account) else account, currency, -amount_minor)
        for account, currency, amount_minor in record.entries
    )
    available = state.available
    for account, currency, amount_minor in entries:
        if account == AVAILABLE:
            takes = amount_minor < 0
            rejection = refusal(state, currency, -amount_minor, seen) if takes else None
            if rejection is not None:
                return rejection
            available = credited(available, currency, amount_minor)
    return Change(
        {
            "kind": "reverse",
            "record": record.sequence,
            "hash": record.hash,
            "of_kind": record.kind,
            "reason": answer["reason"],
            **record.transfer,
            **seen.evidence(state),
        },
        entries,
        state.replace(available=available, answered=state.answered | {reversal_id: answer}),
    )
