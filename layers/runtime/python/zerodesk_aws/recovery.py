"""How a process that knows nothing of a book comes to know it: snapshot, then the rest."""

from typing import Final

from zerodesk.matching import Book
from zerodesk.snapshots import Snapshot, SnapshotRefusedError, restore
from zerodesk_aws.entry import count, logger
from zerodesk_aws.journal import EMPTY, Journal, Tip
from zerodesk_aws.snapshots import Snapshots

SNAPSHOTS_TRIED: Final = 3
"""One that is refused is followed by the one before; after so many, the fold begins at zero."""


class LiveBook:
    """A book folded up to a record."""

    __slots__ = ("book", "tip")

    def __init__(self, book: Book, tip: Tip = EMPTY) -> None:
        self.book, self.tip = book, tip


class Recovery:
    """Brings books back from a journal, from as late a point as can be believed."""

    def __init__(self, journal: Journal, snapshots: Snapshots | None) -> None:
        self._journal, self._snapshots = journal, snapshots

    def start(self, symbol: str, *, upto: int | None = None) -> LiveBook:
        """Return a book at its newest true snapshot, at ``upto`` or before; else an empty one."""
        empty = LiveBook(Book(symbol))
        if self._snapshots is None:
            return empty
        stream = empty.book.stream
        for snapshot in self._snapshots.newest_first(stream, upto=upto, limit=SNAPSHOTS_TRIED):
            try:
                return self._proved(snapshot)
            except SnapshotRefusedError as refused:
                count("SnapshotsRefused")
                logger.error(
                    "snapshot refused",
                    stream=stream,
                    sequence=snapshot.sequence,
                    fault=str(refused),
                )
        return empty

    def _proved(self, snapshot: Snapshot) -> LiveBook:
        """Return the book of a snapshot for which the records around it vouch."""
        around = list(self._journal.read(snapshot.stream, snapshot.sequence - 1, limit=2))
        if [record.sequence for record in around] != [snapshot.sequence, snapshot.sequence + 1]:
            raise SnapshotRefusedError("the journal has no anchor behind it")
        record, anchor = around
        book = restore(snapshot, record_hash=record.hash, anchor=anchor.body)
        return LiveBook(book, record.tip)
