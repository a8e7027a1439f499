"""The life of a book: decide, put, lose the race, take back, fold what others put."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell, record_of
from tests.zerodesk.matching.streams import MARKET, START_MS, streams, symbol_of
from zerodesk.codec import decode_body, encode_body
from zerodesk.commands import Command
from zerodesk.matching import Book, NotUndoableError, listing, order


def test_a_record_goes_to_the_next_sequence() -> None:
    book = a_book()
    decision = book.decide([a_sell("o1")])
    assert decision is not None
    assert (decision.sequence, book.sequence) == (2, 2)
    book.undo(decision)
    assert book.sequence == 1


def test_a_decision_can_be_undone_once() -> None:
    book = a_book()
    decision = book.decide([a_sell("o1")])
    assert decision is not None
    book.undo(decision)
    with pytest.raises(NotUndoableError):
        book.undo(decision)


def test_a_confirmed_decision_cannot_be_undone() -> None:
    book = a_book()
    decision = book.decide([a_sell("o1")])
    assert decision is not None
    book.confirm(decision)
    with pytest.raises(NotUndoableError):
        book.undo(decision)
    with pytest.raises(NotUndoableError):
        book.confirm(decision)


def test_only_the_latest_decision_can_be_undone() -> None:
    book = a_book()
    first = book.decide([a_sell("o1")])
    assert first is not None
    book.decide([a_sell("o3", 1, 102)])
    with pytest.raises(NotUndoableError):
        book.undo(first)


def test_undoing_brings_a_listing_back_too() -> None:
    book = Book(MARKET.symbol)
    empty = book.state()
    listed = a_book().state()
    decision = book.decide([listing(MARKET, at_ms=START_MS)])
    assert decision is not None
    assert book.state() == listed
    book.undo(decision)
    assert book.state() == empty


def test_an_order_whose_fill_was_undone_is_open_again() -> None:
    book = a_book(a_sell("o1", 5, 100))
    decision = book.decide([a_buy("o2", 5, 100)])
    assert decision is not None
    book.undo(decision)
    shown = record_of(book, a_buy("o3", 2, 100))["orders"]["o1"]
    assert shown["status"] == "PARTIALLY_FILLED"
    assert shown["held_minor"] == MARKET.sell_need_minor(3)


def test_the_loser_of_a_race_folds_the_winners_record_and_decides_again() -> None:
    winner, loser = a_book(a_sell("o1", 5)), a_book(a_sell("o1", 5))
    lost = loser.decide([a_buy("late", 5)])
    assert lost is not None
    won = record_of(winner, a_buy("early", 5))
    loser.undo(lost)
    loser.apply(won)
    again = record_of(loser, a_buy("late", 5))
    assert again["orders"]["late"]["status"] == "OPEN"


def test_the_cost_of_undoing_is_that_of_the_batch_not_of_the_book() -> None:
    book = a_book()
    for number in range(40):
        record_of(book, *(a_sell(f"m{number}-{n}", 1, 100 + n) for n in range(50)))
    decision = book.decide([a_buy("o2", 3, 100), a_cancel("m7-7")])
    assert decision is not None
    assert len(decision.draft.touched) == 4
    assert len(decision.draft.moves) == 4
    book.undo(decision)
    assert len(book.open_orders()) == 2_000


def test_a_book_knows_its_stream() -> None:
    assert Book("BTC-USD").stream == "book#BTC-USD"
    assert Book("BTC-USD").symbol == "BTC-USD"


def test_open_orders_say_what_each_holds_and_of_what() -> None:
    orders = a_book(a_buy("o1", 5, 99), a_sell("o2", 4, 101)).open_orders()
    assert orders["o1"]["currency"] == "USD"
    assert orders["o1"]["held_minor"] == MARKET.buy_need_minor(99, 5, 31)
    assert orders["o2"] == {
        "account_id": "alice",
        "side": "SELL",
        "currency": "BTC",
        "held_minor": MARKET.sell_need_minor(4),
        "remaining_lots": 4,
        "price_ticks": 101,
    }


def test_the_market_view_shows_the_best_prices_and_the_last_trade() -> None:
    book = a_book(a_buy("o1", 5, 99), a_sell("o2", 5, 101), a_sell("o3", 2, 99))
    view = book.market_view()
    assert (view["best_bid_ticks"], view["best_ask_ticks"]) == (99, 101)
    assert view["last"] == {
        "trade_id": "BTC-USD-1",
        "price_ticks": 99,
        "quantity_lots": 2,
        "taker_side": "SELL",
        "executed_at_ms": book.time_ms,
    }
    assert (view["book_sequence"], view["trades"]) == (1, 1)


@settings(max_examples=250)
@given(streams(), st.integers(0, 2**32 - 1))
def test_two_writers_that_race_agree_on_every_record(commands: list[Command], seed: int) -> None:
    """Both get every message; one wins each race, the other undoes, folds and decides again."""
    noise = random.Random(seed)
    writers = [Book(symbol_of(commands)), Book(symbol_of(commands))]
    rest = list(commands)
    while rest or writers[0].continuing:
        batch = rest[: noise.randint(1, 5)]
        winner = noise.choice((0, 1))
        first, second = writers[winner], writers[1 - winner]
        won, lost = (book.decide(batch, max_fills=2) for book in (first, second))
        assert won is not None
        assert lost is not None
        second.undo(lost)
        if won.record is not None:
            second.apply(decode_body(encode_body(won.record)))
        assert first.state() == second.state()
        repeated = second.decide(batch[: won.consumed], max_fills=2)
        if repeated is not None and repeated.record is not None:
            first.apply(decode_body(encode_body(repeated.record)))
        assert first.state() == second.state()
        rest = rest[won.consumed :]


def test_the_library_places_orders_with_special_terms() -> None:
    book = a_book()
    terms: Any = {"display_lots": 3, "self_trade": "DECREMENT"}
    iceberg = order(MARKET, "o1", "alice", "SELL", 9, 100, at_ms=START_MS, **terms)
    assert record_of(book, iceberg)["commands"] == [iceberg]
    assert book.depth(1)[1] == [[100, 3, 1]]
