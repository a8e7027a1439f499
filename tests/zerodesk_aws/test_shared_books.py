"""Two processes and one book: who found it stale reads it first, as long as it is shared."""

from collections import Counter
from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_sell
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import listing
from zerodesk_aws.books import Books
from zerodesk_aws.journal import Journal, SequenceTakenError

SYMBOL = MARKET.symbol


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what is asked of the journal."""
    counted: Counter[str] = Counter()
    append, read = Journal.append, Journal.read

    def counting_append(journal: Journal, *what: Any, **how: Any) -> Any:
        try:
            tip = append(journal, *what, **how)
        except SequenceTakenError:
            counted["lost"] += 1
            raise
        counted["put"] += 1
        return tip

    def counting_read(journal: Journal, *what: Any, **how: Any) -> Any:
        counted["read"] += 1
        return read(journal, *what, **how)

    monkeypatch.setattr(Journal, "append", counting_append)
    monkeypatch.setattr(Journal, "read", counting_read)
    return counted


class Process:
    """One process's view of the book; each order is its own."""

    def __init__(self, name: str, done: Counter[str]) -> None:
        self.books, self._name, self._done = Books("journal"), name, done
        self._number = 0

    def sells(self) -> Counter[str]:
        """Commit one order and return what that asked of the journal."""
        before = self._done.copy()
        self._number += 1
        self.books.commit(SYMBOL, [a_sell(f"{self._name}{self._number}")])
        return self._done - before


@pytest.fixture
def one(journal_table: str, done: Counter[str]) -> Process:
    process = Process("a", done)
    process.books.commit(SYMBOL, [listing(MARKET, at_ms=START_MS)])
    return process


def test_a_book_of_ones_own_is_never_read(one: Process) -> None:
    for _ in range(3):
        assert one.sells() == {"put": 1}


def test_a_book_that_others_write_too_is_read_first_and_no_put_is_in_vain(
    one: Process, done: Counter[str]
) -> None:
    other = Process("b", done)
    other.sells()
    assert one.sells() == {"lost": 1, "read": 1, "put": 1}
    assert other.sells() == {"lost": 1, "read": 1, "put": 1}
    for _ in range(3):
        assert one.sells() == {"read": 1, "put": 1}
        assert other.sells() == {"read": 1, "put": 1}


def test_once_nobody_else_writes_it_is_not_read_any_more(one: Process, done: Counter[str]) -> None:
    Process("b", done).sells()
    one.sells()
    assert one.sells() == {"read": 1, "put": 1}
    assert one.sells() == {"put": 1}
