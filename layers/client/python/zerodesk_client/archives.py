"""Archives of streams in a local folder: one folder a stream, named as the stream is."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from zerodesk.archive import Archive, ArchiveError, manifest_name, opening, stream_of
from zerodesk.codec import canonical_json
from zerodesk.verification import Record, Verifier
from zerodesk_client.api import Client

PAGE_RECORDS = 200


def records_of(
    client: Client, stream: str, from_sequence: int = 1, upto: int | None = None
) -> Iterator[Record]:
    """Yield the records of a stream of the live journal, from one on to another or to its end."""
    while upto is None or from_sequence <= upto:
        limit = PAGE_RECORDS if upto is None else min(PAGE_RECORDS, upto - from_sequence + 1)
        page = client.journal_records(stream, from_sequence=from_sequence, limit=limit)
        if not page:
            return
        yield from page
        from_sequence = page[-1].sequence + 1


def verify_live(client: Client, stream: str) -> Verifier:
    """Verify a stream of the live journal from its first record to its end.

    Raises
    ------
    VerificationError
        A record cannot be believed.
    """
    verifier = Verifier(stream)
    for record in records_of(client, stream):
        verifier.take(record)
    return verifier


def read_archive(folder: Path, manifests: tuple[int, int] | None = None) -> Archive:
    """Verify the archive in a folder; one that is not there is empty.

    Parameters
    ----------
    folder
        The archive.
    manifests
        The first and the last manifest to read; all, without it. Another than the first of the
        stream is read from the state behind the one before it.

    Raises
    ------
    ArchiveError, VerificationError
        A file or a record cannot be believed.
    """

    def load(name: str) -> bytes | None:
        path = folder / Path(name).name
        return path.read_bytes() if path.is_file() else None

    first, last = manifests or (1, None)
    stream = stream_of(folder.name)
    begins_behind = first > 1 or (folder / manifest_name(0)).exists()
    archive = Archive.behind(stream, first - 1, load) if begins_behind else Archive(stream)
    archive.verify(load, last)
    return archive


def begin_range(folder: Path, client: Client, stream: str, first: int) -> None:
    """Begin the archive of a range with the state before it, as the venue says it, unless it is.

    Raises
    ------
    ArchiveError
        The state does not hash to what the venue says, or is too large for an answer.
    """
    if (folder / manifest_name(0)).exists():
        return
    told = client.state_at(stream, sequence=first - 1)
    if told.state is None:
        raise ArchiveError(f"{stream} at {first - 1} is too large: export it to the bucket")
    state_text = canonical_json(told.state)
    if hashlib.sha256(state_text).hexdigest() != told.state_hash:
        raise ArchiveError(f"{stream} at {first - 1} is not the state that its hash says")
    _write(folder, opening(stream, told.sequence, told.record_hash, state_text))


def extend_archive(archive: Archive, folder: Path, records: Iterable[Record]) -> None:
    """Add records to an archive, each file whole or not at all, the manifest last."""
    _write(folder, archive.export(records))


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, data in files:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        written = path.with_name(f".{path.name}.{os.getpid()}")
        written.write_bytes(data)
        written.replace(path)


def archives_in(folder: Path) -> list[Path]:
    """Return the folders of archives in a folder; it may be one itself."""
    if (folder / "manifest-000001.json").exists():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/manifest-000001.json"))
