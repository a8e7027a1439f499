"""What a record did to a market is taken back, in the middle of what takes several records too."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_book, a_buy, a_state, an_ending, record_of
from tests.zerodesk.matching.test_auctions import crossed_book
from tests.zerodesk.matching.test_clearing import a_kill, five_orders
from tests.zerodesk.matching.test_funding import TIME_MS, at_a_premium
from tests.zerodesk.matching.test_mass_cancels import MINE, all_of
from zerodesk.matching import Book, JournalCorruptError

FUNDING: Any = {
    "kind": "fund",
    "command_id": "f",
    "symbol": at_a_premium().book.symbol,
    "funding_at_ms": TIME_MS,
    "accepted_at_ms": TIME_MS,
}


@pytest.mark.parametrize(
    ("book", "command"),
    [
        pytest.param(crossed_book(), an_ending(), id="the end of an auction"),
        pytest.param(five_orders(), a_kill(), id="a clearing"),
        pytest.param(a_book(*MINE), all_of(), id="a cancel of many"),
        pytest.param(at_a_premium().book, FUNDING, id="a funding"),
    ],
)
def test_each_record_of_many_is_as_if_it_had_not_been_once_taken_back(
    book: Book, command: Any
) -> None:
    rest, records = [command], 0
    while rest or book.continuing:
        before = book.state()
        lost = book.decide(rest, max_fills=1)
        assert lost is not None
        book.undo(lost)
        assert book.state() == before
        again = book.decide(rest, max_fills=1)
        assert again is not None
        assert again.kept == lost.kept
        rest, records = rest[again.consumed :], records + 1
    assert records > 1


def test_a_record_that_is_refused_halfway_leaves_the_market_as_it_was() -> None:
    book, follower = a_book(), a_book()
    record = record_of(book, a_state("HALTED"), a_buy("o1", 1, 100))
    record["events"][-1]["order_id"] = "o2"
    before = follower.state()
    with pytest.raises(JournalCorruptError):
        follower.apply(record)
    assert follower.state() == before
