"""Two regions and one book: whoever took it over writes, the other stops and sends on.

Region A is the zombie: it has the book warm in memory, and hears of nothing.
"""

from typing import TYPE_CHECKING

import pytest

from tests.zerodesk.matching.builders import a_buy, a_cancel, a_sell
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.codec import state_hash
from zerodesk.matching import listing
from zerodesk_aws.books import BookMovedError, Books
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal, Tip
from zerodesk_aws.streams import book_stream

if TYPE_CHECKING:
    from zerodesk.commands import Command

SYMBOL = MARKET.symbol
STREAM = book_stream(SYMBOL)
A, B = "us-east-1", "eu-west-1"


def books_in(region: str) -> Books:
    return Books("journal", region=region, home=A)


@pytest.fixture
def a(journal_table: str) -> Books:
    """Return region A with a book in memory in which one order rests."""
    books = books_in(A)
    books.commit(SYMBOL, [listing(MARKET, at_ms=START_MS), a_sell("o1")])
    return books


@pytest.fixture
def b(a: Books) -> Books:
    """Return region B, which has just taken the book over without A's knowing."""
    books = books_in(B)
    [(sequence, _)] = books.take_over(SYMBOL)
    assert sequence == 2
    return books


def epochs() -> list[int]:
    return [record.epoch for record in Journal("journal").read(STREAM)]


def test_only_its_home_decides_for_a_book(a: Books) -> None:
    with pytest.raises(BookMovedError) as moved:
        books_in(B).commit(SYMBOL, [a_buy("o2")])
    assert (moved.value.home, moved.value.commands) == (A, [a_buy("o2")])
    assert epochs() == [1]


def test_the_home_before_stops_at_the_takeover_and_gives_its_commands_away(
    a: Books, b: Books
) -> None:
    commands: list[Command] = [a_buy("o2", 1), a_cancel("o1")]
    with pytest.raises(BookMovedError) as moved:
        a.commit(SYMBOL, commands)
    assert (moved.value.home, moved.value.commands) == (B, commands)
    assert epochs() == [1, 2]
    assert [sequence for sequence, _ in b.commit(SYMBOL, moved.value.commands)] == [3]
    assert epochs() == [1, 2, 2]


def test_a_repeat_sent_on_twice_is_decided_once(a: Books, b: Books) -> None:
    for _ in range(2):
        with pytest.raises(BookMovedError) as moved:
            a.commit(SYMBOL, [a_cancel("o1")])
        b.commit(SYMBOL, moved.value.commands)
    assert epochs() == [1, 2, 2]


def test_what_the_zombie_wrote_before_the_fence_stands(a: Books) -> None:
    b = books_in(B)
    b.current(SYMBOL)
    a.commit(SYMBOL, [a_buy("o2", 1)])
    b.take_over(SYMBOL)
    assert epochs() == [1, 1, 2]
    assert state_hash(b.current(SYMBOL).book.state()) == state_hash(a.current(SYMBOL).book.state())


def test_taking_over_what_is_at_home_here_writes_nothing(a: Books, b: Books) -> None:
    assert b.take_over(SYMBOL) == []
    assert books_in(B).take_over(SYMBOL) == []
    assert epochs() == [1, 2]


def test_a_book_that_came_back_is_not_sent_away(a: Books, b: Books) -> None:
    with pytest.raises(BookMovedError):
        a.commit(SYMBOL, [a_buy("o2", 1)])
    looking = books_in(A)
    looking.current(SYMBOL)
    books_in(A).take_over(SYMBOL)
    looking.commit(SYMBOL, [a_buy("o2", 1)])
    with pytest.raises(BookMovedError):
        b.commit(SYMBOL, [a_buy("o3", 1)])
    assert epochs() == [1, 2, 3, 3]


def test_two_regions_that_take_over_at_once_get_an_epoch_each(a: Books) -> None:
    b, c = books_in(B), books_in("ap-southeast-1")
    for region in (b, c):
        region.current(SYMBOL)
    live = c._live[SYMBOL]
    b.take_over(SYMBOL)
    # Not through ``take_over``, which would read b's record first.
    assert [sequence for sequence, _ in c._take_over(live, None)] == [3]
    assert epochs() == [1, 2, 3]
    with pytest.raises(BookMovedError, match="ap-southeast-1"):
        b.commit(SYMBOL, [a_buy("o2")])


def test_a_takeover_that_comes_again_late_takes_nothing_back(a: Books, b: Books) -> None:
    books_in(A).take_over(SYMBOL, from_epoch=2)
    assert epochs() == [1, 2, 3]
    assert b.take_over(SYMBOL, from_epoch=1) == []
    assert b.take_over(SYMBOL, from_epoch=3) != []
    assert epochs() == [1, 2, 3, 4]


@pytest.mark.parametrize("epoch", [1, 2, 4])
def test_a_record_of_another_epoch_than_the_takeovers_is_not_believed(
    a: Books, b: Books, epoch: int
) -> None:
    journal = Journal("journal")
    *_, last = journal.read(STREAM)
    forged = Tip(last.sequence, last.hash, epoch)
    journal.append(STREAM, forged, last.body | {"takeover": {"home": A}}, at_ms=START_MS)
    with pytest.raises(JournalCorruptError, match="3 does not follow"):
        books_in(A).current(SYMBOL)
