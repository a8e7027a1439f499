"""Reversals: the request, before and after the protocol of zerodesk_aws.reversals."""

from typing import Final

from back_office.accounts import opened
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ProblemError, ended, refused
from zerodesk_aws.bus import Bus
from zerodesk_aws.contracts.accounts import MakeReversal, Reversal
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.reversals import Reversals, named
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.views.balances import balances_of, entries_view

RULE: Final = (
    "a deposit, a posted withdrawal or a transfer, by the sender's record; an order is cancelled, "
    "a withdrawal void"
)


class Corrections:
    """Corrects accounts, by reversing entries only."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts = accounts
        self._reversals = Reversals(accounts, orders, bus, markets)

    def make(self, account_id: str, asked: MakeReversal) -> tuple[Reversal, bool]:
        """Reverse a record, once; return the reversal, and whether it is new.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such account or record. INTAKE_BAD_VALUE: a record of another hash.
            LEDGER_NOT_REVERSIBLE. RISK_*, LEDGER_INSUFFICIENT_BALANCE: nothing is left behind, it
            may be asked for again. INTAKE_IDEMPOTENCY_CONFLICT: reversed for another reason.
        """
        record = self._record(account_id, asked)
        outcome = self._reversals.reverse(account_id, named(record), asked.reason)
        if isinstance(outcome, Rejection):
            raise _refusal(asked.sequence, outcome)
        item, is_new = outcome
        if item.fingerprint != fingerprint({"reason": asked.reason}):
            raise refused(
                ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
                "reason",
                asked.reason,
                f"the reason for which it was reversed: {item.request['reason']}",
            )
        if is_new:
            count("RecordsReversed")
            logger.info("record reversed", account_id=account_id, sequence=record.sequence)
        reversal_sequence = item.request["reversal_sequence"]
        return self._view(account_id, record, reversal_sequence), is_new

    def _record(self, account_id: str, asked: MakeReversal) -> JournalRecord:
        if asked.sequence > opened(self._accounts, account_id).sequence:
            raise ended(ProblemCode.NOT_FOUND, "The account has no record of this sequence.")
        record = next(self._accounts.read(account_id, asked.sequence - 1, limit=1))
        if asked.hash not in (None, record.hash):
            rule = f"the hash of record {asked.sequence}"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "hash", asked.hash, rule)
        return record

    def _view(self, account_id: str, record: JournalRecord, reversal_sequence: int) -> Reversal:
        reversal = next(self._accounts.read(account_id, reversal_sequence - 1, limit=1))
        return Reversal(
            account_id=account_id,
            sequence=record.sequence,
            hash=record.hash,
            reason=reversal.body["cause"]["reason"],
            reversal_sequence=reversal_sequence,
            entries=entries_view(reversal.body["entries"]),
            balances=balances_of(self._accounts.latest(account_id).state),
        )


def _refusal(sequence: int, rejection: Rejection) -> ProblemError:
    code = ProblemCode(rejection.code)
    if rejection.code is RejectionCode.LEDGER_NOT_REVERSIBLE:
        return refused(code, "sequence", str(sequence), RULE)
    return refused(code, "sequence", str(sequence), f"covered: {rejection.detail}")
