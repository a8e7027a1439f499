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
    """An account as its latest record says; sequence 0 when it has none."""

    account_id: str
    tip: Tip
    state: AccountState

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
        return Account(account_id, record.tip, AccountState.from_dict(record.body["state"]))

    def backwards(
        self, account_id: str, before_sequence: int | None, *, limit: int
    ) -> Iterator[JournalRecord]:
        """Yield the account's records, the newest first."""
        return self._journal.backwards(account_stream(account_id), before_sequence, limit=limit)

    def read(self, account_id: str, after_sequence: int = 0) -> Iterator[JournalRecord]:
        """Yield the account's records above a sequence, in order, the chain checked."""
        return self._journal.read(account_stream(account_id), after_sequence)

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
            try:
                tip = self._journal.append(
                    account_stream(account_id), account.tip, change.to_body(), at_ms=now_ms()
                )
            except SequenceTakenError:
                sleep(uniform(0, PAUSE_SECONDS_MAX * attempt))  # noqa: S311 - spreads writers
                continue
            return Account(account_id, tip, change.state)
        raise JournalContentionError(f"account {account_id}: {COMMIT_ATTEMPTS} lost races")
