"""Corrections: a record is never changed, its entries are reversed by another that names it.

What can be reversed are the records by which the outside reached the account: a deposit that was
wrong, a posted withdrawal that came back. All others have their own way back (a cancel, a void, a
transfer back), for their counterpart stands in another stream.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from zerodesk.accounts import AccountState, Change, credited
from zerodesk.ledger import AVAILABLE, HELD, Entry
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.spending import not_covered

REVERSIBLE: Final = frozenset({"deposit", "post"})


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """The record that a reversal names, as it stands in the account's journal."""

    sequence: int
    hash: str
    kind: str
    entries: tuple[Entry, ...]


def reverse(
    state: AccountState, reversal_id: str, record: NamedRecord, answer: dict[str, Any]
) -> Change | Rejection:
    """Return the account with a record's entries reversed, or why they cannot be.

    Parameters
    ----------
    reversal_id
        Derived from the record's sequence: a record is reversed once.
    answer
        What is remembered of the reversal, its ``reason`` among it.

    Notes
    -----
    What the record took from a hold comes back to what is free: the hold is gone.

    Examples
    --------
    >>> rich = AccountState(opened=True, available={"USD": 7})
    >>> wrong = NamedRecord(2, "ab", "deposit", (("available", "USD", 5), ("external", "USD", -5)))
    >>> change = reverse(rich, "r", wrong, {"reason": "a typo"})
    >>> change.entries, change.state.available_minor("USD")
    ((('available', 'USD', -5), ('external', 'USD', 5)), 2)
    """
    if record.kind not in REVERSIBLE:
        kinds = " or ".join(sorted(REVERSIBLE))
        detail = f"record {record.sequence} is of kind {record.kind}, not {kinds}"
        return Rejection(RejectionCode.LEDGER_NOT_REVERSIBLE, detail)
    entries = tuple(
        (AVAILABLE if account == HELD else account, currency, -amount_minor)
        for account, currency, amount_minor in record.entries
    )
    available = state.available
    for account, currency, amount_minor in entries:
        if account == AVAILABLE:
            rejection = not_covered(state, currency, -amount_minor) if amount_minor < 0 else None
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
        },
        entries,
        replace(state, available=available, answered=state.answered | {reversal_id: answer}),
    )
