"""A register keeps each entry once, whoever writes at the same time."""

import random

import pytest

from zerodesk_aws import registers
from zerodesk_aws.faults import JournalContentionError, RegisterFullError
from zerodesk_aws.journal import Journal, SequenceTakenError
from zerodesk_aws.registers import ACCOUNTS, Register


@pytest.fixture
def register(journal_table: str) -> Register:
    return Register(Journal(journal_table), ACCOUNTS)


def records(register: Register) -> int:
    return len(list(register._journal.read(ACCOUNTS)))


def test_an_entry_is_added_once_and_stands(register: Register) -> None:
    assert register.add("alice", {"name": "Alice"}) == ({"name": "Alice"}, True)
    assert register.add("alice", {"name": "Mallory"}) == ({"name": "Alice"}, False)
    assert register.entries() == {"alice": {"name": "Alice"}}
    assert records(register) == 1


def test_an_entry_that_is_put_replaces_and_is_written_when_it_differs(register: Register) -> None:
    for account_id in ("alice", "bob", "bob"):
        register.put("partner.acme", {"account_id": account_id})
    assert register.get("partner.acme") == {"account_id": "bob"}
    assert records(register) == 2


def test_a_register_without_records_is_empty(register: Register) -> None:
    assert register.entries() == {}
    assert register.get("alice") is None


def test_who_loses_the_race_adds_to_what_the_winner_wrote(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = register._journal
    latest, other = journal.latest, Register(journal, ACCOUNTS)

    def late(stream: str) -> object:
        seen = latest(stream)
        monkeypatch.setattr(journal, "latest", latest)
        other.add("bob", {"name": "Bob"})
        return seen

    monkeypatch.setattr(journal, "latest", late)
    register.add("alice", {"name": "Alice"})
    assert set(register.entries()) == {"alice", "bob"}


def test_who_loses_every_race_says_so(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise SequenceTakenError

    monkeypatch.setattr(register._journal, "append", taken)
    monkeypatch.setattr(registers, "PAUSE_SECONDS_MAX", 0)
    with pytest.raises(JournalContentionError):
        register.add("alice", {})


def test_a_register_is_bounded(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "MAX_ENTRIES", 1)
    register.add("alice", {})
    with pytest.raises(RegisterFullError, match="holds 1 entries"):
        register.add("bob", {})
    assert register.add("alice", {}) == ({}, False)


def test_entries_that_do_not_fit_a_record_fill_a_register(register: Register) -> None:
    register.add("alice", {})
    noise = random.Random(1).randbytes(400_000).hex()
    with pytest.raises(RegisterFullError, match="holds 1 entries"):
        register.add("bob", {"name": noise})
    assert set(register.entries()) == {"alice"}
