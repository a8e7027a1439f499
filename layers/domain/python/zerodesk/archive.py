"""Streams outside the journal: compact files, and manifests whose hashes chain.

An archive of a stream is a folder. Each export adds the records behind the last one: parts of
gzipped JSON lines, and a manifest that names them by their hashes and the manifest before by its
own. So the hash of the newest manifest vouches for everything in the folder, and for the state
behind each manifest, at which a reader may begin.

The archive of a range begins with such a state and a manifest of it, number 0, instead of with the
stream's first record.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from zerodesk import rows
from zerodesk.codec import GENESIS_HASH, canonical_json
from zerodesk.verification import ReadRecord, Record, Verifier

FORMAT: Final = 1
PART_RECORDS: Final = 10_000
GZIP: Final = 16 + zlib.MAX_WBITS
LINES_LEVEL: Final = 9
STATE_LEVEL: Final = 6

RANGE: Final = "@"
"""Between a stream and its records in the name of an archive; no stream has it in its name."""

READER: Final = json.JSONDecoder()
BODY: Final = '{"body":'
AFTER_BODY: Final = ',"code_version":'
"""The names around a record's body in its line: in canonical JSON they are the first two."""

Load = Callable[[str], bytes | None]
"""Returns a file of the archive by name, None if there is none."""


class ArchiveError(ValueError):
    """A file of an archive that cannot be believed; the text names it."""


def pack(records: Iterable[Record]) -> bytes:
    """Return records as gzipped JSON lines, as they are kept: the same records, the same bytes."""
    kept = (record.to_dict() | {"body": rows.pack(record.body)} for record in records)
    lines = b"".join(canonical_json(record) + b"\n" for record in kept)
    return _gzipped(lines, LINES_LEVEL)


def _gzipped(data: bytes, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, GZIP)
    return compressor.compress(data) + compressor.flush()


def unpack(data: bytes) -> Iterator[Record]:
    """Yield the records that ``pack`` wrote.

    Raises
    ------
    json.JSONDecodeError, UnicodeDecodeError, TypeError, zlib.error
        It did not write this.
    """
    for read in zlib.decompress(data, GZIP).split(b"\n")[:-1]:
        line = read.decode()
        if not line.startswith(BODY):
            raise TypeError(f"no record: {line[:80]!r}")
        body, end = READER.raw_decode(line, len(BODY))
        if not line.startswith(AFTER_BODY, end):
            raise TypeError(f"no record: {line[:80]!r} ... {line[end : end + 80]!r}")
        rest = READER.decode("{" + line[end + 1 :])
        yield ReadRecord(**rest, body=rows.expand(body), text=line[len(BODY) : end].encode())


def manifest_name(number: int) -> str:
    """Return the name of an archive's manifest, counted from 1."""
    return f"manifest-{number:06d}.json"


def state_name(sequence: int) -> str:
    """Return the name of the state behind a record."""
    return f"state-{sequence:012d}.json.gz"


def range_name(stream: str, first: int, last: int) -> str:
    """Return the name of the archive of a range of a stream."""
    return f"{stream}{RANGE}{first}-{last}"


def stream_of(name: str) -> str:
    """Return the stream of which an archive is, by the archive's name.

    Examples
    --------
    >>> stream_of(range_name("book#BTC-USD", 5_001, 7_500))
    'book#BTC-USD'
    """
    return name.partition(RANGE)[0]


def pack_state(text: bytes) -> bytes:
    """Return a state's canonical JSON as its file: the manifest's hash of it vouches for it."""
    return _gzipped(text, STATE_LEVEL)


@dataclass(frozen=True, slots=True)
class Head:
    """Where an archive ends: its newest manifest, the last record in it, and the state behind."""

    manifests: int = 0
    manifest_hash: str = GENESIS_HASH
    sequence: int = 0
    record_hash: str = GENESIS_HASH
    state_hash: str = ""

    @classmethod
    def of(cls, manifest: bytes) -> Self:
        """Return the end of an archive whose newest manifest this is."""
        told = json.loads(manifest)
        digest = hashlib.sha256(manifest).hexdigest()
        last, last_hash, state_hash = told["last"], told["last_record_hash"], told["state_hash"]
        return cls(told["number"], digest, last, last_hash, state_hash)


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


def opening(
    stream: str, sequence: int, record_hash: str, state_text: bytes
) -> Iterator[tuple[str, bytes]]:
    """Yield the files, by name, with which the archive of a range begins behind a record.

    Manifest 0 names the state from which the range is folded, and no records. What it says is the
    word of whoever began the archive: an anchor in the range, the journal and any archive of all of
    the stream say it too.
    """
    yield state_name(sequence), pack_state(state_text)
    before = Head(manifests=-1, sequence=sequence, record_hash=record_hash)
    text = manifest_of(
        stream,
        before,
        [],
        last=sequence,
        last_record_hash=record_hash,
        state_hash=hashlib.sha256(state_text).hexdigest(),
    )
    yield manifest_name(0), text


class Archive:
    """The archive of one stream, verified as far as it goes, and what is to be added to it."""

    def __init__(self, stream: str) -> None:
        self.verifier = Verifier(stream)
        self.began_at = self.head = Head()

    @classmethod
    def behind(cls, stream: str, manifest: int, load: Load) -> Self:
        """Return an archive that is to be read from behind one of its manifests on.

        Its state is believed because the manifest says its hash, and the manifest as far as
        somebody reads the archive up to there.

        Raises
        ------
        ArchiveError
            The manifest or the state is missing, or is not what the manifest says.
        """
        name, text = manifest_name(manifest), load(manifest_name(manifest))
        if text is None:
            raise ArchiveError(f"{name} is missing")
        head, told_stream = _told(name, text, "stream")
        if (told_stream, head.manifests) != (stream, manifest):
            raise ArchiveError(f"{name} is manifest {head.manifests} of {told_stream}")
        state_file = state_name(head.sequence)
        state_text = _state_text(state_file, load(state_file), head.state_hash)
        try:
            state = json.loads(state_text)
            verifier = Verifier.behind(stream, head.sequence, head.record_hash, state)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{state_file} is no state of {stream}: {error!r}") from error
        archive = cls(stream)
        archive.verifier, archive.began_at, archive.head = verifier, head, head
        return archive

    def verify(self, load: Load, upto: int | None = None) -> None:
        """Read the archive on, to its end or to the end of a manifest.

        Raises
        ------
        ArchiveError
            A file is missing, or is not the one that its manifest names.
        VerificationError
            A record cannot be believed.
        """
        while self.head.manifests != upto:
            text = load(manifest_name(self.head.manifests + 1))
            if text is None:
                return
            self._verify_export(text, load)

    def _verify_export(self, text: bytes, load: Load) -> None:
        name = manifest_name(self.head.manifests + 1)
        head, parts = _told(name, text, "parts")
        try:
            named = [(part["name"], part["sha256"]) for part in parts]
        except (KeyError, TypeError) as error:
            raise ArchiveError(f"{name} is no manifest: {error!r}") from error
        for part, sha256 in named:
            self._verify_part(part, sha256, load)
        if text != self._manifest(parts, canonical_json(self.verifier.state())):
            raise ArchiveError(f"{name} says otherwise than its records")
        self.head = head
        state_file = state_name(head.sequence)
        kept = load(state_file)
        if kept is not None:
            _state_text(state_file, kept, head.state_hash)

    def _verify_part(self, name: str, sha256: str, load: Load) -> None:
        data = load(name)
        if data is None:
            raise ArchiveError(f"{name} is missing")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveError(f"{name} is not the file that its manifest names")
        try:
            for record in unpack(data):
                self.verifier.take(record)
        except (zlib.error, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ArchiveError(f"{name} is not readable: {error}") from error

    def export(
        self, records: Iterable[Record], part_records: int = PART_RECORDS
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files, by name, that add records to the archive, each manifest last.

        Every part has a manifest, and the state behind it, at which a reader may begin. A process
        that dies on the way leaves files that no manifest names, and that the next export writes
        again. No records, no files.

        Raises
        ------
        VerificationError
            A record cannot be believed: nothing is exported that does not verify.
        """
        source = iter(records)
        while batch := list(islice(source, part_records)):
            for record in batch:
                self.verifier.take(record)
            part, data = part_of(batch)
            yield part["name"], data
            state_text = canonical_json(self.verifier.state())
            yield state_name(self.verifier.sequence), pack_state(state_text)
            text = self._manifest([part], state_text)
            self.head = Head.of(text)
            yield manifest_name(self.head.manifests), text

    def _manifest(self, parts: list[dict[str, Any]], state_text: bytes) -> bytes:
        return manifest_of(
            self.verifier.stream,
            self.head,
            parts,
            last=self.verifier.sequence,
            last_record_hash=self.verifier.hash,
            state_hash=hashlib.sha256(state_text).hexdigest(),
        )


def _told(name: str, manifest: bytes, field: str) -> tuple[Head, Any]:
    """Return where a manifest says that it ends, and a field of it; not believed so far."""
    try:
        return Head.of(manifest), json.loads(manifest)[field]
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{name} is no manifest: {error!r}") from error


def _state_text(name: str, data: bytes | None, state_hash: str) -> bytes:
    """Return the state in a file, if it is the one of a hash."""
    if data is None:
        raise ArchiveError(f"{name} is missing")
    try:
        text = zlib.decompress(data, GZIP)
    except zlib.error as error:
        raise ArchiveError(f"{name} is not readable: {error}") from error
    if hashlib.sha256(text).hexdigest() != state_hash:
        raise ArchiveError(f"{name} is not the state that its manifest names")
    return text
