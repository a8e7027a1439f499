"""One triggers the other: what the fold refuses, what is never free, how much fits a record."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_place, a_sell, record_of
from tests.zerodesk.matching.streams import MARKET
from zerodesk.commands import PlaceCommand
from zerodesk.matching import Book, CommandError, JournalCorruptError, one_triggers_other

LOT_MINOR = MARKET.lot_value_minor


def a_group(number: int = 1, lots: int = 5, **terms: Any) -> PlaceCommand:
    """A purchase at 95 of alice, and a sale at 105 that follows it."""
    first = a_place(f"b{number}", "BUY", lots, 95)
    then: Any = a_place(f"a{number}", "SELL", lots, 105) | terms
    return one_triggers_other(MARKET, first, then)


def rows(record: dict[str, Any], order_id: str) -> list[list[Any]]:
    return [row[2:] for row in record["postings"] if row[1] == order_id]


def test_lots_that_are_bought_are_held_for_the_sale_that_follows_in_the_same_record() -> None:
    record = record_of(a_book(a_group()), a_sell("o1", 3, 95, account_id="bob"))
    assert rows(record, "b1")[-1] == ["BTC", 0, 3 * LOT_MINOR]
    assert rows(record, "a1") == [["BTC", 3 * LOT_MINOR, -3 * LOT_MINOR]]
    assert record["orders"]["a1"]["held_minor"] == 3 * LOT_MINOR


def test_what_was_bought_is_free_once_the_group_has_ended() -> None:
    book = a_book(a_group(), a_sell("o1", 3, 95, account_id="bob"))
    record = record_of(book, a_cancel("b1"))
    assert rows(record, "a1") == [["BTC", -3 * LOT_MINOR, 3 * LOT_MINOR]]
    assert book.open_orders() == {}


def test_a_hold_of_nothing_is_released_by_name() -> None:
    record = record_of(a_book(a_group()), a_cancel("b1"))
    assert ["alice", "a1"] in [list(row) for row in record["releases"]]


def test_a_group_of_which_less_is_held_than_its_first_order_leaves_to_need_is_refused() -> None:
    short = a_group(1, 5, quantity_lots=7)
    short["then"]["held_minor"] = 2 * LOT_MINOR - 1
    record = record_of(a_book(), short)
    rejection = record["orders"]["b1"]["rejection"]
    assert rejection["code"] == "MATCHING_INSUFFICIENT_HOLD"
    assert (rejection["have"], rejection["need"]) == ("0.00699999", "0.007")
    assert record["orders"]["a1"]["status"] == "REJECTED"
    assert {row[1] for row in record["releases"]} == {"a1", "b1"}


def test_what_follows_and_is_no_order_makes_no_command() -> None:
    group: Any = a_group()
    group["then"] = {"kind": "expire", "command_id": "e1", "symbol": "BTC-USD", "accepted_at_ms": 1}
    with pytest.raises(CommandError, match="then: expire is no order"):
        a_book().decide([group])


def test_a_repeat_of_a_group_whose_first_order_is_done_leaves_the_other_one_its_hold() -> None:
    group = a_group()
    book = a_book(group, a_sell("o1", 5, 95, account_id="bob"))
    record = record_of(book, group)
    assert [list(row) for row in record["releases"]] == [["alice", "b1"]]
    assert book.open_orders()["a1"]["held_minor"] == 5 * LOT_MINOR


def test_every_end_of_a_group_counts_towards_the_bound_of_a_record() -> None:
    groups = [a_group(number) for number in range(6)]
    book = a_book(*groups)
    decision = book.decide([a_cancel(f"b{number}") for number in range(6)], max_fills=3)
    assert decision is not None
    assert decision.consumed == 3


def test_what_follows_comes_in_with_the_next_record_where_one_is_full() -> None:
    book = a_book(*[a_group(number, 1) for number in range(3)])
    first = record_of(book, a_sell("o1", 3, 95, account_id="bob"), max_fills=3)
    assert book.continuing
    second = record_of(book, max_fills=3)
    assert [event["type"] for event in first["events"]] == ["TradeExecuted"] * 3
    assert [event["type"] for event in second["events"]] == ["OrderTriggered", "OrderOpened"] * 3


def filled(book: Book) -> dict[str, Any]:
    return record_of(book, a_sell("o1", 5, 95, account_id="bob"))


def event_of(record: dict[str, Any], kind: str) -> Any:
    return next(event for event in record["events"] if event["type"] == kind)


CORRUPTIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "what follows comes in before its time": lambda r: r["events"].insert(0, r["events"].pop(1)),
    "what follows comes in for less": lambda r: event_of(r, "OrderTriggered").update(
        price_ticks=104
    ),
    "what follows does not come in": lambda r: r["events"].remove(event_of(r, "OrderTriggered")),
    "what was bought is free": lambda r: r["postings"].remove(
        next(row for row in r["postings"] if row[1] == "a1")
    ),
    "what follows has no hold": lambda r: r["orders"]["a1"].update(held_minor=0),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_record_of_a_group_that_does_not_add_up_is_refused(corruption: str) -> None:
    live, folded = a_book(a_group()), a_book(a_group())
    record = copy.deepcopy(filled(live))
    before = folded.state()
    CORRUPTIONS[corruption](record)
    with pytest.raises(JournalCorruptError):
        folded.apply(record)
    assert folded.state() == before


def test_a_record_that_has_something_follow_that_was_not_placed_is_refused() -> None:
    live, folded = a_book(), a_book()
    record = copy.deepcopy(record_of(live, a_group()))
    record["commands"][0]["then"]["command_id"] = "a9"
    with pytest.raises(JournalCorruptError, match="nothing was placed that a1 follows"):
        folded.apply(record)


def test_a_decision_that_is_taken_back_leaves_the_group_to_be_filled_again() -> None:
    book = a_book(a_group())
    before = book.digest()
    seller = a_buy("o1", 5, 95) | {"side": "SELL", "held_minor": 5 * LOT_MINOR}
    first = book.decide([seller])
    assert first is not None
    book.undo(first)
    assert book.digest() == before
    again = book.decide([seller])
    assert again is not None
    assert again.record == first.record
