"""A cancel of many goes through whole, whatever the records hold, and is taken back whole."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_place,
    a_sell,
    a_state,
    record_of,
    status,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.codec import decode_body, encode_body
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.matching import Book, CommandError, JournalCorruptError, cancel_all
from zerodesk.orders import COMMAND_BOUND_MS

MINE = [a_place(f"o{number}", quantity_lots=1, price_ticks=90 + number) for number in range(1, 6)]


def all_of(orders: list[Any] = MINE, at_ms: int = START_MS) -> Any:
    return cancel_all(MARKET, "all", "alice", orders, at_ms=at_ms)


def cancelled(record: Any) -> list[str]:
    return [one["order_id"] for one in record["events"] if one["type"] == "OrderCancelled"]


def test_a_cancel_of_many_is_continued_and_nothing_comes_between() -> None:
    book, folded = a_book(*MINE), a_book(*MINE)
    taker = a_sell("late", quantity_lots=5, price_ticks=90)
    records, rest = [], [all_of(), taker]
    while rest or book.continuing:
        decision = book.decide(rest, max_fills=2)
        assert decision is not None
        assert decision.record is not None
        records.append(decision.record)
        rest = rest[decision.consumed :]
        folded.apply(decode_body(encode_body(decision.record)))
        assert folded.state() == book.state()
    assert [cancelled(record) for record in records] == [["o1", "o2"], ["o3", "o4"], ["o5"]]
    assert [record["continuing"] for record in records] == [True, True, False]
    assert status(records[-1], "late") == "OPEN"


def test_a_cancel_of_many_that_is_taken_back_cancels_nothing() -> None:
    book = a_book(*MINE)
    before = book.state()
    decision = book.decide([all_of()], max_fills=2)
    assert decision is not None
    book.undo(decision)
    assert book.state() == before
    assert not book.continuing
    assert len(book.open_orders()) == len(MINE)


def test_a_book_in_the_middle_of_a_cancel_of_many_is_restored_and_goes_on() -> None:
    book = a_book(*MINE)
    book.decide([all_of()], max_fills=2)
    restored = Book.from_state(decode_body(encode_body(book.state())))
    assert restored.digest() == book.digest()
    assert cancelled(record_of(restored)) == cancelled(record_of(book)) == ["o3", "o4", "o5"]


def test_orders_that_have_not_come_are_kept_out_for_as_long_as_each_may_come() -> None:
    late_ms = START_MS + COMMAND_BOUND_MS
    book = a_book()
    record = record_of(book, all_of())
    assert record["releases"] == [["alice", order["command_id"]] for order in MINE]
    come = [order | {"sent_at_ms": late_ms} for order in MINE]
    record = record_of(book, *come)
    assert record["events"] == []
    record = record_of(book, MINE[0] | {"sent_at_ms": late_ms + 1})
    assert record["orders"]["o1"]["rejection"]["code"] == "MATCHING_EXPIRED"


def test_an_order_that_is_past_its_bound_or_done_needs_no_tombstone() -> None:
    book = a_book(a_place("o1"), a_sell("ask", account_id="bob"))
    assert record_of(book, all_of([MINE[0]]))["events"] == []
    late = all_of(MINE, START_MS + COMMAND_BOUND_MS + 1) | {"command_id": "later"}
    assert record_of(book, late)["events"] == []


def test_its_repeat_leaves_no_trace() -> None:
    book = a_book(*MINE)
    record_of(book, all_of())
    decision = book.decide([all_of()])
    assert decision is not None
    assert decision.record is None


def test_a_late_one_is_refused_and_cancels_nothing() -> None:
    book = a_book(*MINE)
    late = all_of() | {"sent_at_ms": START_MS + COMMAND_BOUND_MS + 1}
    record = record_of(book, late)
    assert [event["type"] for event in record["events"]] == ["CommandRefused"]
    assert len(book.open_orders()) == len(MINE)


def test_a_stopped_market_takes_it() -> None:
    book = a_book(*MINE, a_buy("other"), a_state("HALTED"))
    record_of(book, all_of())
    assert list(book.open_orders()) == ["other"]


@pytest.mark.parametrize(
    "orders",
    [
        "o1",
        ["o1"],
        [["o1"]],
        [["o1", "now"]],
        [["o1", True]],
        [[1, START_MS]],
        [["o1", START_MS]] * (MAX_OPEN_ORDERS + 1),
    ],
)
def test_what_names_no_orders_or_too_many_is_no_command(orders: Any) -> None:
    book = a_book(*MINE)
    with pytest.raises(CommandError, match="orders"):
        book.decide([all_of() | {"orders": orders}])
    assert len(book.open_orders()) == len(MINE)


def forged(record: Any, change: Any) -> Any:
    read = decode_body(encode_body(record))
    change(read)
    return read


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["events"].reverse(),
        lambda record: record["events"].pop(),
        lambda record: record["commands"][-1]["orders"].pop(),
        lambda record: record["commands"][-1].update(account_id="bob"),
    ],
    ids=["another order", "one left", "one too many", "another's"],
)
def test_a_record_that_cancels_otherwise_than_its_command_says_is_refused(change: Any) -> None:
    book, folded = a_book(*MINE), a_book(*MINE)
    record = record_of(book, all_of())
    with pytest.raises(JournalCorruptError):
        folded.apply(forged(record, change))
