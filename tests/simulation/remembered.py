"""Records that are read once a run, for millions of reads.

The processes of a run read the same records again and again. A record is remembered by all that it
is verified by: one that was damaged, moved or forged is another question. All who read it share
what it says, so nobody may change that, and at the end of a run it is looked whether somebody has.

So are the pure functions by which bytes are read: who writes a record, who verifies it and the
invariants ask the same of the same bytes.
"""

import json
import marshal
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from zerodesk.codec import record_hash as hash_of
from zerodesk.rows import expand
from zerodesk_aws import journal
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.tables.items import Item

RECORDS: Final = 8_192
"""More than a run has; the least recently read of runs before are forgotten."""

COMPARABLE: Final = 2
"""The format in which equal values are equal bytes: later ones tell who refers to a value, too."""

decompressed: Final = lru_cache(maxsize=RECORDS)(zlib.decompress)
record_hash: Final = lru_cache(maxsize=RECORDS)(hash_of)


@lru_cache(maxsize=RECORDS)
def _frozen(text: bytes) -> bytes:
    return marshal.dumps(expand(json.loads(text)), COMPARABLE)


def body_of(text: bytes) -> Any:
    """Return a new copy of what a record says, as ``expand(json.loads(text))`` does."""
    return marshal.loads(_frozen(text))  # noqa: S302 - written just above


Place = tuple[str | bytes, ...]

_read: Final[dict[Place, JournalRecord]] = {}
"""The records that were read in this run."""


def _remembering(verified: Callable[[Item], JournalRecord]) -> Callable[[Item], JournalRecord]:
    def read(item: Item) -> JournalRecord:
        try:
            place = (
                item["stream"]["S"],
                item["sequence"]["N"],
                item["previous_hash"]["S"],
                item["hash"]["S"],
                item["epoch"]["N"],
                item["code_version"]["S"],
                item["recorded_at_ms"]["N"],
                item["body"]["B"],
            )
        except KeyError:
            return verified(item)
        record = _read.get(place)
        if record is None:
            record = _read[place] = verified(item)
        return record

    return read


def begin() -> None:
    """Let no record have been read."""
    _read.clear()


def changed() -> list[str]:
    """Return the records of which somebody changed what they say since the run began."""
    return [
        f"{record.stream} {record.sequence}"
        for record in _read.values()
        if (body := vars(record).get("body")) is not None
        and marshal.dumps(body, COMPARABLE) != _frozen(record.text)
    ]


def take(stack: ExitStack) -> None:
    """Let the journal's reader remember until the stack is closed."""
    body = cached_property(lambda record: body_of(record.text))
    body.__set_name__(JournalRecord, "body")
    unpacking = SimpleNamespace(decompress=decompressed, error=zlib.error)
    for owner, name, shortcut in (
        (journal, "_verified", _remembering(journal._verified)),
        (journal, "record_hash", record_hash),
        (journal, "zlib", unpacking),
        (JournalRecord, "body", body),
    ):
        stack.enter_context(patch.object(owner, name, shortcut))
    stack.callback(begin)
