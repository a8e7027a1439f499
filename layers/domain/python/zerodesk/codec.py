"""How a record becomes bytes, and how its hash chains to the one before."""

import hashlib
import json
import zlib
from functools import cached_property
from typing import Any, Final, NamedTuple, Self

from zerodesk.rows import expand, pack

GENESIS_HASH: Final = "0" * 64
"""The hash before the first record of a stream."""

COMPRESSION_LEVEL: Final = 6
LOOKAHEAD_BYTES: Final = 262
"""By how much a compressor's window must exceed a text to reach back to its beginning."""

MEMORY_LEVEL_MAX: Final = 8
MEMORY_LEVEL_BITS: Final = 6
"""A compressor with a memory level has room for two to the power of it and these bits symbols."""

_ENCODER: Final = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    # Looking for a value that contains itself takes as long as writing it; ours come from rows.
    check_circular=False,
)


def canonical_json(value: Any) -> bytes:
    """Return the one JSON text of a value: keys sorted, no spaces, no floats that are not finite.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return _ENCODER.encode(value).encode()


def record_text(body: dict[str, Any]) -> bytes:
    """Return what a record's hash is of: its body as it is kept, as canonical JSON."""
    return canonical_json(pack(body))


class _Kept(NamedTuple):
    body: dict[str, Any]
    kept: dict[str, Any]


class EncodedBody(_Kept):
    """A record's body with its bytes, made once for its size, its hash and its item.

    ``kept`` is the body in rows where it has rows. The bytes are made where somebody asks, for not
    all that might be written is; the body must not change any more.
    """

    @cached_property
    def text(self) -> bytes:
        """What is hashed: what is kept, as canonical JSON."""
        return canonical_json(self.kept)

    @cached_property
    def data(self) -> bytes:
        """What is kept of it: the text, compressed."""
        return compressed(self.text)

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Return a body that is to be encoded."""
        return cls(body, pack(body))

    @classmethod
    def of_kept(cls, kept: dict[str, Any]) -> Self:
        """Return a body as its book decided it: in rows wherever they say all of an entry.

        To look for such entries again takes a quarter of the time that its JSON takes.
        """
        return cls(kept, kept)


def compressed(text: bytes) -> bytes:
    """Return a text as zlib compresses it, with no more memory than the text needs.

    To set up zlib's usual window of 32 KB takes five times as long as to compress half a kilobyte,
    and gives not a byte less.

    Examples
    --------
    >>> zlib.decompress(compressed(b"[1,2]" * 9)) == b"[1,2]" * 9
    True
    """
    bits = min((len(text) + LOOKAHEAD_BYTES).bit_length(), zlib.MAX_WBITS)
    memory_level = min(bits - MEMORY_LEVEL_BITS, MEMORY_LEVEL_MAX)
    packer = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, bits, memory_level)
    return packer.compress(text) + packer.flush()


def encode_body(body: dict[str, Any]) -> bytes:
    """Return a record's body as the journal keeps it, as compressed canonical JSON."""
    return EncodedBody.of(body).data


def decode_body(data: bytes) -> dict[str, Any]:
    """Return the body that ``encode_body`` wrote."""
    return expand(json.loads(zlib.decompress(data)))


def record_hash(
    stream: str,
    sequence: int,
    previous_hash: str,
    text: bytes,
    *,
    epoch: int,
    code_version: str,
    recorded_at_ms: int,
) -> str:
    """Return a record's hash: its place, what came before, who wrote it when, and its JSON.

    The text is hashed before it is compressed, so the chain outlives a change of compressor.
    """
    place = f"{previous_hash}\n{stream}\n{sequence}\n"
    writer = f"{epoch}\n{code_version}\n{recorded_at_ms}\n"
    head = (place + writer).encode()
    return hashlib.sha256(head + text).hexdigest()


def state_hash(state: Any) -> str:
    """Return the hash of a JSON-able state, equal in every process that folded the same journal."""
    return hashlib.sha256(canonical_json(state)).hexdigest()
