"""A snapshot is the fold or it is refused; a book that comes from one goes on as the live one."""

import hashlib
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell, record_of
from tests.zerodesk.matching.streams import MARKET, Run, streams
from zerodesk.codec import canonical_json, compressed, state_hash
from zerodesk.matching import Book, JournalCorruptError
from zerodesk.snapshots import BY_NAMES, FORMAT, Snapshot, SnapshotRefusedError, restore, take

HASH = "a" * 64


def a_snapshot() -> tuple[Snapshot, dict[str, Any]]:
    """A snapshot of a book in which two orders rest, and the anchor that vouches for it."""
    book = a_book(a_buy("o1", 5, 99), a_sell("o2", 5, 100))
    return take(book, HASH), {"state_digest": book.digest()}


def by_names(book: Book) -> Snapshot:
    """A snapshot as older code took it."""
    text = canonical_json(book.state())
    digest = hashlib.sha256(text).hexdigest()
    return Snapshot(book.stream, book.sequence, HASH, digest, BY_NAMES, compressed(text))


def told(snapshot: Snapshot, text: bytes) -> Snapshot:
    """A snapshot that says another text, with its hash in order."""
    digest = hashlib.sha256(text).hexdigest()
    return snapshot._replace(data=zlib.compress(text), state_hash=digest)


@given(streams(), st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(1, 4))
@settings(max_examples=60)
def test_a_book_from_a_snapshot_decides_as_the_live_one(
    commands: list[Any], cuts: list[int], max_fills: int
) -> None:
    half = len(commands) // 2
    live = Run.of(commands)
    live.take(commands[:half], cuts, max_fills)
    snapshot = take(live.book, HASH)
    anchor = {"state_digest": live.book.digest()}
    restored = Run(restore(snapshot, record_hash=HASH, anchor=anchor))
    assert restored.book.state() == live.book.state()
    older = restore(by_names(live.book), record_hash=HASH, anchor=anchor)
    assert older.state() == live.book.state()
    assert older.text() == restored.book.text() == live.book.text()
    live.records.clear()
    live.take(commands[half:], cuts, max_fills)
    restored.take(commands[half:], cuts, max_fills)
    assert restored.records == live.records
    assert restored.book.state() == live.book.state()


def test_a_snapshot_of_another_format_is_refused() -> None:
    snapshot, anchor = a_snapshot()
    older = snapshot._replace(format=BY_NAMES - 1)
    with pytest.raises(SnapshotRefusedError, match="format 0"):
        restore(older, record_hash=HASH, anchor=anchor)


def test_a_snapshot_behind_another_record_is_refused() -> None:
    snapshot, anchor = a_snapshot()
    with pytest.raises(SnapshotRefusedError, match="not in place"):
        restore(snapshot, record_hash="b" * 64, anchor=anchor)


@pytest.mark.parametrize("data", [b"", b"not compressed"])
def test_a_snapshot_that_cannot_be_read_is_refused(data: bytes) -> None:
    snapshot, anchor = a_snapshot()
    with pytest.raises(SnapshotRefusedError, match="not readable"):
        restore(snapshot._replace(data=data), record_hash=HASH, anchor=anchor)


def test_a_snapshot_that_was_altered_is_refused() -> None:
    snapshot, anchor = a_snapshot()
    other = take(a_book(a_buy("o1", 6, 99), a_sell("o2", 5, 100)), HASH)
    with pytest.raises(SnapshotRefusedError, match="do not hash"):
        restore(snapshot._replace(data=other.data), record_hash=HASH, anchor=anchor)


def test_a_snapshot_that_lies_with_all_its_hashes_in_order_is_refused() -> None:
    _, anchor = a_snapshot()
    lie = take(a_book(a_buy("o1", 6, 99), a_sell("o2", 5, 100)), HASH)
    with pytest.raises(SnapshotRefusedError, match="vouches for another state"):
        restore(lie, record_hash=HASH, anchor=anchor)


def test_a_snapshot_without_an_anchor_behind_it_is_refused() -> None:
    snapshot, _ = a_snapshot()
    with pytest.raises(SnapshotRefusedError, match="vouches for another state"):
        restore(snapshot, record_hash=HASH, anchor={})


def test_every_so_many_records_one_says_the_state_before_it() -> None:
    book = Book(MARKET.symbol, anchor_every=2)
    live, digests = Run(book), [book.digest()]
    for command in (a_sell("o1"), a_buy("o2", 1), a_buy("o3", 1), a_cancel("o1"), a_sell("o5")):
        live.take([command], [1], 9)
        digests.append(book.digest())
    said = [record.get("state_digest") for record in live.records]
    assert said == [None, None, digests[2], None, digests[4]]


@pytest.mark.parametrize("taken", [by_names, lambda book: take(book, HASH)], ids=[1, FORMAT])
def test_a_snapshot_before_an_anchor_of_older_code_is_proved_by_the_hash_it_says(
    taken: Callable[[Book], Snapshot],
) -> None:
    book = a_book(a_buy("o1", 5, 99), a_sell("o2", 5, 100))
    snapshot, anchor = taken(book), {"state_hash": state_hash(book.state())}
    assert restore(snapshot, record_hash=HASH, anchor=anchor).state() == book.state()
    with pytest.raises(SnapshotRefusedError, match="vouches for another state"):
        restore(snapshot, record_hash=HASH, anchor={"state_hash": HASH})


@pytest.mark.parametrize("kept_format", [BY_NAMES, FORMAT])
@pytest.mark.parametrize("text", [b"[]", b"{}", b"nonsense", b'{"symbol":"BTC-USD","market":1}'])
def test_bytes_that_are_no_state_are_refused_whoever_hashed_them(
    text: bytes, kept_format: int
) -> None:
    snapshot, anchor = a_snapshot()
    forged = told(snapshot._replace(format=kept_format), text)
    with pytest.raises(SnapshotRefusedError, match="not a state"):
        restore(forged, record_hash=HASH, anchor=anchor)


Lines = list[bytes]
Head = dict[str, Any]

FORGERIES: dict[str, Callable[[Head, Lines], tuple[Head, Lines]]] = {
    "a price twice": lambda head, lines: (
        head | {"bids": [99, *head["bids"]]},
        [lines[0].replace(b"o1", b"o0"), *lines],
    ),
    "an order at two prices": lambda head, lines: (
        head | {"bids": [*head["bids"], 98]},
        [lines[0], lines[0].replace(b"99", b"98"), *lines[1:]],
    ),
    "an order at another price than its own": lambda head, lines: (head | {"bids": [98]}, lines),
    "a price without orders": lambda head, lines: (
        head | {"bids": [*head["bids"], 98]},
        [lines[0], b"[]", *lines[1:]],
    ),
    "an order that says more": lambda head, lines: (
        head,
        [lines[0].replace(b"true]", b"true,7]"), *lines[1:]],
    ),
    "commands of a second twice": lambda head, lines: (
        head | {"known_commands": head["known_commands"] + head["known_commands"][-1:]},
        [*lines, b'[["o7"],[7]]'],
    ),
    "a command in two seconds": lambda head, lines: (
        head | {"known_commands": [*head["known_commands"], 7]},
        [*lines, lines[-1]],
    ),
    "a line too many": lambda head, lines: (head, [*lines, b"[]"]),
    "a line too few": lambda head, lines: (head, lines[:-1]),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_state_that_says_something_twice_or_more_than_it_may_is_refused(forgery: str) -> None:
    """What the digest would not tell: it has each price and each second once."""
    snapshot, anchor = a_snapshot()
    first, *lines = zlib.decompress(snapshot.data).split(b"\n")
    head, lines = FORGERIES[forgery](json.loads(first), lines)
    forged = told(snapshot, b"\n".join((canonical_json(head), *lines)))
    assert forged.state_hash != snapshot.state_hash
    with pytest.raises(SnapshotRefusedError, match="not a state"):
        restore(forged, record_hash=HASH, anchor=anchor)


@pytest.mark.parametrize("anchor", ["state_hash", "state_digest"])
def test_a_fold_that_comes_to_another_state_than_an_anchor_says_stops_there(anchor: str) -> None:
    book = Book(MARKET.symbol, anchor_every=1)
    first = record_of(book, a_sell("o1"))
    second = record_of(book, a_buy("o2"))
    folded = Book(MARKET.symbol)
    folded.apply(first)
    before = folded.state()
    with pytest.raises(JournalCorruptError, match="decided on state"):
        folded.apply(second | {anchor: HASH})
    assert folded.state() == before
    folded.apply(second)
    assert folded.state() == book.state()
