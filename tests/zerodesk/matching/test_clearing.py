"""A book is cleared by one command, however many records that takes."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_cancel,
    a_sell,
    a_state,
    code,
    record_of,
    status,
    types,
)
from zerodesk.matching import Book, JournalCorruptError


def a_kill(command_id: str = "k1", state: str = "HALTED") -> Any:
    return a_state(state, command_id=command_id) | {"clears": True}


def five_orders() -> Book:
    return a_book(*(a_sell(f"o{n}", 1, 101 + n) for n in range(5)))


def test_the_halt_is_told_first_then_each_order_with_its_hold_free() -> None:
    record = record_of(five_orders(), a_kill())
    assert types(record) == ["MarketStateChanged", *["OrderCancelled"] * 5]
    assert record["events"][0]["clears"] is True
    assert {event["command_id"] for event in record["events"]} == {"k1"}
    assert [posting[3] + posting[4] for posting in record["postings"]] == [0] * 5
    assert not record["continuing"]


def test_what_does_not_fit_a_record_is_cancelled_in_the_next_and_nothing_comes_between() -> None:
    book, follower = five_orders(), Book("BTC-USD")
    follower = Book.from_state(book.state())
    rest: list[Any] = [a_kill(), a_buy("o9", 1, 105), a_cancel("o4")]
    seen: list[list[str]] = []
    while rest or book.continuing:
        decision = book.decide(rest, max_fills=2)
        assert decision is not None
        assert decision.record is not None
        seen.append(types(decision.record))
        follower.apply(decision.record)
        assert follower.state() == book.state()
        assert Book.from_state(book.state()).state() == book.state()
        rest = rest[decision.consumed :]
    assert seen == [
        ["MarketStateChanged", "OrderCancelled", "OrderCancelled"],
        ["OrderCancelled", "OrderCancelled"],
        ["OrderCancelled", "OrderRejected", "CommandRefused"],
    ]


def test_a_clearing_goes_on_without_another_command() -> None:
    book, records = five_orders(), 0
    rest: list[Any] = [a_kill()]
    while rest or book.continuing:
        decision = book.decide(rest, max_fills=2)
        assert decision is not None
        rest, records = rest[decision.consumed :], records + 1
    assert (book.open_orders(), records) == ({}, 3)


def test_an_order_sent_with_the_kill_and_decided_behind_it_is_refused() -> None:
    record = record_of(five_orders(), a_kill(), a_buy("o9", 1, 105))
    assert code(record, "o9") == "MATCHING_MARKET_NOT_OPEN"
    assert status(record, "o0") == "CANCELLED"


@pytest.mark.parametrize("state", ["OPEN", "CANCEL_ONLY", "AUCTION"])
def test_only_a_halt_clears(state: str) -> None:
    record = record_of(five_orders(), a_kill(state=state))
    assert record["events"][0]["rejection"]["code"] == "MATCHING_INVALID_COMMAND"
    assert types(record) == ["CommandRefused"]


def test_an_empty_book_is_halted_and_nothing_more() -> None:
    record = record_of(a_book(), a_kill())
    assert (types(record), record["continuing"]) == (["MarketStateChanged"], False)


def test_clearing_that_is_taken_back_leaves_every_order_in_its_place() -> None:
    book = five_orders()
    before = book.state()
    decision = book.decide([a_kill()], max_fills=2)
    assert decision is not None
    book.undo(decision)
    assert book.state() == before


def test_a_record_that_takes_a_command_while_the_book_is_cleared_is_refused() -> None:
    book = five_orders()
    decision = book.decide([a_kill()], max_fills=2)
    assert decision is not None
    follower = Book.from_state(book.state())
    other = record_of(five_orders(), a_buy("o9", 1, 99))
    with pytest.raises(JournalCorruptError, match="comes before the end of k1"):
        follower.apply(other)
