"""A taker that fills more makers than a record holds: rule 12, at its full size."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.zerodesk.matching.builders import a_buy, a_cancel, a_sell
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.codec import state_hash
from zerodesk.matching import MAX_FILLS_PER_RECORD, listing
from zerodesk_aws.books import Books, Committed
from zerodesk_aws.journal import MAX_ITEM_BYTES, Journal
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.journal import JournalItem

if TYPE_CHECKING:
    from zerodesk.commands import Command

MAKERS = 1_600
STREAM = book_stream(MARKET.symbol)


@pytest.fixture
def books(journal_table: str) -> Books:
    """Return the books of a process in whose only book the makers rest, a lot each."""
    books = Books(journal_table)
    books.commit(MARKET.symbol, [listing(MARKET, at_ms=START_MS)])
    makers: list[Command] = [
        a_sell(f"maker-{number:021d}", 1, 100, account_id=f"account-{number % 500}")
        for number in range(MAKERS)
    ]
    books.commit(MARKET.symbol, makers)
    return books


def fills(records: list[Committed]) -> Iterator[str]:
    for _, body in records:
        for event in body["events"]:
            if event["type"] == "TradeExecuted":
                yield event["maker_order_id"]


def test_one_taker_fills_them_all_in_turn_over_several_records_that_each_fit(books: Books) -> None:
    records = books.commit(MARKET.symbol, [a_buy("taker", MAKERS, 100)])
    assert len(records) == -(-MAKERS // MAX_FILLS_PER_RECORD)
    assert list(fills(records)) == [f"maker-{number:021d}" for number in range(MAKERS)]
    assert [body["continuing"] for _, body in records] == [True] * 4 + [False]
    assert [body["orders"]["taker"]["status"] for _, body in records] == [
        *["PARTIALLY_FILLED"] * 4,
        "FILLED",
    ]
    for item in bound(JournalItem, "journal").query(STREAM):
        assert len(item.body) < MAX_ITEM_BYTES
    cold = Books("journal").current(MARKET.symbol)
    assert state_hash(cold.book.state()) == state_hash(books.current(MARKET.symbol).book.state())


def test_nothing_enters_the_book_before_the_taker_is_through(books: Books) -> None:
    late = [a_cancel(f"maker-{MAKERS - 1:021d}", account_id=f"account-{(MAKERS - 1) % 500}")]
    records = books.commit(MARKET.symbol, [a_buy("taker", MAKERS, 100), *late])
    assert len(list(fills(records))) == MAKERS
    assert [len(body["commands"]) for _, body in records] == [1, 0, 0, 0, 1]
    assert records[-1][1]["events"][-1]["type"] == "CommandRefused"


def test_a_process_that_dies_between_the_records_leaves_the_rest_to_the_next(books: Books) -> None:
    live = books.current(MARKET.symbol)
    decision = live.book.decide([a_buy("taker", MAKERS, 100)])
    assert decision is not None
    assert decision.record is not None
    Journal("journal").append(STREAM, live.tip, decision.record, at_ms=START_MS)
    rest = Books("journal").commit(MARKET.symbol, [a_buy("taker", MAKERS, 100)])
    assert len(list(fills(rest))) == MAKERS - MAX_FILLS_PER_RECORD
    assert rest[-1][1]["releases"] == [["bob", "taker"]]


def test_a_twin_that_goes_on_with_the_same_taker_writes_nothing_twice(books: Books) -> None:
    twin = Books("journal")
    live = twin.current(MARKET.symbol)
    first = live.book.decide([a_buy("taker", MAKERS, 100)])
    assert first is not None
    assert first.record is not None
    assert twin._append(live, first.record)
    books.commit(MARKET.symbol, [a_buy("other", 1, 99)])
    twin.commit(MARKET.symbol, [])
    journal = [(record.sequence, record.body) for record in Journal("journal").read(STREAM)]
    assert len(list(fills(journal))) == MAKERS
    assert journal[-1][0] == twin.current(MARKET.symbol).tip.sequence
