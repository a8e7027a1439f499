"""Archives of streams in a local folder: one folder a stream, named as the stream is."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from zerodesk.archive import Archive
from zerodesk.verification import Record, Verifier
from zerodesk_client.api import Client

PAGE_RECORDS = 200


def records_of(client: Client, stream: str, from_sequence: int = 1) -> Iterator[Record]:
    """Yield the records of a stream of the live journal, from one on to its end."""
    while page := client.journal_records(stream, from_sequence=from_sequence, limit=PAGE_RECORDS):
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
        The first and the last manifest to read; all, without it. A first one is read from the
        state behind the one before it.

    Raises
    ------
    ArchiveError, VerificationError
        A file or a record cannot be believed.
    """

    def load(name: str) -> bytes | None:
        path = folder / Path(name).name
        return path.read_bytes() if path.is_file() else None

    first, last = manifests or (1, None)
    archive = Archive(folder.name)
    if first > 1:
        archive = Archive.behind(folder.name, first - 1, load)
    archive.verify(load, last)
    return archive


def extend_archive(archive: Archive, folder: Path, records: Iterable[Record]) -> None:
    """Add records to an archive, each file whole or not at all, the manifest last."""
    for name, data in archive.export(records):
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
