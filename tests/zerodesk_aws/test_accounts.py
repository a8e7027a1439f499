"""Accounts on their journals: two writers never both decide on the same money."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from zerodesk.accounts import AccountState, Change, deposit, open_account
from zerodesk_aws.accounts import COMMIT_ATTEMPTS, Account, AccountJournal
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import Journal, JournalRecord


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
