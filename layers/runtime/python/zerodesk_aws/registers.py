"""Registers: what the venue knows of itself, as control streams of the journal.

The latest record of a register holds all its entries by name, so reading it is one read. Entries
are only ever added or changed, one per record, each record a conditional put like all others.
"""

from collections.abc import Callable
from random import uniform
from typing import Any, Final

from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.faults import JournalContentionError, RecordTooLargeError, RegisterFullError
from zerodesk_aws.journal import EMPTY, Journal, SequenceTakenError

ACCOUNTS: Final = "control#accounts"
FEEDS: Final = "control#feeds"
LIMITS: Final = "control#limits"
MARKETS: Final = "control#markets"
PARTNERS: Final = "control#partners"

MAX_ENTRIES: Final = 5_000
"""All entries travel in every record: at some sixty bytes each, compressed, this many fit."""

COMMIT_ATTEMPTS: Final = 12
PAUSE_SECONDS_MAX: Final = 0.02

Entry = dict[str, Any]


class Register:
    """One register of a journal table.

    A record's body is ``{"cause": {"kind": "put", "name"}, "entries": [],
    "state": {name: entry}}``; it moves no money, so its ledger entries are none.
    """

    def __init__(self, journal: Journal, stream: str) -> None:
        self._journal, self._stream = journal, stream

    def entries(self) -> dict[str, Entry]:
        """Return everything, by name, read strongly."""
        latest = self._journal.latest(self._stream)
        return {} if latest is None else latest.body["state"]

    def get(self, name: str) -> Entry | None:
        """Return one entry, read strongly, or None."""
        return self.entries().get(name)

    def add(self, name: str, entry: Entry) -> tuple[Entry, bool]:
        """Add an entry unless the name is taken; return the one that stands and whether it is new.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        RegisterFullError
            One entry more than ``MAX_ENTRIES``, or than fit a record.
        """
        return self._commit(name, entry, lambda standing: standing is None)

    def put(self, name: str, entry: Entry) -> None:
        """Add an entry or change it; nothing is written when it stands as it is."""
        self._commit(name, entry, lambda standing: standing != entry)

    def change(self, name: str, before: Entry, entry: Entry) -> bool:
        """Change an entry that stands as it was before; False where it does not any more."""
        return self._commit(name, entry, lambda standing: standing == before)[1]

    def _commit(
        self, name: str, entry: Entry, may_write: Callable[[Entry | None], bool]
    ) -> tuple[Entry, bool]:
        for attempt in range(COMMIT_ATTEMPTS):
            latest = self._journal.latest(self._stream)
            entries: dict[str, Entry] = {} if latest is None else latest.body["state"]
            standing = entries.get(name)
            if not may_write(standing):
                return standing or {}, False
            if standing is None and len(entries) >= MAX_ENTRIES:
                raise RegisterFullError(self._full(len(entries)))
            body = {
                "cause": {"kind": "put", "name": name},
                "entries": [],
                "state": entries | {name: entry},
            }
            try:
                self._journal.append(
                    self._stream, EMPTY if latest is None else latest.tip, body, at_ms=now_ms()
                )
            except SequenceTakenError:
                sleep(uniform(0, PAUSE_SECONDS_MAX * attempt))  # noqa: S311 - spreads writers
                continue
            except RecordTooLargeError as error:
                raise RegisterFullError(self._full(len(entries))) from error
            return entry, True
        raise JournalContentionError(f"{self._stream}: {COMMIT_ATTEMPTS} lost races")

    def _full(self, entries: int) -> str:
        return (
            f"{self._stream} holds {entries:,} entries, the most that fit its record (at best "
            f"{MAX_ENTRIES:,}); nothing was added."
        )
