"""What the bytes of a record come to, worked out once a process, for millions of reads.

The processes of a run read the same records again and again. What is remembered here are functions
of their arguments alone, by all of their arguments: a record that was damaged, moved or forged is
another question. Each reader has a body of its own, for it may change what it has.
"""

import json
import marshal
import zlib
from contextlib import ExitStack
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from zerodesk.codec import record_hash as hash_of
from zerodesk.rows import expand
from zerodesk_aws import journal

RECORDS: Final = 8_192
"""More than a run has; the least recently read of runs before are forgotten."""

decompressed: Final = lru_cache(maxsize=RECORDS)(zlib.decompress)
record_hash: Final = lru_cache(maxsize=RECORDS)(hash_of)


@lru_cache(maxsize=RECORDS)
def _frozen(text: str) -> bytes:
    return marshal.dumps(expand(json.loads(text)))


def body_of(text: str) -> Any:
    """Return a new copy of what a record says, as ``expand(json.loads(text))`` does."""
    return marshal.loads(_frozen(text))  # noqa: S302 - written just above


def take(stack: ExitStack) -> None:
    """Let the journal's reader remember until the stack is closed."""
    for name, remembered in (
        ("zlib", SimpleNamespace(decompress=decompressed, error=zlib.error)),
        ("record_hash", record_hash),
        ("json", SimpleNamespace(loads=body_of)),
        ("expand", lambda body: body),
    ):
        stack.enter_context(patch.object(journal, name, remembered))
