"""How a record becomes bytes, and how its hash chains to the one before."""

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any, Final, Self

GENESIS_HASH: Final = "0" * 64
"""The hash before the first record of a stream."""

COMPRESSION_LEVEL: Final = 6


def canonical_json(value: Any) -> bytes:
    """Return the one JSON text of a value: keys sorted, no spaces, no floats that are not finite.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A record's body with its bytes, made once for its size, its hash and its item.

    ``text`` is the canonical JSON, which is hashed; ``data`` is that compressed, which is kept.
    """

    body: dict[str, Any]
    text: bytes
    data: bytes

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Encode a body; it must not change any more."""
        text = canonical_json(body)
        return cls(body, text, zlib.compress(text, COMPRESSION_LEVEL))


def encode_body(body: dict[str, Any]) -> bytes:
    """Return a record's body as compressed canonical JSON."""
    return EncodedBody.of(body).data


def decode_body(data: bytes) -> dict[str, Any]:
    """Return the body that ``encode_body`` wrote."""
    body: dict[str, Any] = json.loads(zlib.decompress(data))
    return body


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
