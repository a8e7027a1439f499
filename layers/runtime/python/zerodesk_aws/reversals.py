"""Reversals on the journal: a record is reversed once, whoever asks how often.

Other requests begin with a gate item, which waits until its effect stands. A reversal begins with
its record: it may be refused today, for lack of money, and asked for again tomorrow, so nothing of
a refused one may be left that somebody could drive on. Its item comes after the record, and lets
the account forget.

A transfer is reversed by the sender's record, on both sides: first its receiver gives back, who may
not have it, then its sender gets it. The receiver's answer says for whom it is and waits for its
item until the sender has it, so whatever died in between leaves something that a repeat or the
sweeper drives on.
"""

from collections.abc import Mapping
from typing import Any, Final

from zerodesk.accounts import AccountState, Change
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.reversals import RECEIVE, SEND, NamedRecord, reverse
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.funds_announcements import record_reversed
from zerodesk_aws.gates import seen, without_shown
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import DONE, OrderItem, Orders
from zerodesk_aws.transfers import Transfers, receipt_id

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

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders, self._bus = accounts, orders, bus
        self._markets = markets
        self._transfers = Transfers(accounts, orders, bus, markets)

    def reverse(
        self, account_id: str, record: NamedRecord, reason: str
    ) -> tuple[OrderItem, bool] | Rejection:
        """Reverse a record unless that has been done; return the item, and whether it is new."""
        if record.kind == RECEIVE:
            detail = f"record {record.sequence} is the receiver's of a transfer, not its sender's"
            return Rejection(RejectionCode.LEDGER_NOT_REVERSIBLE, detail)
        if record.kind != SEND:
            return self._reverse(account_id, record, {"reason": reason})
        receiver_id, receipt = self._receipt(account_id, record)
        sender = {"account_id": account_id, "sequence": record.sequence}
        outcome = self._reverse(receiver_id, receipt, {"reason": reason, "sender": sender})
        if isinstance(outcome, Rejection):
            return outcome
        item = self._orders.get(account_id, gate_id(record.sequence))
        assert item is not None, "the sender's item comes before the receiver's"
        return item, outcome[1]

    def _reverse(
        self, account_id: str, record: NamedRecord, told: Mapping[str, Any]
    ) -> tuple[OrderItem, bool] | Rejection:
        """Reverse one record of one account, and remember what is told until it is shown."""
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
                "reversal_sequence": account.sequence + 1,
                **told,
            }
            state = without_shown(account, self._orders)
            at_ms = max(now_ms(), account.recorded_at_ms)
            looked_at = seen(self._markets, state, at_ms)
            change = reverse(state, gate, record, answer, looked_at)
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
        """Take a reversal to its end: its other side, the bus, its item; unless that is done."""
        sender = answer.get("sender")
        if sender is not None:
            sent = self._named(sender["account_id"], sender["sequence"])
            self._reverse(sender["account_id"], sent, {"reason": answer["reason"]})
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

    def _named(self, account_id: str, sequence: int) -> NamedRecord:
        return named(next(self._accounts.read(account_id, sequence - 1, limit=1)))

    def _receipt(self, account_id: str, sent: NamedRecord) -> tuple[str, NamedRecord]:
        """Return the receiver of a transfer and its record, once that stands."""
        item = self._orders.get(account_id, sent.cause["transfer_id"])
        assert item is not None, "what is sent was asked for"
        self._transfers.drive(item)
        receiver_id = item.request["to_account_id"]
        receipt = self._orders.get(receiver_id, receipt_id(account_id, item.request["transfer_id"]))
        assert receipt is not None, "what has arrived has an item"
        # The item names a record at which it had arrived, mostly the very one.
        latest = receipt.account_sequence
        assert latest is not None, "what has arrived names its record"
        for record in self._accounts.backwards(receiver_id, latest + 1, limit=latest):
            cause = record.body["cause"]
            if cause["kind"] == RECEIVE and _transfer(cause) == (account_id, item.order_id):
                return receiver_id, named(record)
        raise AssertionError(f"{receiver_id} has no record of {item.order_id}")


def named(record: JournalRecord) -> NamedRecord:
    """Return a record as a reversal names it."""
    body = record.body
    entries = tuple((account, currency, minor) for account, currency, minor in body["entries"])
    return NamedRecord(record.sequence, record.hash, body["cause"], entries)


def _transfer(cause: Mapping[str, Any]) -> tuple[str, str]:
    return cause["from_account_id"], cause["transfer_id"]
