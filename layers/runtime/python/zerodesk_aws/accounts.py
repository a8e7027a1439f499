"""Accounts on their journals: read the latest, decide, append; again if another was first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import uniform
from typing import Any, Final

from zerodesk.accounts import AccountState, Change
from zerodesk.deltas import state_after, told_as_change
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.faults import JournalContentionError, JournalCorruptError
from zerodesk_aws.journal import EMPTY, Journal, JournalRecord, SequenceTakenError, Tip

COMMIT_ATTEMPTS: Final = 12
PAUSE_SECONDS_MAX: Final = 0.02


def account_stream(account_id: str) -> str:
    """Return the name of an account's stream."""
    return f"account#{account_id}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as one of its records says, mostly the latest; sequence 0 when it has none.

    ``whole_at`` is the last record that says the state whole (``zerodesk.deltas``).
    """

    account_id: str
    tip: Tip
    state: AccountState
    recorded_at_ms: int = 0
    whole_at: int = 0

    @property
    def sequence(self) -> int:
        """The sequence of the latest record."""
        return self.tip.sequence


Decide = Callable[[Account], Change | None]
"""Called anew at every try with the account as it stands; None means that nothing is to do."""


class AccountJournal:
    """The accounts of one journal table."""

    def __init__(self, table_name: str) -> None:
        self._journal = Journal(table_name)

    def latest(self, account_id: str) -> Account:
        """Return an account as it stands now, read strongly."""
        record = self._journal.latest(account_stream(account_id))
        if record is None:
            return Account(account_id, EMPTY, AccountState())
        return self._account(account_id, record)

    def at(self, account_id: str, sequence: int) -> Account:
        """Return an account as it was after one of its records; before the first, empty."""
        if sequence == 0:
            return Account(account_id, EMPTY, AccountState())
        record = next(self._journal.read(account_stream(account_id), sequence - 1, limit=1))
        return self._account(account_id, record)

    def _account(self, account_id: str, record: JournalRecord) -> Account:
        """Return the account after a record, from the last one that says the state whole."""
        whole_at = record.body.get("whole_at", record.sequence)
        state: dict[str, Any] | None = None
        for standing in self._since(whole_at, record):
            state = state_after(state, standing.body)
        return Account(
            account_id,
            record.tip,
            AccountState.from_dict(state_after(state, record.body)),
            record.recorded_at_ms,
            whole_at,
        )

    def _since(self, whole_at: int, record: JournalRecord) -> Iterator[JournalRecord]:
        """Yield the records from one to the one before another, and see that they lead there."""
        count = record.sequence - whole_at
        if not count:
            return
        before: JournalRecord | None = None
        for before in self._journal.read(record.stream, whole_at - 1, limit=count):
            yield before
        if before is None or before.hash != record.previous_hash:
            raise JournalCorruptError(f"{record.stream}: {record.sequence} does not follow")

    def backwards(
        self, account_id: str, before_sequence: int | None, *, limit: int
    ) -> Iterator[JournalRecord]:
        """Yield the account's records, the newest first; their states may be told as changes."""
        return self._journal.backwards(account_stream(account_id), before_sequence, limit=limit)

    def read(
        self, account_id: str, after_sequence: int = 0, *, limit: int | None = None
    ) -> Iterator[JournalRecord]:
        """Yield the account's records above a sequence, in order, the chain checked.

        Their states may be told as changes.
        """
        return self._journal.read(account_stream(account_id), after_sequence, limit=limit)

    def commit(self, account_id: str, decide: Decide) -> Account:
        """Append what ``decide`` makes of the account, and return the account after it.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        """
        for attempt in range(COMMIT_ATTEMPTS):
            account = self.latest(account_id)
            change = decide(account)
            if change is None:
                return account
            # One machine's clock may lag behind another's; the records of an account do not.
            at_ms = max(now_ms(), account.recorded_at_ms)
            body = told_as_change(
                change.to_body(),
                account.state.to_dict(),
                sequence=account.sequence + 1,
                whole_at=account.whole_at,
            )
            try:
                tip = self._journal.append(
                    account_stream(account_id), account.tip, body, at_ms=at_ms
                )
            except SequenceTakenError:
                sleep(uniform(0, PAUSE_SECONDS_MAX * attempt))  # noqa: S311 - spreads writers
                continue
            whole_at = body.get("whole_at", tip.sequence)
            return Account(account_id, tip, change.state, at_ms, whole_at)
        raise JournalContentionError(f"account {account_id}: {COMMIT_ATTEMPTS} lost races")
