"""Books as readers need them: folded from the journal, kept warm, caught up at each look."""

from dataclasses import dataclass, field

from queries.tape import Tape
from zerodesk.matching import Book
from zerodesk_aws.books import book_stream
from zerodesk_aws.journal import EMPTY, Journal, Tip


@dataclass(slots=True)
class Followed:
    """A book and its tape, as of a record."""

    book: Book
    tape: Tape = field(default_factory=Tape)
    tip: Tip = EMPTY


class MarketData:
    """Follows the books of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._followed: dict[str, Followed] = {}

    def current(self, symbol: str) -> Followed:
        """Return a book folded to the end of its journal, read strongly."""
        # Taken out while it changes: one that a fault leaves half way is not kept.
        followed = self._followed.pop(symbol, None) or Followed(Book(symbol))
        for record in self._journal.read(book_stream(symbol), followed.tip.sequence):
            followed.book.apply(record.body)
            followed.tape.apply(record.body)
            followed.tip = record.tip
        self._followed[symbol] = followed
        return followed
