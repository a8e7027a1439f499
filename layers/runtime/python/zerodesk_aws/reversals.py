"""Reversals on the journal: a record is reversed once, whoever asks how often.

Other requests begin with a gate item, which waits until its effect stands. A reversal begins with
its record: it may be refused today, for lack of money, and asked for again tomorrow, so nothing of
a refused one may be left that somebody could drive on. Its item comes after the record, and lets
the account forget.
"""

from collections.abc import Mapping
from typing import Any, Final

from zerodesk.accounts import AccountState, Change
from zerodesk.rejections import Rejection
from zerodesk.reversals import NamedRecord, reverse
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.funds_announcements import record_reversed
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import DONE, OrderItem, Orders

KIND: Final = "reversal"
PREFIX: Final = "reversal#"


def gate_id(sequence: int) -> str:
    """Return the id of the one reversal that a record of an account can have."""
    return f"{PREFIX}{sequence}"


def unshown(state: AccountState) -> dict[str, dict[str, Any]]:
    """Return the reversals that an account remembers, by id: their items may be missing."""
    return {key: answer for key, answer in state.answered.items() if key.startswith(PREFIX)}


class Reversals:
    """Reverses records of accounts."""

    def __init__(self, accounts: AccountJournal, orders: Orders, bus: Bus) -> None:
        self._accounts, self._orders, self._bus = accounts, orders, bus

    def reverse(
        self, account_id: str, record: NamedRecord, reason: str
    ) -> tuple[OrderItem, bool] | Rejection:
        """Reverse a record unless that has been done; return the item, and whether it is new."""
        gate = gate_id(record.sequence)
        rejection: Rejection | None = None
        is_new = False

        def decide(account: Account) -> Change | None:
            nonlocal rejection, is_new
            # The account first, then the item: an id leaves the account only after its item came.
            rejection, is_new = None, False
            if gate in account.state.answered:
                return None
            if self._orders.status(account_id, gate) is not None:
                return None
            answer = {
                "sequence": record.sequence,
                "reason": reason,
                "reversal_sequence": account.sequence + 1,
            }
            change = reverse(without_shown(account, self._orders), gate, record, answer)
            if isinstance(change, Rejection):
                rejection = change
                return None
            is_new = True
            return change

        account = self._accounts.commit(account_id, decide)
        if rejection is not None:
            return rejection
        answer = account.state.answered.get(gate)
        if answer is not None:
            self.show(account_id, gate, answer)
        item = self._orders.get(account_id, gate)
        assert item is not None, "what the account has forgotten has an item"
        return item, is_new

    def show(self, account_id: str, gate: str, answer: Mapping[str, Any]) -> None:
        """Tell the bus of a reversal and let its item show it, unless it does already."""
        item, _ = self._orders.open_gate(
            account_id,
            gate,
            kind=KIND,
            fingerprint=fingerprint({"reason": answer["reason"]}),
            request=dict(answer),
            at_ms=now_ms(),
        )
        if item.status != DONE:
            self._bus.publish([record_reversed(account_id, gate, answer)])
            self._orders.finish_gate(account_id, gate, answer["reversal_sequence"], now_ms())
