"""Postings: what leaves a hold, what arrives, what comes back, and that nothing is created."""

import random
import string
from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell, record_of, trades
from tests.zerodesk.matching.streams import MARKET
from zerodesk.codec import encode_body
from zerodesk.commands import Command
from zerodesk.ledger import LedgerError
from zerodesk.matching import MAX_COMMANDS_PER_RECORD, MAX_FILLS_PER_RECORD, draft

LOT_MINOR = MARKET.lot_value_minor


def need(price_ticks: int, lots: int, rate_bps: int = 31) -> int:
    return MARKET.buy_need_minor(price_ticks, lots, rate_bps)


def rows(record: dict[str, Any], order_id: str) -> list[list[Any]]:
    return [row[2:] for row in record["postings"] if row[1] == order_id]


def test_a_resting_order_posts_nothing_when_just_its_need_is_held() -> None:
    assert record_of(a_book(), a_buy("o2"))["postings"] == []


def test_what_is_held_beyond_the_need_comes_back_when_the_order_rests() -> None:
    book = a_book()
    record = record_of(book, a_buy("o2", 5, 100, held_minor=need(100, 5) + 70))
    assert rows(record, "o2") == [["USD", -70, 70]]
    assert book.open_orders()["o2"]["held_minor"] == need(100, 5)


def test_a_buyer_gives_up_its_need_and_gets_the_difference_to_the_price_back() -> None:
    record = record_of(a_book(a_sell("o1", 5, 98)), a_buy("o2", 5, 100))
    paid_minor = MARKET.notional_minor(98, 5)
    paid_minor += paid_minor * 31 // 10_000
    assert rows(record, "o2") == [
        ["USD", -need(100, 5), need(100, 5) - paid_minor],
        ["BTC", 0, 5 * LOT_MINOR],
    ]


def test_a_seller_delivers_lots_and_gets_the_proceeds_without_its_fee() -> None:
    record = record_of(a_book(a_sell("o1", 5, 98)), a_buy("o2", 5, 100))
    proceeds_minor = MARKET.notional_minor(98, 5)
    assert rows(record, "o1") == [
        ["BTC", -5 * LOT_MINOR, 0],
        ["USD", 0, proceeds_minor - proceeds_minor * 7 // 10_000],
    ]


def test_after_a_partial_fill_just_the_need_of_the_rest_stays_held() -> None:
    book = a_book(a_buy("o2", 9, 100))
    record = record_of(book, a_sell("o1", 4, 100))
    notional_minor = MARKET.notional_minor(100, 4)
    leaves_minor = need(100, 9) - need(100, 5)
    fee_minor = notional_minor * 7 // 10_000
    assert rows(record, "o2") == [
        ["USD", -leaves_minor, leaves_minor - notional_minor - fee_minor],
        ["BTC", 0, 4 * LOT_MINOR],
    ]
    assert record["orders"]["o2"] == {
        "account_id": "bob",
        "status": "PARTIALLY_FILLED",
        "filled_lots": 4,
        "remaining_lots": 5,
        "filled_notional_minor": notional_minor,
        "fee_minor": fee_minor,
        "fee_currency": "USD",
        "held_minor": need(100, 5),
    }


def test_the_fees_of_a_record_go_to_the_books_own_account() -> None:
    book = a_book(a_sell("o1", 2, 100), a_sell("o3", 2, 101))
    record = record_of(book, a_buy("o2", 4, 101))
    fees_minor = sum(
        event["maker_fee_minor"] + event["taker_fee_minor"] for event in record["events"]
    )
    assert record["postings"][-1] == ["fees#BTC-USD", "", "USD", 0, fees_minor]
    assert book.state()["fees_minor"] == {"USD": fees_minor}


def test_no_fee_no_posting_of_fees() -> None:
    book = a_book(a_sell("o1", 5, 100, maker_bps=0, taker_bps=0))
    record = record_of(book, a_buy("o2", 5, 100, maker_bps=0, taker_bps=0))
    assert {row[0] for row in record["postings"]} == {"alice", "bob"}


def test_the_hold_of_a_cancelled_order_comes_back_whole() -> None:
    record = record_of(a_book(a_buy("o2", 5, 100)), a_cancel("o2", account_id="bob"))
    assert rows(record, "o2") == [["USD", -need(100, 5), need(100, 5)]]
    assert not record["releases"]
    assert record["orders"]["o2"]["held_minor"] == 0


def test_what_an_ioc_order_did_not_use_comes_back() -> None:
    record = record_of(a_book(a_buy("o2", 2, 100)), a_sell("o1", 5, 100, time_in_force="IOC"))
    assert rows(record, "o1")[0] == ["BTC", -5 * LOT_MINOR, 3 * LOT_MINOR]


def test_many_fills_of_one_order_in_a_record_are_one_posting_a_currency() -> None:
    book = a_book(*(a_sell(f"m{number}", 1, 100) for number in range(9)))
    record = record_of(book, a_buy("o2", 9, 100))
    assert len(rows(record, "o2")) == 2
    assert rows(record, "o2")[1] == ["BTC", 0, 9 * LOT_MINOR]


def test_an_order_that_rests_and_is_taken_in_one_record_settles_from_its_whole_hold() -> None:
    record = record_of(a_book(), a_buy("o2", 5, 100), a_sell("o1", 5, 100))
    assert rows(record, "o2")[0][1] == -need(100, 5)
    assert rows(record, "o1")[0] == ["BTC", -5 * LOT_MINOR, 0]


@pytest.mark.parametrize(
    ("field", "off_by"), [("notional_minor", 1), ("remaining_lots", -1), ("fee_minor", 10**9)]
)
def test_a_record_that_would_break_the_ledger_is_a_defect_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, field: str, off_by: int
) -> None:
    book = a_book(a_buy("o2", 5, 100), a_sell("o3", 1, 101))
    before = book.state()
    note = draft.Draft.note

    def corrupting(self: draft.Draft, order: Any, lots_before: int) -> None:
        note(self, order, lots_before)
        setattr(order, field, getattr(order, field) + off_by)

    monkeypatch.setattr(draft.Draft, "note", corrupting)
    with pytest.raises(LedgerError):
        book.decide([a_sell("o4", 2, 100)])
    assert book.state() == before


def test_a_fee_beyond_the_hold_is_a_defect() -> None:
    book = a_book(a_buy("o2", 5, 100))
    book._state.orders["o2"].maker_bps = 5_000
    with pytest.raises(LedgerError, match="order o2 of 5 lots at 100 ticks would execute 5"):
        book.decide([a_sell("o1", 5, 100)])


def test_a_sale_below_the_limit_is_a_defect() -> None:
    book = a_book(a_sell("o1", 5, 100))
    book._state.asks.levels[100].price_ticks = 99
    with pytest.raises(LedgerError, match="order o1 of 5 lots at 100 ticks would execute 5"):
        book.decide([a_buy("o2", 5, 100)])


def test_a_full_record_of_random_ids_stays_below_the_size_of_an_item() -> None:
    noise = random.Random(7)

    def an_id(letters: int) -> str:
        return "".join(noise.choices(string.ascii_lowercase + string.digits, k=letters))

    def makers(count: int, price_ticks: int) -> list[Command]:
        return [
            a_sell(an_id(27), 1, price_ticks, account_id=an_id(36), held_minor=10**15)
            for _ in range(count)
        ]

    book = a_book()
    for _ in range(0, MAX_FILLS_PER_RECORD, MAX_COMMANDS_PER_RECORD):
        record_of(book, *makers(MAX_COMMANDS_PER_RECORD, 100))
    resting = makers(MAX_COMMANDS_PER_RECORD - 1, 200)
    record = record_of(book, *resting, a_buy(an_id(27), MAX_FILLS_PER_RECORD + 1, 100))
    assert len(trades(record)) == MAX_FILLS_PER_RECORD
    assert len(record["commands"]) == MAX_COMMANDS_PER_RECORD
    size_bytes = len(encode_body(record))
    assert size_bytes < 350_000
