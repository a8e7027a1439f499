"""Books on their journals: warm in memory, appended to blindly, caught up when behind."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from zerodesk.codec import EncodedBody
from zerodesk.matching import Book, CommandError, Decision
from zerodesk.rows import expand
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import Journal, SequenceTakenError
from zerodesk_aws.recovery import LiveBook, Recovery
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.streams import book_stream

if TYPE_CHECKING:
    from zerodesk.commands import Command

COMMIT_ATTEMPTS: Final = 12


class BookMovedError(Exception):
    """Another region took the book over: what is left of a batch is for that region to decide."""

    def __init__(self, symbol: str, home: str, commands: list["Command"]) -> None:
        super().__init__(f"{symbol} is at home in {home}")
        self.symbol, self.home, self.commands = symbol, home, commands


Committed = tuple[int, dict[str, Any]]
"""A record that stands in the journal: its sequence and its body."""


class UndecidableError(Exception):
    """A command that cannot be decided, by itself: its book is as if it had not come.

    ``records`` are of those before it, ``left`` counts it and those behind it. One that is no
    command cannot be decided ``for good``; any other fault may pass.
    """

    def __init__(self, records: list[Committed], left: int, *, is_for_good: bool) -> None:
        super().__init__(f"{left} commands are left")
        self.records, self.left, self.is_for_good = records, left, is_for_good


class Books:
    """The books of one journal table, each as this process knows it.

    Parameters
    ----------
    table_name
        The journal's.
    snapshots
        Where a book that this process does not know begins; without, at its first record.
    region, home
        Where this process runs, and where a book is at home that nobody ever took over.
    """

    def __init__(
        self,
        table_name: str,
        snapshots: Snapshots | None = None,
        *,
        region: str = "",
        home: str = "",
    ) -> None:
        self.journal = Journal(table_name)
        self._region, self._first_home = region, home
        self._recovery = Recovery(self.journal, snapshots)
        self._live: dict[str, LiveBook] = {}
        self._shared: set[str] = set()
        """Books that another process wrote last, when this one meant to: it may do so again."""

    def current(self, symbol: str) -> LiveBook:
        """Return a book folded to the end of its journal, read strongly."""
        live = self._warm(symbol)
        try:
            self._catch_up(live)
        except BaseException:
            self._live.pop(symbol, None)
            raise
        return live

    def commit(self, symbol: str, commands: Sequence["Command"]) -> list[Committed]:
        """Decide commands and append what comes of them; several records when one is too small.

        The book in memory is decided on without a read. If it was stale the append loses its
        race; then what was decided is undone, the tail is read and the rest decided again. From
        then on the tail is read first, until nobody else has written: a read costs less than a
        decision and a put in vain.

        Returns
        -------
        list of Committed
            What was appended, in order; empty when every command was a repeat without effect.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        BookMovedError
            The book is at home elsewhere: it has what was not decided.
        UndecidableError
            The decision of a command raises. What is wrong is the cause.
        """
        try:
            live = self._warm(symbol)
            if symbol in self._shared and not self._catch_up(live):
                self._shared.discard(symbol)
            return self._commit(live, list(commands))
        except BookMovedError:
            raise
        except BaseException:
            # Whether the last record stands is unknown: the next batch folds the book anew.
            self._live.pop(symbol, None)
            raise

    def _commit(self, live: LiveBook, rest: list["Command"]) -> list[Committed]:
        done: list[Committed] = []
        lost = 0
        while rest or live.book.continuing:
            self._leave_to_another_home(live, rest)
            decision = _decide(live.book, rest, done)
            if decision is None:
                break
            if decision.kept is not None:
                if not self._append(live, decision.kept):
                    live.book.undo(decision)
                    lost += 1
                    self._shared.add(live.book.symbol)
                    if lost == COMMIT_ATTEMPTS:
                        raise JournalContentionError(f"{live.book.stream}: {lost} lost races")
                    self._catch_up(live)
                    continue
                done.append((live.tip.sequence, expand(decision.kept)))
            rest = rest[decision.consumed :]
        return done

    def _leave_to_another_home(self, live: LiveBook, rest: list["Command"]) -> None:
        """Stop before writing to a book that another region took over."""
        if self._home_of(live) == self._region:
            return
        # Before it is sent away: it may have come back, by another process of this region.
        self._catch_up(live)
        home = self._home_of(live)
        if home != self._region:
            raise BookMovedError(live.book.symbol, home, rest)

    def _home_of(self, live: LiveBook) -> str:
        return live.book.home or self._first_home

    def take_over(self, symbol: str, from_epoch: int | None = None) -> list[Committed]:
        """Make this region the home of a book, by a record of the next epoch.

        The append is the fence: the home before loses its next race, reads this record and stops.

        Parameters
        ----------
        symbol
            The book's.
        from_epoch
            Only while it is in this epoch; None is whichever it is in.

        Returns
        -------
        list of Committed
            That record; empty when the book is at home here, or in another epoch, already.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        """
        try:
            return self._take_over(self.current(symbol), from_epoch)
        except BaseException:
            self._live.pop(symbol, None)
            raise

    def _take_over(self, live: LiveBook, from_epoch: int | None) -> list[Committed]:
        for _ in range(COMMIT_ATTEMPTS):
            is_other = from_epoch not in (None, live.tip.epoch)
            if is_other or self._home_of(live) == self._region:
                return []
            decision = live.book.take_over(self._region)
            assert decision.kept is not None, "a takeover is a record"
            if self._append(live, decision.kept, epoch=live.tip.epoch + 1):
                return [(live.tip.sequence, expand(decision.kept))]
            live.book.undo(decision)
            self._catch_up(live)
        raise JournalContentionError(f"{live.book.stream}: {COMMIT_ATTEMPTS} lost races")

    def _append(self, live: LiveBook, kept: dict[str, Any], *, epoch: int | None = None) -> bool:
        """Append at the next sequence; False when another writer was first."""
        stream, body = book_stream(live.book.symbol), EncodedBody.of_kept(kept)
        try:
            live.tip = self.journal.append(
                stream, live.tip, body, at_ms=kept["time_ms"], epoch=epoch
            )
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

    def _catch_up(self, live: LiveBook) -> bool:
        """Read what others appended; say whether there was anything."""
        known = live.tip
        for record in self.journal.read(book_stream(live.book.symbol), known.sequence):
            live.book.apply(record.body)
            live.tip = record.tip
        return live.tip != known


def _decide(book: Book, commands: list["Command"], done: list[Committed]) -> Decision | None:
    """Decide a batch; where that raises, what it begins with alone, to know whose fault it is."""
    try:
        return book.decide(commands)
    except CommandError as error:
        raise UndecidableError(done, len(commands), is_for_good=True) from error
    except Exception:  # noqa: BLE001 - whatever it is, it need not be of all of them
        return _decide_alone(book, commands, done)


def _decide_alone(book: Book, commands: list["Command"], done: list[Committed]) -> Decision | None:
    """Decide what goes on from the record before, or else the first command."""
    if book.continuing:
        # It must be through before anything else, so its fault is for no command to make way for.
        return book.decide([])
    try:
        return book.decide(commands[:1])
    except Exception as error:
        raise UndecidableError(done, len(commands), is_for_good=False) from error
