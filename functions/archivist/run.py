"""Follow the books and keep a snapshot wherever a record says the state's hash."""

from collections import Counter
from collections.abc import Callable

from zerodesk.matching import JournalCorruptError as FoldError
from zerodesk.snapshots import is_anchor, take
from zerodesk_aws.entry import count, logger
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal
from zerodesk_aws.recovery import LiveBook, Recovery
from zerodesk_aws.registers import MARKETS, Register
from zerodesk_aws.snapshots import Snapshots

TimeIsUp = Callable[[], bool]


class Archivist:
    """Keeps the snapshots of one journal's books.

    What it has folded stays in memory: a warm process reads only what came since.
    """

    def __init__(self, journal: Journal, snapshots: Snapshots) -> None:
        self._journal, self._snapshots = journal, snapshots
        self._recovery = Recovery(journal, snapshots)
        self._followed: dict[str, LiveBook] = {}
        self._kept: dict[str, int] = {}

    def run(self, time_is_up: TimeIsUp) -> Counter[str]:
        """Follow every listed book as far as the time goes; return the snapshots kept, by book.

        A book whose journal cannot be believed is left out, and reconciliation says so too.
        """
        kept: Counter[str] = Counter()
        for symbol in sorted(Register(self._journal, MARKETS).entries()):
            try:
                kept[symbol] = self._follow(symbol, time_is_up)
            except (FoldError, JournalCorruptError) as fault:
                logger.error("journal not believed", symbol=symbol, fault=str(fault))
                count("BooksNotBelieved")
        return kept

    def _follow(self, symbol: str, time_is_up: TimeIsUp) -> int:
        # Taken out while it changes: one that a fault leaves half way is not kept.
        live = self._followed.pop(symbol, None) or self._start(symbol)
        kept = 0
        for record in self._journal.read(live.book.stream, live.tip.sequence):
            if time_is_up():
                break
            is_due = is_anchor(record.body) and live.tip.sequence > self._kept[symbol]
            snapshot = take(live.book, live.tip.hash) if is_due else None
            live.book.apply(record.body)
            live.tip = record.tip
            if snapshot is not None:
                # The fold has just found the state to be the one that the anchor says.
                self._snapshots.keep(snapshot)
                self._kept[symbol] = snapshot.sequence
                kept += 1
        self._followed[symbol] = live
        return kept

    def _start(self, symbol: str) -> LiveBook:
        live = self._recovery.start(symbol)
        self._kept[symbol] = live.tip.sequence
        return live
