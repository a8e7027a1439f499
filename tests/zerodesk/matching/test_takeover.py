"""A book changes hands between two records, and is the same book."""

import copy
from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_book, a_buy, a_sell, record_of, trades
from zerodesk.codec import state_hash
from zerodesk.matching import Book, JournalCorruptError


def taken_over(book: Book, home: str = "eu-west-1") -> dict[str, Any]:
    record = book.take_over(home).record
    assert record is not None
    return record


def test_a_takeover_changes_who_writes_and_nothing_else() -> None:
    book = a_book(a_sell("o1"), a_buy("o2", 2, 99))
    before = book.state()
    taken_over(book)
    assert book.home == "eu-west-1"
    assert book.state() == before | {"home": "eu-west-1", "sequence": before["sequence"] + 1}


def test_a_book_that_nobody_took_over_has_the_state_that_it_always_had() -> None:
    assert "home" not in a_book().state()


def test_a_takeover_that_lost_its_race_is_undone() -> None:
    book = a_book(a_sell("o1"))
    before = book.state()
    book.undo(book.take_over("eu-west-1"))
    assert book.state() == before


def test_the_fold_of_a_takeover_is_the_book_that_took_over() -> None:
    live, folded = a_book(a_sell("o1")), a_book(a_sell("o1"))
    folded.apply(taken_over(live))
    assert state_hash(folded.state()) == state_hash(live.state())
    assert Book.from_state(live.state()).home == "eu-west-1"


def test_a_taker_in_progress_is_finished_by_its_books_new_home() -> None:
    makers = [a_sell(f"m{number}", 1, 100) for number in range(4)]
    first, second = a_book(*makers), a_book(*makers)
    second.apply(record_of(first, a_buy("t", 4, 100), max_fills=2))
    taken = taken_over(second)
    first.apply(taken)
    assert taken["continuing"]
    rest = record_of(second, max_fills=9)
    assert [maker for maker, *_ in trades(rest)] == ["m2", "m3"]
    first.apply(rest)
    assert state_hash(first.state()) == state_hash(second.state())


CORRUPTIONS: dict[str, Any] = {
    "by nobody": {"takeover": {"home": ""}},
    "that trades": {"events": [{"type": "TradeExecuted"}]},
    "that moves money": {"postings": [["alice", "o1", "BTC", -1, 1]]},
    "at another time": {"time_ms": 1},
    "that loses a taker": {"continuing": True},
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_takeover_that_says_more_is_refused(corruption: str) -> None:
    live, folded = a_book(a_sell("o1")), a_book(a_sell("o1"))
    record = copy.deepcopy(taken_over(live)) | CORRUPTIONS[corruption]
    before = folded.state()
    with pytest.raises(JournalCorruptError):
        folded.apply(record)
    assert folded.state() == before
