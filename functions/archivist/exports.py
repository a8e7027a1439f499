"""Exports to the bucket: what a stream has behind its archive, as one more manifest.

A range that an operator asks for is an archive of its own, beside that of the whole stream.

Each record was hashed and chained when it was read. That the whole archive folds, is for
``zerodesk verify`` to see, which needs nobody's word.
"""

import hashlib
from typing import Final

from archivist.history import History, as_read
from zerodesk.archive import (
    Head,
    manifest_name,
    manifest_of,
    opening,
    pack_state,
    part_of,
    range_name,
    state_name,
)
from zerodesk.codec import canonical_json
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.archive_files import ArchiveFiles, FileTakenError
from zerodesk_aws.contracts.journal import Exported
from zerodesk_aws.faults import JournalContentionError, JournalCorruptError
from zerodesk_aws.journal import Journal, JournalRecord

MAX_RECORDS: Final = 5_000
"""Of one request: some ten seconds, where API Gateway waits 29."""

HINT: Final = "head.txt"
"""The number of a manifest, not long ago the newest: where the search for the newest begins."""


class Exports:
    """Exports streams of one journal to one bucket."""

    def __init__(self, journal: Journal, history: History, bucket_name: str) -> None:
        self._journal, self._history, self._bucket_name = journal, history, bucket_name

    def end_of(self, stream: str) -> int:
        """Return the last record in a stream's archive."""
        return _head(ArchiveFiles(self._bucket_name, stream)).sequence

    def export(self, stream: str) -> Exported:
        """Add what a stream has, at most one part of it, to its archive.

        Raises
        ------
        JournalContentionError
            Somebody exported at the same time: it is worth another try.
        JournalCorruptError
            The journal does not go on where the archive ends.
        """
        files = ArchiveFiles(self._bucket_name, stream)
        return self._add(files, stream, _head(files), MAX_RECORDS)

    def export_range(self, stream: str, first: int, last: int) -> Exported:
        """Add what is missing of a range, at most one part of it, to an archive of its own.

        Refused with NOT_FOUND as long as the stream has not both its ends. Raises as ``export``.
        """
        latest = self._journal.latest(stream)
        if latest is None or latest.sequence < last:
            raise ended(ProblemCode.NOT_FOUND, "The stream does not have so many records.")
        files = ArchiveFiles(self._bucket_name, range_name(stream, first, last))
        head = _head(files)
        if not head.manifests and first > 1:
            head = self._open_range(files, stream, first - 1)
        return self._add(files, stream, head, min(MAX_RECORDS, last - head.sequence))

    def _open_range(self, files: ArchiveFiles, stream: str, sequence: int) -> Head:
        """Begin the archive of a range with the state before it."""
        [record] = self._journal.read(stream, sequence - 1, limit=1)
        state_text = canonical_json(self._history.state_behind(record))
        text = b""
        for name, text in opening(stream, sequence, record.hash, state_text):
            # Whoever begins the same range writes the same.
            files.put(name, text)
        return Head.of(text)

    def _add(self, files: ArchiveFiles, stream: str, head: Head, limit: int) -> Exported:
        """Add at most so many records to an archive that ends at ``head``."""
        after = head.sequence
        records = list(self._journal.read(stream, after, limit=limit)) if limit else []
        if not records:
            return Exported(stream=stream, added=0, last=after, manifest_hash=head.manifest_hash)
        if records[0].previous_hash != head.record_hash:
            raise JournalCorruptError(f"{stream}: {after + 1} does not follow its archive")
        name, text = self._write_part(files, head, records)
        try:
            files.put_new(name, text)
        except FileTakenError as error:
            raise JournalContentionError(f"archive of {stream}") from error
        added = Head.of(text)
        files.put(HINT, str(added.manifests).encode())
        return Exported(
            stream=stream,
            added=len(records),
            last=added.sequence,
            manifest_hash=added.manifest_hash,
        )

    def _write_part(
        self, files: ArchiveFiles, head: Head, records: list[JournalRecord]
    ) -> tuple[str, bytes]:
        """Write the records and the state behind; return the manifest that is to name them."""
        last = records[-1]
        part, data = part_of([as_read(record) for record in records])
        files.put(part["name"], data)
        state_text = canonical_json(self._history.state_behind(last))
        files.put(state_name(last.sequence), pack_state(state_text))
        text = manifest_of(
            last.stream,
            head,
            [part],
            last=last.sequence,
            last_record_hash=last.hash,
            state_hash=hashlib.sha256(state_text).hexdigest(),
        )
        return manifest_name(head.manifests + 1), text


def _head(files: ArchiveFiles) -> Head:
    """Return where an archive ends."""
    hint = files.load(HINT)
    number = int(hint) if hint is not None and hint.isdigit() else 1
    newest: bytes | None = None
    while (found := files.load(manifest_name(number))) is not None:
        newest, number = found, number + 1
    return Head() if newest is None else Head.of(newest)
