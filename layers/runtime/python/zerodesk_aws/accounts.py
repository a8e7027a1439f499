"""Accounts on their journals: read the latest, decide, append; again if another was first."""

from collections.abc import Callable, Iterator
from random import uniform
from threading import Lock
from typing import Final, NamedTuple

from zerodesk.accounts import AccountState, Change
from zerodesk.deltas import state_after, told_as_change
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.faults import JournalContentionError, JournalCorruptError
from zerodesk_aws.journal import EMPTY, Journal, JournalRecord, SequenceTakenError, Tip
from zerodesk_aws.streams import account_stream

COMMIT_ATTEMPTS: Final = 12
PAUSE_SECONDS_MAX: Final = 0.02
MAX_KNOWN: Final = 500
"""Accounts that a process remembers: of 200 open orders each, they take some 50 MB."""


class Account(NamedTuple):
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
    """The accounts of one journal table. Threads may use it, each for an account of its own."""

    def __init__(self, table_name: str) -> None:
        self._journal = Journal(table_name)
        self._known: dict[str, Account] = {}
        self._remembering = Lock()

    def latest(self, account_id: str) -> Account:
        """Return an account as it stands now, read strongly.

        A process that has seen the account reads of it no more than the latest record, and what
        came in between where that one tells a change.
        """
        record = self._journal.latest(account_stream(account_id))
        if record is None:
            return Account(account_id, EMPTY, AccountState())
        known = self._known.get(account_id)
        if known is not None and known.tip == record.tip:
            return self._remembered(known)
        return self._remembered(self._account(account_id, record, known))

    def _winner(self, account: Account, taken: SequenceTakenError, attempt: int) -> Account | None:
        """Return the account as the winner of a race left it, if that is what to decide on.

        Of the first race that is lost the refusal told it, as strongly as a read. Who lost to
        another order is one of many that come at once, where a put that loses is paid for like
        one that wins; that one, and who loses more races, waits and reads what stands then.
        """
        winner = taken.standing
        if attempt == 0 and winner is not None and winner.body["cause"].get("kind") != "hold":
            return self._remembered(self._account(account.account_id, winner, account))
        sleep(uniform(0, PAUSE_SECONDS_MAX * (attempt + 1)))  # noqa: S311 - spreads writers
        return None

    def _remembered(self, account: Account) -> Account:
        """Remember an account as the one seen last, and forget the one not seen for longest."""
        with self._remembering:
            self._known.pop(account.account_id, None)
            self._known[account.account_id] = account
            if len(self._known) > MAX_KNOWN:
                del self._known[next(iter(self._known))]
        return account

    def at(self, account_id: str, sequence: int) -> Account:
        """Return an account as it was after one of its records; before the first, empty."""
        if sequence == 0:
            return Account(account_id, EMPTY, AccountState())
        record = next(self._journal.read(account_stream(account_id), sequence - 1, limit=1))
        return self._account(account_id, record)

    def _account(
        self, account_id: str, record: JournalRecord, known: Account | None = None
    ) -> Account:
        """Return the account after a record.

        It is folded from the last record that says the state whole, or from the account as it was
        known before this record if that is nearer.
        """
        after, state = _whole_at(record) - 1, None
        if known is not None and after < known.sequence < record.sequence:
            after, state = known.sequence, known.state.to_dict()
        records = self._since(after, record)
        if state is not None and known is not None and records[0].previous_hash != known.tip.hash:
            raise JournalCorruptError(f"{record.stream}: {known.tip} is not what it was")
        for one in records:
            state = state_after(state, one.body)
        assert state is not None, "there is a record"
        after_it = AccountState.from_dict(state)
        if known is not None:
            # What was derived of it is made anew only where it is another by now.
            after_it = after_it.replace(derived=known.state.derived)
        return Account(
            account_id,
            record.tip,
            after_it,
            record.recorded_at_ms,
            _whole_at(record),
        )

    def _since(self, after_sequence: int, record: JournalRecord) -> list[JournalRecord]:
        """Return the records above a sequence up to one, and see that they lead there."""
        count = record.sequence - after_sequence - 1
        if not count:
            return [record]
        records = [*self._journal.read(record.stream, after_sequence, limit=count), record]
        if len(records) == 1 or records[-2].hash != record.previous_hash:
            raise JournalCorruptError(f"{record.stream}: {record.sequence} does not follow")
        return records

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
        standing: Account | None = None
        for attempt in range(COMMIT_ATTEMPTS):
            account = self.latest(account_id) if standing is None else standing
            change = decide(account)
            if change is None:
                return account
            # One machine's clock may lag behind another's; the records of an account do not.
            at_ms = max(now_ms(), account.recorded_at_ms)
            encoded = told_as_change(
                change.to_body(),
                account.state.to_dict,
                sequence=account.sequence + 1,
                whole_at=account.whole_at,
            )
            try:
                tip = self._journal.append(
                    account_stream(account_id), account.tip, encoded, at_ms=at_ms
                )
            except SequenceTakenError as taken:
                standing = self._winner(account, taken, attempt)
                continue
            whole_at = encoded.body.get("whole_at", tip.sequence)
            return self._remembered(Account(account_id, tip, change.state, at_ms, whole_at))
        raise JournalContentionError(f"account {account_id}: {COMMIT_ATTEMPTS} lost races")


def _whole_at(record: JournalRecord) -> int:
    """Return the last record up to this one that says the account's state whole."""
    return int(record.body.get("whole_at", record.sequence))
