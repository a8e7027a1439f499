"""Digests of what a stage has come to, kept up to date step by step.

Two schedules that lead to the same digest lead to the same future: everything that the future can
depend on is in it, times included. What may differ and does not matter is summed up, so that it
is in no order.
"""

import marshal
from hashlib import blake2b
from typing import Any, Final

SIZE_BYTES: Final = 16
"""A million states among 2**128: two that differ do not share one."""


def digest(*parts: Any) -> bytes:
    """Return the digest of plain values; of others, that of what they say of themselves."""
    try:
        told = marshal.dumps(parts, 2)  # version 2 does not tell which of them are one object
    except ValueError:
        told = repr(parts).encode()
    return blake2b(told, digest_size=SIZE_BYTES).digest()


class Sum:
    """A digest of entries in no order, each of which may be replaced."""

    def __init__(self) -> None:
        self._entries: dict[Any, int] = {}
        self._total = 0

    def set(self, name: Any, *value: Any) -> None:
        """Let an entry say this from now on."""
        number = int.from_bytes(digest(name, *value), "big")
        self._total += number - self._entries.get(name, 0)
        self._entries[name] = number

    @property
    def total(self) -> bytes:
        """The digest of all entries, whoever set them first."""
        return (self._total % (1 << 8 * SIZE_BYTES)).to_bytes(SIZE_BYTES, "big")
