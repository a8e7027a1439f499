"""Streams outside the journal: compact files, and manifests whose hashes chain.

An archive of a stream is a folder. Each export adds the records behind the last one: parts of
gzipped JSON lines, and a manifest that names them by their hashes and the manifest before by its
own. So the hash of the newest manifest vouches for everything in the folder.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from zerodesk.codec import GENESIS_HASH, canonical_json
from zerodesk.verification import ReadRecord, Record, Verifier

FORMAT: Final = 1
PART_RECORDS: Final = 10_000
GZIP: Final = 16 + zlib.MAX_WBITS

BODY: Final = b'{"body":'
AFTER_BODY: Final = b',"code_version":'
"""The names around a record's body in its line: in canonical JSON they are the first two."""

Load = Callable[[str], bytes | None]
"""Returns a file of the archive by name, None if there is none."""


class ArchiveError(ValueError):
    """A file of an archive that cannot be believed; the text names it."""


def pack(records: Iterable[Record]) -> bytes:
    """Return records as gzipped JSON lines: the same records, the same bytes."""
    lines = b"".join(canonical_json(record.to_dict()) + b"\n" for record in records)
    compressor = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    return compressor.compress(lines) + compressor.flush()


def unpack(data: bytes) -> Iterator[Record]:
    """Yield the records that ``pack`` wrote.

    Raises
    ------
    json.JSONDecodeError, TypeError, zlib.error
        It did not write this.
    """
    for line in zlib.decompress(data, GZIP).split(b"\n")[:-1]:
        # A quote within a text is escaped, so this is a key, and behind it are no further objects.
        body, separator, rest = line.rpartition(AFTER_BODY)
        if not body.startswith(BODY):
            raise TypeError(f"no record: {line[:80]!r}")
        yield ReadRecord.of(body[len(BODY) :], json.loads(b"{" + separator[1:] + rest))


def manifest_name(number: int) -> str:
    """Return the name of an archive's manifest, counted from 1."""
    return f"manifest-{number:06d}.json"


@dataclass(frozen=True, slots=True)
class Head:
    """Where an archive ends: its newest manifest, and the last record in it."""

    manifests: int = 0
    manifest_hash: str = GENESIS_HASH
    sequence: int = 0
    record_hash: str = GENESIS_HASH

    @classmethod
    def of(cls, manifest: bytes) -> Self:
        """Return the end of an archive whose newest manifest this is."""
        told = json.loads(manifest)
        digest = hashlib.sha256(manifest).hexdigest()
        return cls(told["number"], digest, told["last"], told["last_record_hash"])


def part_of(records: Sequence[Record]) -> tuple[dict[str, Any], bytes]:
    """Return records in a row as a part: what the manifest says of it, and its bytes."""
    data = pack(records)
    part = {
        "name": f"{records[0].sequence:012d}-{records[-1].sequence:012d}.jsonl.gz",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "records": len(records),
    }
    return part, data


def manifest_of(
    stream: str,
    before: Head,
    parts: list[dict[str, Any]],
    *,
    last: int,
    last_record_hash: str,
    state_hash: str,
) -> bytes:
    """Return the manifest of parts that are added behind the end of an archive."""
    manifest = {
        "format": FORMAT,
        "stream": stream,
        "number": before.manifests + 1,
        "previous_manifest_hash": before.manifest_hash,
        "first": before.sequence + 1,
        "previous_record_hash": before.record_hash,
        "last": last,
        "last_record_hash": last_record_hash,
        "state_hash": state_hash,
        "parts": parts,
    }
    return canonical_json(manifest) + b"\n"


class Archive:
    """The archive of one stream, verified as far as it goes, and what is to be added to it."""

    def __init__(self, stream: str) -> None:
        self.verifier = Verifier(stream)
        self.head = Head()

    def verify(self, load: Load) -> None:
        """Read the archive from its beginning to its end.

        Raises
        ------
        ArchiveError
            A file is missing, or is not the one that its manifest names.
        VerificationError
            A record cannot be believed.
        """
        while (text := load(manifest_name(self.head.manifests + 1))) is not None:
            self._verify_export(text, load)

    def _verify_export(self, text: bytes, load: Load) -> None:
        name = manifest_name(self.head.manifests + 1)
        try:
            parts = json.loads(text)["parts"]
            named = [(part["name"], part["sha256"]) for part in parts]
        except (KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{name} is no manifest: {error!r}") from error
        for part, sha256 in named:
            self._verify_part(part, sha256, load)
        if text != self._manifest(parts):
            raise ArchiveError(f"{name} says otherwise than its records")
        self.head = Head.of(text)

    def _verify_part(self, name: str, sha256: str, load: Load) -> None:
        data = load(name)
        if data is None:
            raise ArchiveError(f"{name} is missing")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveError(f"{name} is not the file that its manifest names")
        try:
            for record in unpack(data):
                self.verifier.take(record)
        except (zlib.error, TypeError, json.JSONDecodeError) as error:
            raise ArchiveError(f"{name} is not readable: {error}") from error

    def export(
        self, records: Iterable[Record], part_records: int = PART_RECORDS
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files, by name, that add records to the archive, its manifest last.

        A process that dies on the way leaves parts that no manifest names, and that the next
        export writes again. No records, no files.

        Raises
        ------
        VerificationError
            A record cannot be believed: nothing is exported that does not verify.
        """
        parts: list[dict[str, Any]] = []
        source = iter(records)
        while batch := list(islice(source, part_records)):
            for record in batch:
                self.verifier.take(record)
            part, data = part_of(batch)
            parts.append(part)
            yield part["name"], data
        if parts:
            text = self._manifest(parts)
            self.head = Head.of(text)
            yield manifest_name(self.head.manifests), text

    def _manifest(self, parts: list[dict[str, Any]]) -> bytes:
        return manifest_of(
            self.verifier.stream,
            self.head,
            parts,
            last=self.verifier.sequence,
            last_record_hash=self.verifier.hash,
            state_hash=self.verifier.state_hash(),
        )
