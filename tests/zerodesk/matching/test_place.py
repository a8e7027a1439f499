"""What happens to an order that the book sees for the first time."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_place,
    a_sell,
    a_state,
    code,
    record_of,
    status,
    trades,
    types,
)
from tests.zerodesk.matching.streams import MARKET
from zerodesk.matching import Book


def test_an_order_that_meets_nobody_rests() -> None:
    book = a_book()
    record = record_of(book, a_sell("o1", 5, 101))
    assert types(record) == ["OrderOpened"]
    assert status(record, "o1") == "OPEN"
    assert book.depth(5) == ([], [[101, 5, 1]])


def test_the_better_price_fills_first() -> None:
    book = a_book(a_sell("dear", 5, 102), a_sell("cheap", 5, 100), a_sell("middle", 5, 101))
    record = record_of(book, a_buy("o2", 12, 102))
    assert trades(record) == [
        ("cheap", "o2", 5, 100),
        ("middle", "o2", 5, 101),
        ("dear", "o2", 2, 102),
    ]


def test_at_one_price_the_earlier_order_fills_first() -> None:
    book = a_book(a_buy("first", 5, 100), a_buy("second", 5, 100))
    assert trades(record_of(book, a_sell("o3", 6, 100))) == [
        ("first", "o3", 5, 100),
        ("second", "o3", 1, 100),
    ]


def test_a_partially_filled_order_keeps_its_place_in_the_queue() -> None:
    book = a_book(a_buy("first", 5, 100), a_buy("second", 5, 100), a_sell("o3", 2, 100))
    assert trades(record_of(book, a_sell("o4", 4, 100))) == [
        ("first", "o4", 3, 100),
        ("second", "o4", 1, 100),
    ]


def test_a_trade_is_at_the_price_of_the_order_that_was_there_first() -> None:
    book = a_book(a_sell("o1", 5, 99))
    assert trades(record_of(book, a_buy("o2", 5, 103))) == [("o1", "o2", 5, 99)]


def test_a_limit_order_never_fills_beyond_its_limit() -> None:
    book = a_book(a_sell("o1", 5, 100), a_sell("far", 5, 101))
    record = record_of(book, a_buy("o2", 9, 100))
    assert trades(record) == [("o1", "o2", 5, 100)]
    assert status(record, "o2") == "PARTIALLY_FILLED"
    assert book.depth(5) == ([[100, 4, 1]], [[101, 5, 1]])


def test_trade_ids_are_dense_over_records() -> None:
    book = a_book(a_sell("o1", 5))
    first = record_of(book, a_buy("o2", 1), a_buy("o3", 1))
    second = record_of(book, a_buy("o4", 1))
    ids = [event["trade_id"] for record in (first, second) for event in record["events"]]
    assert ids == ["BTC-USD-1", "BTC-USD-2", "BTC-USD-3"]


def test_a_trade_names_both_orders_their_accounts_and_their_fees() -> None:
    book = a_book(a_sell("o1", 5, 100))
    (trade,) = record_of(book, a_buy("o2", 4, 102))["events"]
    notional_minor = MARKET.notional_minor(100, 4)
    assert trade == {
        "type": "TradeExecuted",
        "command_id": "o2",
        "trade_id": "BTC-USD-1",
        "price_ticks": 100,
        "quantity_lots": 4,
        "maker_order_id": "o1",
        "maker_account_id": "alice",
        "maker_fee_minor": notional_minor * 7 // 10_000,
        "taker_order_id": "o2",
        "taker_account_id": "bob",
        "taker_fee_minor": notional_minor * 31 // 10_000,
        "taker_side": "BUY",
        "executed_at_ms": book.time_ms,
    }


def test_each_side_pays_the_rate_of_its_own_command() -> None:
    book = a_book(a_sell("o1", 9, 100, maker_bps=1, taker_bps=2))
    (trade,) = record_of(book, a_buy("o2", 9, 100, maker_bps=3, taker_bps=4))["events"]
    notional_minor = MARKET.notional_minor(100, 9)
    assert trade["maker_fee_minor"] == notional_minor * 1 // 10_000
    assert trade["taker_fee_minor"] == notional_minor * 4 // 10_000


def test_a_market_order_goes_up_to_its_collar_and_never_rests() -> None:
    book = a_book(a_sell("o1", 2, 100), a_sell("o2", 2, 104), a_sell("far", 2, 105))
    record = record_of(book, a_buy("o3", 9, 104, order_type="MARKET"))
    assert trades(record) == [("o1", "o3", 2, 100), ("o2", "o3", 2, 104)]
    assert status(record, "o3") == "EXPIRED"
    assert types(record)[-1] == "OrderExpired"
    assert book.depth(5) == ([], [[105, 2, 1]])


def test_an_ioc_order_takes_what_there_is_and_the_rest_expires() -> None:
    book = a_book(a_sell("o1", 2))
    record = record_of(book, a_buy("o2", 5, time_in_force="IOC"))
    assert trades(record) == [("o1", "o2", 2, 100)]
    assert record["orders"]["o2"]["remaining_lots"] == 3
    assert status(record, "o2") == "EXPIRED"


def test_an_ioc_order_that_is_filled_whole_is_filled() -> None:
    record = record_of(a_book(a_sell("o1", 5)), a_buy("o2", 5, time_in_force="IOC"))
    assert status(record, "o2") == "FILLED"


def test_a_fok_order_that_cannot_be_filled_whole_trades_nothing() -> None:
    book = a_book(a_sell("o1", 2, 100), a_sell("o2", 2, 101), a_sell("far", 9, 102))
    record = record_of(book, a_buy("o3", 5, 101, time_in_force="FOK"))
    assert types(record) == ["OrderExpired"]
    assert book.depth(5) == ([], [[100, 2, 1], [101, 2, 1], [102, 9, 1]])


def test_a_fok_order_that_can_be_filled_whole_is() -> None:
    book = a_book(a_sell("o1", 2, 100), a_sell("o2", 3, 101))
    record = record_of(book, a_buy("o3", 5, 101, time_in_force="FOK"))
    assert status(record, "o3") == "FILLED"
    assert book.depth(5) == ([], [])


def test_a_post_only_order_that_would_take_is_refused_with_both_prices() -> None:
    book = a_book(a_sell("o1", 5, 100))
    record = record_of(book, a_buy("o2", 5, 101, post_only=True))
    assert record["orders"]["o2"]["rejection"] == {
        "code": "MATCHING_POST_ONLY_WOULD_CROSS",
        "detail": "a post-only order would have taken from the book",
        "have": "25.25",
        "limit": "25",
    }
    assert record["releases"] == [["bob", "o2"]]
    assert book.depth(5) == ([], [[100, 5, 1]])


def test_a_post_only_order_that_would_not_take_rests() -> None:
    book = a_book(a_sell("o1", 5, 100))
    assert status(record_of(book, a_buy("o2", 5, 99, post_only=True)), "o2") == "OPEN"


def test_an_account_may_trade_with_itself_and_comes_out_right() -> None:
    book = a_book(a_place("o1", "SELL", 5, 100))
    record = record_of(book, a_place("o2", "BUY", 5, 100))
    assert trades(record) == [("o1", "o2", 5, 100)]
    totals: dict[str, int] = {}
    for account_id, _, currency, held_minor, available_minor in record["postings"]:
        if account_id == "alice":
            totals[currency] = totals.get(currency, 0) + held_minor + available_minor
    assert totals == {"BTC": 0, "USD": -book.market_view()["fees_minor"]}


@pytest.mark.parametrize("state", ["CANCEL_ONLY", "HALTED"])
def test_an_order_is_refused_and_its_hold_released_unless_the_market_is_open(state: str) -> None:
    record = record_of(a_book(a_state(state)), a_buy("o2"))
    assert code(record, "o2") == "MATCHING_MARKET_NOT_OPEN"
    assert record["orders"]["o2"]["rejection"]["detail"] == f"BTC-USD is {state}"
    assert record["releases"] == [["bob", "o2"]]
    assert not record["postings"]


def test_an_order_before_the_listing_is_refused() -> None:
    record = record_of(Book(MARKET.symbol), a_buy("o2"))
    assert code(record, "o2") == "MATCHING_MARKET_NOT_OPEN"
    assert record["releases"] == [["bob", "o2"]]


def test_an_order_that_needs_more_than_is_held_is_refused_with_the_numbers() -> None:
    need_minor = MARKET.buy_need_minor(100, 5, 31)
    record = record_of(a_book(a_sell("o1")), a_buy("o2", 5, 100, held_minor=need_minor - 1))
    assert record["orders"]["o2"]["rejection"] == {
        "code": "MATCHING_INSUFFICIENT_HOLD",
        "detail": "needs 0.125387 USD at worst, 0.125386 is held",
        "have": "0.125386",
        "need": "0.125387",
    }
    assert not record["postings"]


def test_a_hold_must_cover_the_dearer_of_the_two_fee_rates() -> None:
    need_minor = MARKET.buy_need_minor(100, 5, 31)
    command = a_buy("o2", 5, 100, maker_bps=32, taker_bps=31, held_minor=need_minor)
    assert code(record_of(a_book(), command), "o2") == "MATCHING_INSUFFICIENT_HOLD"


def test_reasons_come_in_the_order_of_precedence() -> None:
    book = a_book(a_sell("o1", 5, 100), a_state("HALTED"))
    both = a_buy("o2", 5, 101, held_minor=1, post_only=True)
    assert code(record_of(book, both), "o2") == "MATCHING_MARKET_NOT_OPEN"
    record_of(book, a_state("OPEN", command_id="s2"))
    both = a_buy("o3", 5, 101, held_minor=1, post_only=True)
    assert code(record_of(book, both), "o3") == "MATCHING_INSUFFICIENT_HOLD"


@pytest.mark.parametrize(
    "nonsense",
    [
        {"quantity_lots": 0},
        {"quantity_lots": -5},
        {"price_ticks": 0},
        {"price_ticks": -100},
        {"side": "HOLD"},
        {"type": "ICEBERG"},
        {"time_in_force": "GTD"},
        {"time_in_force": "GTD", "expires_at_ms": None},
        {"maker_bps": -10_001},
        {"taker_bps": 10_001},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_journaled(nonsense: dict[str, Any]) -> None:
    book = a_book(a_sell("o1"))
    command: Any = a_buy("o2", held_minor=10**12) | nonsense
    record = record_of(book, command)
    assert code(record, "o2") == "MATCHING_INVALID_COMMAND"
    assert record["commands"] == [command]
    assert record["releases"] == [["bob", "o2"]]
    assert book.depth(5) == ([], [[100, 5, 1]])
