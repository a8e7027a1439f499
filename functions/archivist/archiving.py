"""Archives by the clock: every stream once a day, at a minute of its own, and a busy book sooner.

The minute follows from the stream's name, so that nothing needs to be remembered and each run has
as much to do as any other. An export that fails, or that the time does not reach, is made up for by
the next one, which goes on where the archive ends.
"""

import zlib
from typing import Final

from archivist.exports import MAX_RECORDS, Exports
from archivist.run import TimeIsUp
from zerodesk_aws.entry import count, logger
from zerodesk_aws.faults import JournalContentionError, JournalCorruptError
from zerodesk_aws.house import house_stream
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import ACCOUNTS, LIMITS, MARKETS, PARTNERS, Entry, Register
from zerodesk_aws.streams import book_stream

MINUTE_MS: Final = 60_000
MINUTES_A_DAY: Final = 1_440


class Archiving:
    """Keeps the archives of one journal's streams."""

    def __init__(self, journal: Journal, exports: Exports) -> None:
        self._journal, self._exports = journal, exports
        self._archived: dict[str, int] = {}

    def run(self, now_ms: int, time_is_up: TimeIsUp) -> int:
        """Export what is due at a time, as far as the time goes; return how many records."""
        markets = Register(self._journal, MARKETS).entries()
        minute = now_ms // MINUTE_MS % MINUTES_A_DAY
        due = [stream for stream in self._streams(markets) if minute_of(stream) == minute]
        due += [
            stream for symbol in sorted(markets) if self._is_full(stream := book_stream(symbol))
        ]
        added = 0
        for stream in due:
            try:
                added += self._extend(stream, time_is_up)
            except JournalContentionError:
                logger.info("archived elsewhere", stream=stream)
            except JournalCorruptError as fault:
                logger.error("journal not believed", stream=stream, fault=str(fault))
                count("BooksNotBelieved")
        return added

    def _streams(self, markets: dict[str, Entry]) -> list[str]:
        """Return every stream that the venue knows of, accounts before books."""
        accounts = sorted(Register(self._journal, ACCOUNTS).entries())
        quotes = sorted({listing["quote"] for listing in markets.values()})
        return [
            *(f"account#{account_id}" for account_id in accounts),
            *(house_stream(currency) for currency in quotes),
            *(book_stream(symbol) for symbol in sorted(markets)),
            *(ACCOUNTS, LIMITS, MARKETS, PARTNERS),
        ]

    def _is_full(self, stream: str) -> bool:
        """Whether a book has a part's worth of records behind its archive."""
        latest = self._journal.latest(stream)
        if latest is None or latest.sequence < MAX_RECORDS:
            return False
        if stream not in self._archived:
            self._archived[stream] = self._exports.end_of(stream)
        return latest.sequence - self._archived[stream] >= MAX_RECORDS

    def _extend(self, stream: str, time_is_up: TimeIsUp) -> int:
        """Add to an archive until nothing is left or the time is up."""
        added = 0
        while not time_is_up():
            exported = self._exports.export(stream)
            self._archived[stream] = exported.last
            if not exported.added:
                break
            added += exported.added
        return added


def minute_of(stream: str) -> int:
    """Return the minute of the day at which a stream is archived."""
    return zlib.crc32(stream.encode()) % MINUTES_A_DAY
