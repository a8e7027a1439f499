"""A cold book begins at its newest true snapshot, and comes to what the fold from zero does."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import boto3
import pytest

from tests.zerodesk.matching.streams import MARKET, a_stream
from zerodesk.codec import state_hash
from zerodesk.matching import Book
from zerodesk.snapshots import is_anchor, take
from zerodesk_aws.books import Books
from zerodesk_aws.journal import EMPTY, Journal
from zerodesk_aws.recovery import Recovery
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.snapshots import SnapshotItem

STREAM = book_stream(MARKET.symbol)
EVERY = 10


@pytest.fixture
def journal(journal_table: str) -> Journal:
    return Journal(journal_table)


@pytest.fixture
def snapshots(aws: None) -> Snapshots:
    bound(SnapshotItem, "snapshots").create_table(billing_mode="PAY_PER_REQUEST")
    return Snapshots("snapshots", "snapshots")


@pytest.fixture
def live(journal: Journal, snapshots: Snapshots) -> Book:
    """A book of 35 records or more, with snapshots where records vouch for one: 10, 20 and 30."""
    book, tip = Book(MARKET.symbol, anchor_every=EVERY), EMPTY
    for command in a_stream(seed=3, length=80):
        decision = book.decide([command])
        if decision is not None and decision.record is not None:
            tip = journal.append(STREAM, tip, decision.record, at_ms=book.time_ms)
            if book.sequence % EVERY == 0 and book.sequence <= 30:
                snapshots.keep(take(book, tip.hash))
    assert book.sequence > 35
    return book


class Counting(Journal):
    """Counts the records that it reads."""

    records = 0

    def read(self, *args: Any, **options: Any) -> Iterator[Any]:
        for record in super().read(*args, **options):
            self.records += 1
            yield record


def started_at(journal: Journal, snapshots: Snapshots, upto: int | None = None) -> int:
    return Recovery(journal, snapshots).start(MARKET.symbol, upto=upto).book.sequence


def spoil(sequence: int, **changes: Any) -> None:
    item = bound(SnapshotItem, "snapshots").get(STREAM, sequence)
    item.update(actions=[getattr(SnapshotItem, name).set(v) for name, v in changes.items()])


def test_a_cold_book_reads_no_more_than_what_came_after_its_snapshot(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    books = Books("journal", snapshots)
    counting = Counting("journal")
    books.journal, books._recovery = counting, Recovery(counting, snapshots)
    cold = books.current(MARKET.symbol)
    assert state_hash(cold.book.state()) == state_hash(live.state())
    # The record behind which it stands and the anchor, then the anchor again and the rest.
    assert counting.records == 2 + live.sequence - 30


def test_every_snapshot_and_none_lead_to_the_same_state(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    ends = set()
    for upto in (9, 10, 20, 35):
        start = Recovery(journal, snapshots).start(MARKET.symbol, upto=upto)
        assert start.book.sequence == upto // EVERY * EVERY
        for record in journal.read(STREAM, start.book.sequence):
            start.book.apply(record.body)
            start.tip = record.tip
        ends.add((start.tip, state_hash(start.book.state())))
    [(_, reached)] = ends
    assert reached == state_hash(live.state())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"data": b"noise"}, "not readable"),
        ({"format": 0}, "format 0"),
        ({"record_hash": "c" * 64}, "not in place"),
        ({"state_hash": "c" * 64}, "do not hash"),
    ],
)
def test_a_spoilt_snapshot_is_named_and_the_one_before_is_used(
    journal: Journal,
    snapshots: Snapshots,
    live: Book,
    changes: dict[str, Any],
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(30, **changes)
    assert started_at(journal, snapshots) == 20
    [told] = caplog.records
    assert told.message == "snapshot refused"
    assert (told.__dict__["stream"], told.__dict__["sequence"]) == (STREAM, 30)
    assert fault in told.__dict__["fault"]


def test_a_lying_snapshot_is_refused_though_its_own_hashes_agree(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    at_30 = next(iter(journal.read(STREAM, 29, limit=1)))
    lie = Book.from_state(live.state() | {"sequence": 30})
    snapshots.keep(take(lie, at_30.hash))
    assert started_at(journal, snapshots) == 20


def test_when_every_snapshot_is_spoilt_the_fold_begins_at_zero(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    for sequence in (10, 20, 30):
        spoil(sequence, data=b"noise")
    assert started_at(journal, snapshots) == 0
    cold = Books("journal", snapshots).current(MARKET.symbol)
    assert cold.book.state() == live.state()


def test_a_snapshot_ahead_of_the_journal_is_refused(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    snapshots.keep(take(live, "c" * 64))
    assert started_at(journal, snapshots) == 30


def with_a_bucket() -> Any:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="snapshots")
    return s3


def test_a_large_snapshot_is_an_object_and_leads_to_the_same_book(
    journal: Journal, snapshots: Snapshots, live: Book
) -> None:
    s3 = with_a_bucket()
    [newest] = snapshots.newest_first(STREAM, limit=1)
    small_items = Snapshots("snapshots", "snapshots", max_item_bytes=100)
    small_items.keep(newest)
    [item] = bound(SnapshotItem, "snapshots").query(STREAM, SnapshotItem.sequence == 30)
    assert not item.data
    [kept] = s3.list_objects_v2(Bucket="snapshots")["Contents"]
    assert kept["Key"] == item.object_key == f"snapshots/{STREAM}/30/{newest.state_hash}"
    assert list(small_items.newest_first(STREAM, limit=1)) == [newest]
    assert started_at(journal, snapshots) == 30


@pytest.mark.parametrize("body", [None, b"", b"noise"])
def test_a_large_snapshot_that_is_gone_or_spoilt_is_refused(
    journal: Journal, snapshots: Snapshots, live: Book, body: bytes | None
) -> None:
    s3 = with_a_bucket()
    [newest] = snapshots.newest_first(STREAM, limit=1)
    Snapshots("snapshots", "snapshots", max_item_bytes=100).keep(newest)
    [kept] = s3.list_objects_v2(Bucket="snapshots")["Contents"]
    if body is None:
        s3.delete_object(Bucket="snapshots", Key=kept["Key"])
    else:
        s3.put_object(Bucket="snapshots", Key=kept["Key"], Body=body)
    assert started_at(journal, snapshots) == 20


def test_a_book_without_snapshots_begins_at_zero(journal: Journal, snapshots: Snapshots) -> None:
    assert started_at(journal, snapshots) == 0
    assert Books("journal").current(MARKET.symbol).book.sequence == 0


def test_anchors_stand_where_they_are_due(journal: Journal, live: Book) -> None:
    anchors = [r.sequence for r in journal.read(STREAM) if is_anchor(r.body)]
    assert anchors[0] == EVERY + 1
    assert {later - sooner for sooner, later in pairwise(anchors)} == {EVERY}
