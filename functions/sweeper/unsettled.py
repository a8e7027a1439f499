"""The orders that a book has answered, and settlement has not carried over."""

from sweeper.bounds import MAX_UNSETTLED
from zerodesk_aws.entry import logger
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor


class Unsettled:
    """Asked once per run and book: what is answered later is driven on in the next run."""

    def __init__(self, journal: Journal, cursors: Cursors) -> None:
        self._journal, self._cursors = journal, cursors
        self._orders: dict[str, set[str]] = {}

    def __contains__(self, place: tuple[str, str]) -> bool:
        """Whether a book, by symbol, has answered an order behind the settlement cursor."""
        symbol, order_id = place
        if symbol not in self._orders:
            self._orders[symbol] = self._read(symbol)
        return order_id in self._orders[symbol]

    def _read(self, symbol: str) -> set[str]:
        position = self._cursors.position(settlement_cursor(symbol))
        found: set[str] = set()
        try:
            for record in self._journal.read(book_stream(symbol), position, limit=MAX_UNSETTLED):
                found.update(record.body["orders"])
                found.update(order_id for _, order_id in record.body["releases"])
        except JournalCorruptError as fault:
            # Reconciliation says so and halts the book; here it must not hold up the accounts.
            logger.warning("book not readable", symbol=symbol, fault=str(fault))
        return found
