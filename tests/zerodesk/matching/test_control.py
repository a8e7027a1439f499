"""Cancels, tombstones, index prices, the listing and trading states."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_cancel,
    a_place,
    a_sell,
    a_state,
    an_index,
    code,
    record_of,
    status,
    trades,
    types,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import Book, listing
from zerodesk.orders import COMMAND_BOUND_MS


def test_a_cancelled_order_leaves_the_book_and_its_gate_says_done() -> None:
    book = a_book(a_sell("o1", 5, 100))
    record = record_of(book, a_cancel("o1"))
    assert types(record) == ["OrderCancelled"]
    assert status(record, "o1") == "CANCELLED"
    assert record["orders"]["o1"]["remaining_lots"] == 5
    assert record["orders"]["c1"] == {
        "account_id": "alice",
        "kind": "cancel",
        "order_id": "o1",
        "status": "DONE",
        "if_pending": True,
    }
    assert book.depth(5) == ([], [])


def test_a_cancel_that_comes_again_after_it_was_forgotten_leaves_its_first_answer() -> None:
    book = a_book(a_sell("o1", 5, 100), a_cancel("o1"))
    late_ms = START_MS + 2 * COMMAND_BOUND_MS
    again = a_cancel("o1") | {"accepted_at_ms": late_ms, "sent_at_ms": late_ms}
    record = record_of(book, again)
    assert status(record, "c1") == "DONE"
    assert record["orders"]["c1"]["if_pending"]


def test_a_cancel_in_the_middle_of_a_queue_leaves_the_others_in_order() -> None:
    book = a_book(a_sell("o1", 1), a_sell("o2", 1), a_sell("o3", 1), a_cancel("o2"))
    assert trades(record_of(book, a_buy("o4", 2))) == [("o1", "o4", 1, 100), ("o3", "o4", 1, 100)]


def test_a_cancel_keeps_what_was_filled_before_it() -> None:
    book = a_book(a_sell("o1", 5), a_buy("o2", 2))
    shown = record_of(book, a_cancel("o1"))["orders"]["o1"]
    assert (shown["status"], shown["filled_lots"], shown["remaining_lots"]) == ("CANCELLED", 2, 3)


def test_a_cancel_of_a_filled_order_is_refused() -> None:
    book = a_book(a_sell("o1", 5), a_buy("o2", 5))
    record = record_of(book, a_cancel("o1"))
    assert types(record) == ["CommandRefused"]
    assert (status(record, "c1"), code(record, "c1")) == ("REFUSED", "MATCHING_ORDER_NOT_OPEN")
    assert "o1" not in record["orders"]


def test_a_cancel_of_another_accounts_order_is_refused() -> None:
    book = a_book(a_sell("o1", 5))
    record = record_of(book, a_cancel("o1", account_id="mallory"))
    assert code(record, "c1") == "MATCHING_ORDER_NOT_OPEN"
    assert book.depth(1)[1] == [[100, 5, 1]]


@pytest.mark.parametrize("state", ["CANCEL_ONLY", "HALTED", "AUCTION"])
def test_cancels_are_taken_in_every_state(state: str) -> None:
    record = record_of(a_book(a_sell("o1"), a_state(state)), a_cancel("o1"))
    assert status(record, "o1") == "CANCELLED"


def test_a_cancel_that_overtakes_its_order_releases_the_hold_at_once() -> None:
    record = record_of(a_book(), a_cancel("o1"))
    assert record["releases"] == [["alice", "o1"]]
    assert status(record, "o1") == "CANCELLED"
    assert status(record, "c1") == "DONE"
    assert record["orders"]["o1"]["if_pending"]


def test_an_order_that_comes_after_its_cancel_never_enters_and_is_released_again() -> None:
    book = a_book(a_cancel("o1"))
    record = record_of(book, a_sell("o1"))
    assert record["releases"] == [["alice", "o1"]]
    assert not record["events"]
    assert book.depth(1) == ([], [])


def test_a_tombstone_outlives_the_bound_of_every_order_accepted_before_its_cancel_was_sent() -> (
    None
):
    sent_ms = START_MS + 500
    book = a_book(a_cancel("o1", accepted_at_ms=START_MS, sent_at_ms=sent_ms))
    late = a_sell("o1", accepted_at_ms=sent_ms, sent_at_ms=sent_ms + COMMAND_BOUND_MS)
    record_of(book, late)
    assert book.depth(1) == ([], [])


def test_an_order_that_a_tombstone_refused_is_refused_for_its_own_bound() -> None:
    book = a_book(a_cancel("o1"))
    later_ms = START_MS + COMMAND_BOUND_MS
    order = a_sell("o1", accepted_at_ms=later_ms)
    record_of(book, order)
    record = record_of(book, a_sell("o1", accepted_at_ms=later_ms, sent_at_ms=later_ms + 1))
    assert record["releases"] == [["alice", "o1"]]
    assert book.depth(1) == ([], [])


def test_an_order_can_be_cancelled_before_the_market_is_listed() -> None:
    record = record_of(Book(MARKET.symbol), a_cancel("o1"))
    assert record["releases"] == [["alice", "o1"]]


def mark(book: Book) -> tuple[int, str]:
    view = book.market_view()["mark"]
    return view["price_ticks"], view["source"]


def test_the_first_mark_is_the_reference_price_of_the_listing() -> None:
    assert mark(a_book()) == (MARKET.reference_price_ticks, "REFERENCE")


def test_a_trade_moves_the_mark_until_an_index_price_comes() -> None:
    book = a_book(a_sell("o1", 1, 101), a_buy("o2", 1, 101))
    assert mark(book) == (101, "LAST_TRADE")
    record = record_of(book, an_index(104))
    assert types(record) == ["IndexPriceChanged"]
    assert mark(book) == (104, "INDEX")


def test_a_book_without_a_listing_has_no_mark() -> None:
    assert Book(MARKET.symbol).market_view()["mark"] is None


def test_an_index_price_that_was_observed_earlier_does_not_replace_a_later_one() -> None:
    book = a_book(an_index(104, observed_at_ms=START_MS - 10))
    record = record_of(book, an_index(90, observed_at_ms=START_MS - 11, source="slow"))
    assert record["events"][0]["rejection"]["code"] == "MATCHING_STALE_INDEX"
    assert mark(book) == (104, "INDEX")


def test_a_source_whose_clock_is_ahead_does_not_keep_the_others_out() -> None:
    book = a_book(an_index(104, observed_at_ms=START_MS + 3_600_000, source="ahead"))
    record_of(book, an_index(90, observed_at_ms=START_MS))
    assert mark(book) == (90, "INDEX")


def test_an_index_price_of_zero_is_refused() -> None:
    record = record_of(a_book(), an_index(0))
    assert record["events"][0]["rejection"]["code"] == "MATCHING_INVALID_COMMAND"


def test_a_listing_opens_the_market() -> None:
    book = Book(MARKET.symbol)
    record = record_of(book, listing(MARKET, at_ms=START_MS))
    assert record["events"] == [
        {
            "type": "MarketListed",
            "command_id": "list-BTC-USD",
            "market": MARKET.to_dict(),
            "state": "OPEN",
        }
    ]
    view = book.market_view()
    assert (view["state"], view["market"]) == ("OPEN", MARKET.to_dict())


def test_a_market_is_listed_once() -> None:
    book = a_book()
    again: Any = listing(MARKET, at_ms=START_MS) | {"command_id": "list-again"}
    record = record_of(book, again)
    assert record["events"][0]["rejection"]["detail"] == "BTC-USD is listed already"


def test_the_listing_of_another_market_is_refused() -> None:
    command = listing(MARKET, at_ms=START_MS)
    command["market"] = command["market"] | {"symbol": "ETH-USD"}
    record = record_of(Book(MARKET.symbol), command)
    assert record["events"][0]["rejection"]["code"] == "MATCHING_INVALID_COMMAND"


def test_a_change_of_state_is_journaled_with_its_reason_and_what_was_before() -> None:
    book = a_book()
    record = record_of(book, a_state("CANCEL_ONLY"))
    assert record["events"] == [
        {
            "type": "MarketStateChanged",
            "command_id": "s1",
            "state": "CANCEL_ONLY",
            "previous": "OPEN",
            "reason": "a test",
            "at_ms": START_MS,
        }
    ]
    view = book.market_view()
    assert (view["state"], view["state_reason"]) == ("CANCEL_ONLY", "a test")


def test_an_unknown_state_is_refused() -> None:
    book = a_book()
    record = record_of(book, a_state("ASLEEP"))
    assert types(record) == ["CommandRefused"]
    assert book.market_view()["state"] == "OPEN"


def test_a_market_that_is_not_listed_has_no_state_to_change() -> None:
    book = Book(MARKET.symbol)
    record_of(book, a_state("OPEN"))
    assert book.market_view()["state"] is None


def test_resting_orders_stay_through_a_halt_and_trade_after_it() -> None:
    book = a_book(a_sell("o1"), a_state("HALTED"), a_state("OPEN", command_id="s2"))
    assert trades(record_of(book, a_place("o2"))) == [("o1", "o2", 5, 100)]
