"""Accounts on their journals: two writers never both decide on the same money."""

from collections.abc import Iterator
from functools import partial
from time import sleep
from typing import Any

import pytest

from tests.zerodesk.test_accounts import a_command
from zerodesk.accounts import AccountState, Change, deposit, hold, open_account
from zerodesk_aws.accounts import COMMIT_ATTEMPTS, Account, AccountJournal
from zerodesk_aws.at_once import at_once
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import EMPTY, Journal, JournalRecord


@pytest.fixture
def accounts(journal_table: str) -> AccountJournal:
    return AccountJournal(journal_table)


def opening(account: Account) -> Change:
    return open_account(account.state, account.account_id)


def paid_in(amount_minor: int, account: Account) -> Change:
    return deposit(account.state, f"d{amount_minor}", "USD", amount_minor)


def test_an_account_without_records_is_at_sequence_zero_and_not_open(
    accounts: AccountJournal,
) -> None:
    assert accounts.latest("alice").state == AccountState()
    assert accounts.latest("alice").sequence == 0


def test_a_commit_appends_one_record_with_the_whole_state(accounts: AccountJournal) -> None:
    accounts.commit("alice", opening)
    after = accounts.commit("alice", lambda a: deposit(a.state, "d1", "USD", 5))
    assert after.sequence == 2
    assert accounts.latest("alice") == after
    assert after.state.available_minor("USD") == 5


def test_nothing_is_appended_when_there_is_nothing_to_decide(accounts: AccountJournal) -> None:
    opened = accounts.commit("alice", opening)
    assert accounts.commit("alice", lambda _: None) == opened


def test_who_loses_the_race_decides_again_on_what_the_winner_wrote(
    accounts: AccountJournal,
) -> None:
    accounts.commit("alice", opening)
    seen: list[int] = []

    def decide(account: Account) -> Change:
        seen.append(account.sequence)
        if len(seen) == 1:
            accounts.commit("alice", lambda a: deposit(a.state, "other", "USD", 7))
        return deposit(account.state, "mine", "USD", 5)

    after = accounts.commit("alice", decide)
    assert seen == [1, 2]
    assert after.state.available_minor("USD") == 12


def test_the_first_lost_race_tells_the_winner_and_asks_for_no_read(
    accounts: AccountJournal, journal_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = AccountJournal(journal_table)
    other.commit("alice", opening)
    reads: list[str] = []
    read = Journal.backwards

    def counted(journal: Journal, stream: str, *args: Any, **asked: Any) -> Iterator[JournalRecord]:
        reads.append(stream)
        return read(journal, stream, *args, **asked)

    def decide(account: Account) -> Change:
        if account.sequence == 1:
            other.commit("alice", partial(paid_in, 7))
            reads.clear()
        return deposit(account.state, "mine", "USD", 5)

    monkeypatch.setattr(Journal, "backwards", counted)
    monkeypatch.setattr(Journal, "_hash_at", None)
    after = accounts.commit("alice", decide)
    assert (after.state.available_minor("USD"), reads) == (12, [])


def test_who_lost_to_another_order_pauses_and_reads_what_stands_then(
    accounts: AccountJournal, journal_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = AccountJournal(journal_table)
    accounts.commit("alice", opening)
    other.commit("alice", partial(paid_in, 100))
    pauses: list[float] = []

    def slept(seconds: float) -> None:
        pauses.append(seconds)
        other.commit("alice", partial(paid_in, 7))

    def decide(account: Account) -> Change:
        if account.sequence == 2:
            other.commit("alice", lambda one: hold(one.state, a_command(held_minor=40), "USD"))
        return deposit(account.state, "mine", "USD", 5)

    monkeypatch.setattr("zerodesk_aws.accounts.sleep", slept)
    after = accounts.commit("alice", decide)
    assert (after.state.available_minor("USD"), len(pauses)) == (100 - 40 + 7 + 5, 1)


def test_who_always_loses_gives_up_with_a_fault_that_is_worth_another_try(
    accounts: AccountJournal,
) -> None:
    others = iter(range(COMMIT_ATTEMPTS + 1))

    def decide(account: Account) -> Change:
        accounts.commit("alice", lambda a: deposit(a.state, f"d{next(others)}", "USD", 1))
        return deposit(account.state, "mine", "USD", 5)

    with pytest.raises(JournalContentionError):
        accounts.commit("alice", decide)
    assert accounts.latest("alice").state.available_minor("USD") == COMMIT_ATTEMPTS


def test_the_stream_replays_to_the_state_that_the_latest_record_holds(
    accounts: AccountJournal,
) -> None:
    accounts.commit("alice", opening)
    for amount_minor in (1, 2, 3):
        accounts.commit("alice", partial(paid_in, amount_minor))
    total_minor = sum(
        amount
        for record in accounts.read("alice")
        for account, _, amount in record.body["entries"]
        if account == "available"
    )
    assert total_minor == accounts.latest("alice").state.available_minor("USD") == 6


def test_threads_that_remember_accounts_beyond_the_bound_do_not_trip_over_one_another(
    accounts: AccountJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerodesk_aws.accounts.MAX_KNOWN", 2)
    monkeypatch.setattr(accounts, "_known", Unhurried())

    def seen(name: str) -> None:
        for number in range(20):
            account_id = f"{name}{number}"
            accounts._remembered(Account(account_id, EMPTY, AccountState()))

    at_once([partial(seen, name) for name in "abcdefgh"])
    assert len(accounts._known) == 2


class Unhurried(dict[str, Account]):
    """A dictionary with another thread at work whenever somebody has asked for its first key."""

    def __iter__(self) -> Iterator[str]:
        first = super().__iter__()
        sleep(0.001)
        return first
