"""Snapshots appear at the anchors of every listed book, and the journal is left as it was."""

import pytest

from archivist.run import Archivist
from tests.functions.conftest import Context
from tests.tables_in_memory import overwritten
from tests.zerodesk.matching.streams import MARKET, a_stream
from zerodesk.matching import Book
from zerodesk_aws.journal import EMPTY, Journal
from zerodesk_aws.recovery import Recovery
from zerodesk_aws.registers import MARKETS, Register
from zerodesk_aws.snapshots import Snapshots

SYMBOL = MARKET.symbol
STREAM = f"book#{SYMBOL}"


class Live:
    """A live book that appends to the journal as matching does, an anchor every ten records."""

    def __init__(self) -> None:
        self.book, self.tip = Book(SYMBOL, anchor_every=10), EMPTY
        self.journal = Journal("journal")
        self.commands = iter(a_stream(seed=3, length=200))
        Register(self.journal, MARKETS).put(SYMBOL, MARKET.to_dict())

    def grow_to(self, sequence: int) -> None:
        while self.book.sequence < sequence:
            decision = self.book.decide([next(self.commands)])
            if decision is not None and decision.record is not None:
                self.tip = self.journal.append(
                    STREAM, self.tip, decision.record, at_ms=self.book.time_ms
                )


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture
def snapshots() -> Snapshots:
    return Snapshots("snapshots", "snapshots")


def kept(snapshots: Snapshots) -> list[int]:
    return sorted(one.sequence for one in snapshots.newest_first(STREAM, limit=99))


def never() -> bool:
    return False


def test_each_anchor_gets_its_snapshot_and_cold_books_begin_at_the_last(
    live: Live, snapshots: Snapshots
) -> None:
    live.grow_to(34)
    assert Archivist(live.journal, snapshots).run(never) == {SYMBOL: 3}
    assert kept(snapshots) == [10, 20, 30]
    assert Recovery(live.journal, snapshots).start(SYMBOL).book.sequence == 30


def test_a_snapshot_waits_for_the_record_that_vouches_for_it(
    live: Live, snapshots: Snapshots
) -> None:
    archivist = Archivist(live.journal, snapshots)
    live.grow_to(10)
    assert archivist.run(never) == {SYMBOL: 0}
    live.grow_to(11)
    assert archivist.run(never) == {SYMBOL: 1}
    assert archivist.run(never) == {SYMBOL: 0}


def test_a_cold_archivist_goes_on_from_its_own_snapshots(live: Live, snapshots: Snapshots) -> None:
    live.grow_to(22)
    Archivist(live.journal, snapshots).run(never)
    live.grow_to(43)
    assert Archivist(live.journal, snapshots).run(never) == {SYMBOL: 2}
    assert kept(snapshots) == [10, 20, 30, 40]


def test_a_run_ends_when_its_time_is_up_and_the_next_one_goes_on(
    live: Live, snapshots: Snapshots
) -> None:
    live.grow_to(34)
    archivist = Archivist(live.journal, snapshots)
    asked = iter([False] * 15 + [True])
    assert archivist.run(lambda: next(asked)) == {SYMBOL: 1}
    assert archivist.run(never) == {SYMBOL: 2}


def test_a_book_whose_journal_is_broken_gets_no_snapshot_beyond_it_and_hinders_no_other(
    live: Live, snapshots: Snapshots
) -> None:
    live.grow_to(34)
    Register(live.journal, MARKETS).put("ETH-USD", {})
    overwritten(STREAM, 15, b"noise")
    assert Archivist(live.journal, snapshots).run(never) == {"ETH-USD": 0}
    assert kept(snapshots) == [10]


def test_the_handler_answers_with_what_it_kept(live: Live, context: Context) -> None:
    from archivist.handler import handler

    live.grow_to(12)
    assert handler({"schedule": "keep-snapshots"}, context) == {
        "snapshots": {SYMBOL: 1},
        "archived": 0,
    }
