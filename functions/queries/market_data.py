"""Books and tapes as readers need them: kept warm, caught up at each look."""

from collections.abc import Callable
from dataclasses import dataclass, field

from queries.tape import MINUTE_MS, WINDOW_MINUTES, Tape
from zerodesk.matching import Book
from zerodesk_aws.books import Books
from zerodesk_aws.clock import now_ms
from zerodesk_aws.streams import book_stream


@dataclass(slots=True)
class Followed:
    """A tape, as of a record."""

    sequence: int
    tape: Tape = field(default_factory=Tape)


class MarketData:
    """Follows the books of one journal.

    A book begins at its newest snapshot, a tape a day ago: neither is folded from its beginning.
    """

    def __init__(self, books: Books, clock: Callable[[], int] = now_ms) -> None:
        self._books, self._journal, self._clock = books, books.journal, clock
        self._followed: dict[str, Followed] = {}

    def book(self, symbol: str) -> Book:
        """Return a book folded to the end of its journal, read strongly."""
        return self._books.current(symbol).book

    def tape(self, symbol: str) -> Tape:
        """Return a book's trades of the last day, read strongly."""
        # Taken out while it changes: one that a fault leaves half way is not kept.
        followed = self._followed.pop(symbol, None) or self._a_day_ago(symbol)
        for record in self._journal.read(book_stream(symbol), followed.sequence):
            followed.tape.apply(record.body)
            followed.sequence = record.sequence
        self._followed[symbol] = followed
        return followed.tape

    def _a_day_ago(self, symbol: str) -> Followed:
        since_ms = self._clock() - (WINDOW_MINUTES + 1) * MINUTE_MS
        return Followed(self._journal.position_at(book_stream(symbol), since_ms))
