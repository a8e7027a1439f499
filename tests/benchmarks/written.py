"""What was written to tables, from the local cloud's own log (``emulator/write_log.py``)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.benchmarks.tail import Tail
from tests.benchmarks.units import Units, size_of
from zerodesk_aws.streams import book_stream

QUIET_SECONDS: Final = 3.0
"""Without a write for so long, nothing is left to be done but what schedules begin."""

BOOKS: Final = book_stream("")


class Write(NamedTuple):
    """One put or update: when its item stood, the table's short name, the item before and after.

    The items are the same where a condition failed; one that was not there is empty.
    """

    at_ms: int
    table: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def is_record_of_book(self) -> bool:
        """Whether a book's journal has a record more by it."""
        is_new = self.table == "journal" and not self.before
        return is_new and self.after["stream"]["S"].startswith(BOOKS)


class Writes:
    """Reads the log on from where it was read last."""

    def __init__(self, log: Path) -> None:
        self._tail = Tail(log)

    def taken(self) -> list[Write]:
        """Return the writes since this was last asked."""
        return [_write(line) for line in self._tail.lines()]

    def quiet(self) -> list[Write]:
        """Wait until nothing has been written for a while, and return the writes until then."""
        return [_write(line) for line in self._tail.until_quiet(QUIET_SECONDS)]


def _write(line: str) -> Write:
    said = json.loads(line)
    table = said["table"].rpartition("-")[2]
    return Write(said["at_ms"], table, said["before"], said["after"])


def units_of(writes: Iterable[Write]) -> Units:
    """Return what writes would cost."""
    units = Units()
    for one in writes:
        size_bytes = max(size_of(one.before), size_of(one.after))
        units.count(one.table, size_bytes, is_new=not one.before)
    return units
