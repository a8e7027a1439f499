"""Streams outside the journal: compact files, and manifests whose hashes chain.

An archive of a stream is a folder. Each export adds the records behind the last one: parts of
gzipped JSON lines, and a manifest that names them by their hashes and the manifest before by its
own. So the hash of the newest manifest vouches for everything in the folder.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

from zerodesk.codec import GENESIS_HASH, canonical_json
from zerodesk.verification import Record, Verifier

FORMAT: Final = 1
PART_RECORDS: Final = 10_000
GZIP: Final = 16 + zlib.MAX_WBITS

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
    """Yield the records that ``pack`` wrote."""
    for line in zlib.decompress(data, GZIP).splitlines():
        yield Record.from_dict(json.loads(line))


def manifest_name(number: int) -> str:
    """Return the name of an archive's manifest, counted from 1."""
    return f"manifest-{number:06d}.json"


class Archive:
    """The archive of one stream, verified as far as it goes, and what is to be added to it."""

    def __init__(self, stream: str) -> None:
        self.verifier = Verifier(stream)
        self.manifests = 0
        self.manifest_hash = GENESIS_HASH

    def verify(self, load: Load) -> None:
        """Read the archive from its beginning to its end.

        Raises
        ------
        ArchiveError
            A file is missing, or is not the one that its manifest names.
        VerificationError
            A record cannot be believed.
        """
        while (text := load(manifest_name(self.manifests + 1))) is not None:
            self._verify_export(text, load)

    def _verify_export(self, text: bytes, load: Load) -> None:
        name = manifest_name(self.manifests + 1)
        try:
            manifest = json.loads(text)
            parts = [(part["name"], part["sha256"]) for part in manifest["parts"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{name} is no manifest: {error!r}") from error
        before = self._head()
        for part, sha256 in parts:
            self._verify_part(part, sha256, load)
        if manifest != self._manifest(before, manifest["parts"]):
            raise ArchiveError(f"{name} says otherwise than its records")
        self._add_manifest(text)

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
        before, parts = self._head(), []
        source = iter(records)
        while batch := list(islice(source, part_records)):
            for record in batch:
                self.verifier.take(record)
            name = f"{batch[0].sequence:012d}-{batch[-1].sequence:012d}.jsonl.gz"
            data = pack(batch)
            parts.append(
                {
                    "name": name,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "bytes": len(data),
                    "records": len(batch),
                }
            )
            yield name, data
        if parts:
            text = canonical_json(self._manifest(before, parts)) + b"\n"
            self._add_manifest(text)
            yield manifest_name(self.manifests), text

    def _head(self) -> dict[str, Any]:
        return {
            "first": self.verifier.sequence + 1,
            "previous_manifest_hash": self.manifest_hash,
            "previous_record_hash": self.verifier.hash,
        }

    def _manifest(self, head: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
        return head | {
            "format": FORMAT,
            "stream": self.verifier.stream,
            "number": self.manifests + 1,
            "last": self.verifier.sequence,
            "last_record_hash": self.verifier.hash,
            "state_hash": self.verifier.state_hash(),
            "parts": parts,
        }

    def _add_manifest(self, text: bytes) -> None:
        self.manifests += 1
        self.manifest_hash = hashlib.sha256(text).hexdigest()
