"""The journal: one writer per sequence, no doubt left open, no altered record believed."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from zerodesk.codec import GENESIS_HASH, encode_body
from zerodesk_aws.faults import JournalCorruptError, JournalUnavailableError, RecordTooLargeError
from zerodesk_aws.journal import EMPTY, Journal, SequenceTakenError
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.items import put_new
from zerodesk_aws.tables.journal import JournalItem

STREAM = "account#alice"


@pytest.fixture
def journal(journal_table: str) -> Journal:
    return Journal(journal_table)


def filled(journal: Journal, count: int) -> None:
    tip = EMPTY
    for number in range(count):
        tip = journal.append(STREAM, tip, {"number": number}, at_ms=number)


def tampered(**changes: Any) -> None:
    item = bound(JournalItem, "journal").get(STREAM, 2)
    item.update(actions=[getattr(JournalItem, name).set(v) for name, v in changes.items()])


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let puts through, or not, and in both cases lose the answers of the first ones."""

    def interrupt(*, written_first: bool, losses: int = 1) -> None:
        left = [None] * losses

        def put(*args: Any, **asked: Any) -> None:
            if not left:
                return put_new(*args, **asked)
            left.pop()
            if written_first:
                put_new(*args, **asked)
            raise ReadTimeoutError(endpoint_url="dynamodb")

        monkeypatch.setattr("zerodesk_aws.journal.put_new", put)

    return interrupt


def test_records_are_dense_from_one_and_chained_by_hash(journal: Journal) -> None:
    filled(journal, 3)
    records = list(journal.read(STREAM))
    assert [record.sequence for record in records] == [1, 2, 3]
    assert records[0].previous_hash == GENESIS_HASH
    assert [r.previous_hash for r in records[1:]] == [r.hash for r in records[:2]]
    assert [record.body["number"] for record in records] == [0, 1, 2]


def test_only_one_of_two_writers_gets_a_sequence(journal: Journal) -> None:
    journal.append(STREAM, EMPTY, {"who": "first"}, at_ms=1)
    with pytest.raises(SequenceTakenError) as lost:
        journal.append(STREAM, EMPTY, {"who": "second"}, at_ms=1)
    assert [record.body["who"] for record in journal.read(STREAM)] == ["first"]
    assert lost.value.standing == journal.latest(STREAM)


def test_a_lost_race_tells_no_altered_record(journal: Journal) -> None:
    filled(journal, 2)
    tampered(body=encode_body({"number": 99}))
    with pytest.raises(JournalCorruptError, match="record 2"):
        journal.append(STREAM, next(journal.read(STREAM)).tip, {"who": "second"}, at_ms=1)


def test_a_twin_that_wrote_the_same_record_counts_as_this_one(journal: Journal) -> None:
    first = journal.append(STREAM, EMPTY, {"who": "twin"}, at_ms=1)
    assert journal.append(STREAM, EMPTY, {"who": "twin"}, at_ms=1) == first
    assert len(list(journal.read(STREAM))) == 1


def test_a_timeout_after_the_commit_is_found_out_and_counts_as_committed(
    journal: Journal, interrupted: Callable[..., None]
) -> None:
    interrupted(written_first=True)
    tip = journal.append(STREAM, EMPTY, {"n": 1}, at_ms=1)
    assert [record.hash for record in journal.read(STREAM)] == [tip.hash]


def test_a_timeout_before_the_commit_is_tried_again(
    journal: Journal, interrupted: Callable[..., None]
) -> None:
    interrupted(written_first=False)
    tip = journal.append(STREAM, EMPTY, {"n": 1}, at_ms=1)
    assert [record.hash for record in journal.read(STREAM)] == [tip.hash]


def test_a_timeout_while_another_won_is_a_lost_race(
    journal: Journal, interrupted: Callable[..., None]
) -> None:
    journal.append(STREAM, EMPTY, {"who": "other"}, at_ms=1)
    interrupted(written_first=False)
    with pytest.raises(SequenceTakenError):
        journal.append(STREAM, EMPTY, {"who": "this"}, at_ms=1)


def test_a_journal_that_never_answers_is_a_fault_and_nothing_is_assumed(
    journal: Journal, interrupted: Callable[..., None]
) -> None:
    interrupted(written_first=False, losses=99)
    with pytest.raises(JournalUnavailableError):
        journal.append(STREAM, EMPTY, {"n": 1}, at_ms=1)


def test_a_record_too_large_for_an_item_is_refused_before_it_is_sent(journal: Journal) -> None:
    noise = Random(1).randbytes(400_000).hex()
    with pytest.raises(RecordTooLargeError, match="above"):
        journal.append(STREAM, EMPTY, {"noise": noise}, at_ms=1)


def test_an_altered_body_is_named_and_not_believed(journal: Journal) -> None:
    filled(journal, 3)
    tampered(body=encode_body({"number": 99}))
    with pytest.raises(JournalCorruptError, match="record 2"):
        list(journal.read(STREAM))


def test_a_body_that_cannot_be_read_at_all_is_named(journal: Journal) -> None:
    filled(journal, 3)
    tampered(body=b"not compressed")
    with pytest.raises(JournalCorruptError, match="record 2 is not readable"):
        list(journal.read(STREAM))


def test_a_record_that_lacks_part_of_its_head_is_named(journal: Journal) -> None:
    filled(journal, 3)
    item = bound(JournalItem, "journal").get(STREAM, 2)
    item.update(actions=[JournalItem.epoch.remove()])
    with pytest.raises(JournalCorruptError, match="record 2 is not readable"):
        list(journal.read(STREAM))


@pytest.mark.parametrize("limit", [None, 1, 2, 100, 101, 150, 201])
def test_records_are_read_page_by_page_up_to_a_limit(
    limit: int | None, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerodesk_aws.journal.PAGE_RECORDS", 2)
    filled(journal, 7)
    sequences = [record.sequence for record in journal.read(STREAM, 1, limit=limit)]
    assert sequences == [2, 3, 4, 5, 6, 7][:limit]
    newest = [record.sequence for record in journal.backwards(STREAM, 7, limit=limit or 9)]
    assert newest == [6, 5, 4, 3, 2, 1][:limit]


@pytest.mark.parametrize("changes", [{"epoch": 2}, {"code_version": "9"}, {"recorded_at_ms": 5}])
def test_an_altered_head_is_named_and_not_believed(
    journal: Journal, changes: dict[str, Any]
) -> None:
    filled(journal, 3)
    tampered(**changes)
    with pytest.raises(JournalCorruptError, match="record 2"):
        list(journal.read(STREAM))


def test_a_missing_record_breaks_the_chain(journal: Journal) -> None:
    filled(journal, 3)
    bound(JournalItem, "journal").get(STREAM, 2).delete()
    with pytest.raises(JournalCorruptError, match="3 does not follow"):
        list(journal.read(STREAM))


def test_latest_and_backwards_read_from_the_end(journal: Journal) -> None:
    assert journal.latest(STREAM) is None
    filled(journal, 5)
    latest = journal.latest(STREAM)
    assert latest is not None
    assert latest.sequence == 5
    assert [r.sequence for r in journal.backwards(STREAM, 4, limit=2)] == [3, 2]


def test_a_time_leads_to_the_last_record_until_then(journal: Journal) -> None:
    tip = EMPTY
    for at_ms in (10, 20, 20, 20, 50):
        tip = journal.append(STREAM, tip, {}, at_ms=at_ms)
    positions = {at_ms: journal.position_at(STREAM, at_ms) for at_ms in (9, 10, 19, 20, 49, 50, 99)}
    assert positions == {9: 0, 10: 1, 19: 1, 20: 4, 49: 4, 50: 5, 99: 5}
    assert journal.position_at("account#nobody", 99) == 0


def test_a_stream_is_unmoved_while_its_last_record_is_as_it_was_and_none_is_behind(
    journal: Journal,
) -> None:
    filled(journal, 2)
    other = "account#bob"
    tips = {STREAM: EMPTY, other: EMPTY}
    assert journal.unmoved(tips) == {other}
    tips = {name: record.tip for name in (STREAM,) if (record := journal.latest(name))}
    assert journal.unmoved({**tips, other: EMPTY}) == {STREAM, other}
    tampered(body=encode_body({"number": 7}))
    assert journal.unmoved(tips) == set()


def test_more_streams_than_one_read_asks_for_are_looked_at(journal: Journal) -> None:
    names = [f"account#{number}" for number in range(120)]
    tips = {name: journal.append(name, EMPTY, {}, at_ms=0) for name in names}
    journal.append(names[60], tips[names[60]], {}, at_ms=1)
    assert journal.unmoved(tips) == {*names} - {names[60]}
