"""Accounts with many open orders: records tell changes, readers get states."""

from itertools import pairwise

import pytest

from tests.zerodesk.matching.builders import a_place
from zerodesk.accounts import Change, deposit, hold, open_account
from zerodesk.codec import state_hash
from zerodesk.deltas import HEAD_BYTES, WHOLE_EVERY
from zerodesk.orders import order_id_for
from zerodesk.reconciliation import AccountAudit
from zerodesk.verification import Record, Verifier
from zerodesk_aws import journal
from zerodesk_aws.accounts import Account, AccountJournal, Decide
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.items import Item
from zerodesk_aws.tables.journal import JournalItem

ORDERS = 60
STREAM = "account#alice"


@pytest.fixture
def accounts(journal_table: str) -> AccountJournal:
    """Return the accounts, alice with sixty open orders."""
    accounts = AccountJournal(journal_table)
    accounts.commit("alice", lambda account: open_account(account.state, "alice"))
    accounts.commit("alice", lambda account: deposit(account.state, "d-1", "USD", 10**12))
    for number in range(ORDERS):
        accounts.commit("alice", holding(number))
    return accounts


def holding(number: int) -> Decide:
    order_id = order_id_for("alice", str(number))

    def decide(account: Account) -> Change:
        return hold(account.state, a_place(order_id, price_ticks=100 + number), "USD")

    return decide


def bodies() -> list[tuple[int, bool]]:
    return [(r.sequence, "state" in r.body) for r in Journal("journal").read(STREAM)]


def test_most_records_tell_a_change_and_a_whole_state_is_never_far(
    accounts: AccountJournal,
) -> None:
    whole = [sequence for sequence, is_whole in bodies() if is_whole]
    assert len(whole) < ORDERS // 2
    assert all(later - sooner <= WHOLE_EVERY for sooner, later in pairwise(whole))
    assert bodies()[-1][0] - whole[-1] < WHOLE_EVERY


def test_a_reader_gets_the_state_that_the_writer_had(accounts: AccountJournal) -> None:
    last = accounts.commit("alice", holding(ORDERS))
    read = AccountJournal("journal").latest("alice")
    assert read == last
    assert len(read.state.holds) == ORDERS + 1


def test_every_record_leads_to_its_state(accounts: AccountJournal) -> None:
    for sequence in range(3, ORDERS + 3):
        at = accounts.at("alice", sequence)
        assert (at.sequence, len(at.state.holds)) == (sequence, sequence - 2)


def test_the_audits_follow_changes_as_they_follow_states(accounts: AccountJournal) -> None:
    audit, verifier = AccountAudit("alice"), Verifier(STREAM)
    for record in Journal("journal").read(STREAM):
        audit.apply(record.sequence, record.body)
        verifier.take(
            Record(
                record.stream,
                record.sequence,
                record.previous_hash,
                record.hash,
                record.epoch,
                record.code_version,
                record.recorded_at_ms,
                record.body,
            )
        )
    assert audit.findings.clean
    assert verifier.state_hash() == state_hash(accounts.latest("alice").state.to_dict())


def test_a_record_costs_its_change_and_not_the_account(accounts: AccountJournal) -> None:
    sizes = [len(item.body) for item in bound(JournalItem, "journal").query(STREAM)]
    changes = [size for size, (_, is_whole) in zip(sizes, bodies(), strict=True) if not is_whole]
    assert max(changes) < 1_024 - HEAD_BYTES < 2_048 < max(sizes)


def test_a_change_behind_another_record_than_it_was_made_for_is_not_believed(
    accounts: AccountJournal,
) -> None:
    number = ORDERS
    while any(is_whole for _, is_whole in bodies()[-2:]):
        accounts.commit("alice", holding(number := number + 1))
    before, _ = bodies()[-2]
    bound(JournalItem, "journal").get(STREAM, before).delete()
    with pytest.raises(JournalCorruptError, match="does not follow"):
        AccountJournal("journal").latest("alice")


def test_a_process_that_knows_an_account_reads_what_came_since(
    accounts: AccountJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = AccountJournal("journal")
    for number in range(ORDERS, ORDERS + 3):
        other.commit("alice", holding(number))
    read: list[int] = []
    verified = journal._verified

    def counted(item: Item) -> journal.JournalRecord:
        read.append(int(item["sequence"]["N"]))
        return verified(item)

    monkeypatch.setattr(journal, "_verified", counted)
    last = other.latest("alice")
    assert accounts.latest("alice") == last == AccountJournal("journal").latest("alice")
    own, caught_up = read[:1], read[1:4]
    assert own == [last.sequence]
    assert sorted(caught_up) == [last.sequence - 2, last.sequence - 1, last.sequence]


def test_a_record_behind_another_than_the_one_known_is_not_believed(
    accounts: AccountJournal,
) -> None:
    other = AccountJournal("journal")
    known = accounts.latest("alice")
    number = ORDERS
    while other.commit("alice", holding(number)).whole_at > known.sequence:
        known, number = accounts.latest("alice"), number + 1
    accounts._known["alice"] = known._replace(tip=known.tip._replace(hash="0" * 64))
    with pytest.raises(JournalCorruptError, match="not what it was"):
        accounts.latest("alice")


def test_the_account_that_was_not_seen_for_longest_is_forgotten(
    accounts: AccountJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerodesk_aws.accounts.MAX_KNOWN", 2)
    accounts.commit("bob", lambda account: open_account(account.state, "bob"))
    accounts.latest("alice")
    accounts.commit("carol", lambda account: open_account(account.state, "carol"))
    assert list(accounts._known) == ["alice", "carol"]
