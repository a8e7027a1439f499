"""Exports to the bucket: what a stream has behind its archive, as one more manifest.

Each record was hashed and chained when it was read. That the whole archive folds, is for
``zerodesk verify`` to see, which needs nobody's word.
"""

import hashlib
from typing import Final

from archivist.history import History, as_read
from zerodesk.archive import Head, manifest_name, manifest_of, pack_state, part_of, state_name
from zerodesk.codec import canonical_json
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
        head = _head(files)
        after = head.sequence
        records = list(self._journal.read(stream, after, limit=MAX_RECORDS))
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
