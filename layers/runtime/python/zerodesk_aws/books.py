"""Books on their journals: warm in memory, appended to blindly, caught up when behind."""

from collections.abc import Sequence
from typing import Any, Final

from zerodesk.matching import CommandError
from zerodesk.orders import Command
from zerodesk_aws.entry import logger
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import Journal, SequenceTakenError
from zerodesk_aws.recovery import LiveBook, Recovery
from zerodesk_aws.snapshots import Snapshots

COMMIT_ATTEMPTS: Final = 12


def book_stream(symbol: str) -> str:
    """Return the name of a book's stream."""
    return f"book#{symbol}"


Committed = tuple[int, dict[str, Any]]
"""A record that stands in the journal: its sequence and its body."""


class Books:
    """The books of one journal table, each as this process knows it.

    A book that it does not know begins at a snapshot; without ``snapshots``, at its first record.
    """

    def __init__(self, table_name: str, snapshots: Snapshots | None = None) -> None:
        self.journal = Journal(table_name)
        self._recovery = Recovery(self.journal, snapshots)
        self._live: dict[str, LiveBook] = {}

    def current(self, symbol: str) -> LiveBook:
        """Return a book folded to the end of its journal, read strongly."""
        live = self._warm(symbol)
        try:
            self._catch_up(live)
        except BaseException:
            self._live.pop(symbol, None)
            raise
        return live

    def commit(self, symbol: str, commands: Sequence[Command]) -> list[Committed]:
        """Decide commands and append what comes of them; several records when one is too small.

        The book in memory is decided on without a read. If it was stale the append loses its
        race; then what was decided is undone, the tail is read and the rest decided again.

        Returns
        -------
        list of Committed
            What was appended, in order; empty when every command was a repeat without effect.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        """
        try:
            return self._commit(self._warm(symbol), list(commands))
        except BaseException:
            # Whether the last record stands is unknown: the next batch folds the book anew.
            self._live.pop(symbol, None)
            raise

    def _commit(self, live: LiveBook, rest: list[Command]) -> list[Committed]:
        done: list[Committed] = []
        lost = 0
        while rest or live.book.continuing:
            try:
                decision = live.book.decide(rest)
            except CommandError as error:
                # It can never be decided, and what stands behind it must not wait for ever.
                logger.error("command quarantined", command=rest[0], fault=str(error))
                rest = rest[1:]
                continue
            if decision is None:
                break
            if decision.record is not None:
                if not self._append(live, decision.record):
                    live.book.undo(decision)
                    lost += 1
                    if lost == COMMIT_ATTEMPTS:
                        raise JournalContentionError(f"{live.book.stream}: {lost} lost races")
                    self._catch_up(live)
                    continue
                done.append((live.tip.sequence, decision.record))
            rest = rest[decision.consumed :]
        return done

    def _append(self, live: LiveBook, body: dict[str, Any]) -> bool:
        """Append at the next sequence; False when another writer was first."""
        stream = book_stream(live.book.symbol)
        try:
            live.tip = self.journal.append(stream, live.tip, body, at_ms=body["time_ms"])
        except SequenceTakenError:
            return False
        return True

    def view(self, symbol: str) -> dict[str, Any]:
        """Return what the market table shows of a book, as this process knows it."""
        return self._warm(symbol).book.market_view()

    def _warm(self, symbol: str) -> LiveBook:
        if symbol not in self._live:
            live = self._recovery.start(symbol)
            self._catch_up(live)
            self._live[symbol] = live
        return self._live[symbol]

    def _catch_up(self, live: LiveBook) -> None:
        for record in self.journal.read(book_stream(live.book.symbol), live.tip.sequence):
            live.book.apply(record.body)
            live.tip = record.tip
