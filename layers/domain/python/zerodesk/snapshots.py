"""Snapshots of a book: its whole state as bytes, believed only as far as the journal vouches.

A snapshot stands behind a record. The record after it is an anchor: it says the digest of the state
on which it was decided. So a snapshot that comes to the same digest is the fold of the journal up
to there, whoever wrote it and wherever it was kept; any other is refused.
"""

import gc
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from zerodesk.codec import compressed, state_hash
from zerodesk.matching import Book

FORMAT: Final = 2
BY_NAMES: Final = 1
"""The format of older snapshots: the state as one canonical JSON object. It is read still."""


class SnapshotRefusedError(ValueError):
    """A snapshot that must not be used; the text says why."""


class Snapshot(NamedTuple):
    """A book's state behind record ``sequence``, whose hash is ``record_hash``.

    ``data`` is the state as text, see ``zerodesk.matching.layout``, compressed; ``state_hash`` is
    the hash of the text.
    """

    stream: str
    sequence: int
    record_hash: str
    state_hash: str
    format: int
    data: bytes


def take(book: Book, record_hash: str) -> Snapshot:
    """Return a book as it stands behind its latest record.

    Examples
    --------
    >>> snapshot = take(Book("BTC-USD"), record_hash="0" * 64)
    >>> anchor = {"state_digest": Book("BTC-USD").digest()}
    >>> restore(snapshot, record_hash="0" * 64, anchor=anchor).symbol
    'BTC-USD'
    >>> restore(snapshot, record_hash="0" * 64, anchor={"state_digest": "f" * 64})
    Traceback (most recent call last):
    zerodesk.snapshots.SnapshotRefusedError: the journal vouches for another state
    """
    text = book.text()
    return Snapshot(
        book.stream,
        book.sequence,
        record_hash,
        hashlib.sha256(text).hexdigest(),
        FORMAT,
        compressed(text),
    )


def restore(snapshot: Snapshot, *, record_hash: str, anchor: dict[str, Any]) -> Book:
    """Return the book that a snapshot holds.

    Parameters
    ----------
    snapshot
        From wherever it was kept.
    record_hash
        The hash of the record behind which it claims to stand, from the journal.
    anchor
        The body of the record after that one, from the journal.

    Raises
    ------
    SnapshotRefusedError
        It is of another format, stands elsewhere, was altered, or was never true.
    """
    if snapshot.format not in (FORMAT, BY_NAMES):
        raise SnapshotRefusedError(f"format {snapshot.format}, this code reads {FORMAT}")
    if snapshot.record_hash != record_hash:
        raise SnapshotRefusedError(f"stands behind record {snapshot.record_hash}, not in place")
    book = _read(snapshot)
    if not _vouches(anchor, snapshot, book):
        raise SnapshotRefusedError("the journal vouches for another state")
    if (book.stream, book.sequence) != (snapshot.stream, snapshot.sequence):
        raise SnapshotRefusedError(f"it is {book.stream} at {book.sequence}")
    return book


def is_anchor(body: dict[str, Any]) -> bool:
    """Whether a record of a book vouches for the state before it."""
    return "state_digest" in body or "state_hash" in body


def _read(snapshot: Snapshot) -> Book:
    """Return the book in a snapshot's bytes, believed in nothing so far."""
    try:
        text = zlib.decompress(snapshot.data)
    except zlib.error as error:
        raise SnapshotRefusedError(f"not readable: {error}") from error
    if hashlib.sha256(text).hexdigest() != snapshot.state_hash:
        raise SnapshotRefusedError("its bytes do not hash to what it says")
    try:
        with _no_collections():
            if snapshot.format == BY_NAMES:
                return Book.from_state(json.loads(text))
            return Book.from_text(text)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SnapshotRefusedError(f"not a state: {error!r}") from error


@contextmanager
def _no_collections() -> Iterator[None]:
    """Have the collector of cycles wait while a book is read.

    There are none in it, and looking through its orders again and again would be a third of the
    time that a million of them take.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _vouches(anchor: dict[str, Any], snapshot: Snapshot, book: Book) -> bool:
    """Whether an anchor says the state of a snapshot, by its digest or, from old code, its hash."""
    if "state_digest" in anchor:
        return bool(anchor["state_digest"] == book.digest())
    said = anchor.get("state_hash")
    if snapshot.format == BY_NAMES:
        return bool(said == snapshot.state_hash)
    return said is not None and bool(said == state_hash(book.state()))
