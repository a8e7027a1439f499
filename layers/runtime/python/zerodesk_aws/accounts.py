"""Accounts on their journals: read the latest, decide, append; again if another was first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import uniform
from typing import Final

from zerodesk.accounts import AccountState, Change
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import EMPTY, Journal, JournalRecord, SequenceTakenError, Tip

COMMIT_ATTEMPTS: Final = 12
PAUSE_SECONDS_MAX: Final = 0.02


def account_stream(account_id: str) -> str:
    """Return the name of an account's stream."""
    return f"account#{account_id}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as one of its records says, mostly the latest; sequence 0 when it has none."""

    account_id: str
    tip: Tip
    state: AccountState
    recorded_at_ms: int = 0

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
        return _account(account_id, record)

    def at(self, account_id: str, sequence: int) -> Account:
        """Return an account as it was after one of its records; before the first, empty."""
        if sequence == 0:
            return Account(account_id, EMPTY, AccountState())
        record = next(self._journal.read(account_stream(account_id), sequence - 1, limit=1))
        return _account(account_id, record)

    def backwards(
        self, account_id: str, before_sequence: int | None, *, limit: int
    ) -> Iterator[JournalRecord]:
        """Yield the account's records, the newest first."""
        return self._journal.backwards(account_stream(account_id), before_sequence, limit=limit)

    def read(
        self, account_id: str, after_sequence: int = 0, *, limit: int | None = None
    ) -> Iterator[JournalRecord]:
        """Yield the account's records above a sequence, in order, the chain checked."""
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
            try:
                tip = self._journal.append(
                    account_stream(account_id), account.tip, change.to_body(), at_ms=at_ms
                )
            except SequenceTakenError:
                sleep(uniform(0, PAUSE_SECONDS_MAX * attempt))  # noqa: S311 - spreads writers
                continue
            return Account(account_id, tip, change.state, at_ms)
        raise JournalContentionError(f"account {account_id}: {COMMIT_ATTEMPTS} lost races")


def _account(account_id: str, record: JournalRecord) -> Account:
    state = AccountState.from_dict(record.body["state"])
    return Account(account_id, record.tip, state, record.recorded_at_ms)
