"""The engine as a library: what a notebook says, by the functions that make its commands."""

from typing import Any

from tests.zerodesk.matching.builders import record_of, status, trades, types
from tests.zerodesk.matching.streams import MARKET
from zerodesk.matching import Book, amend, end_auction, listing, order, set_state


def a_book() -> Book:
    book = Book(MARKET.symbol)
    record_of(book, listing(MARKET))
    return book


def an_order(name: str, who: str, side: Any, lots: int, ticks: int, **terms: Any) -> Any:
    return order(MARKET, name, who, side, quantity_lots=lots, price_ticks=ticks, **terms)


def test_a_stop_that_trails_and_ends_at_a_time_is_an_order_like_any_other() -> None:
    stop = order(
        MARKET,
        "s1",
        "alice",
        "SELL",
        quantity_lots=2,
        price_ticks=90,
        time_in_force="GTD",
        expires_at_ms=900,
        trigger="STOP",
        trigger_ticks=95,
        trail_bps=250,
    )
    assert status(record_of(a_book(), stop), "s1") == "ARMED"


def test_less_of_an_order_keeps_its_place_and_more_of_it_is_held() -> None:
    book = a_book()
    first, behind = an_order("a1", "alice", "BUY", 5, 100), an_order("b1", "bob", "BUY", 5, 100)
    record_of(book, first, behind, amend(MARKET, first, "m1", quantity_lots=2))
    record_of(book, amend(MARKET, behind, "m2", quantity_lots=7, price_ticks=101))
    taken = record_of(book, an_order("c1", "carol", "SELL", 9, 100))
    assert trades(taken) == [("b1", "c1", 7, 101), ("a1", "c1", 2, 100)]


def test_an_amend_of_a_part_filled_order_to_a_lower_price_is_held_for() -> None:
    book = a_book()
    bid = an_order("a1", "alice", "BUY", 9, 103)
    record_of(book, bid, an_order("c1", "carol", "SELL", 8, 103))
    lower = record_of(book, amend(MARKET, bid, "m1", quantity_lots=12, price_ticks=99))
    assert status(lower, "m1") == "DONE"
    assert book.depth(1) == ([[99, 4, 1]], [])


def test_an_auction_gathers_and_trades_at_its_end() -> None:
    book = a_book()
    record_of(book, set_state(MARKET, "s1", "AUCTION", reason="the morning"))
    crossing = (an_order("a1", "alice", "BUY", 5, 101), an_order("b1", "bob", "SELL", 5, 99))
    assert trades(record_of(book, *crossing)) == []
    ended = record_of(book, end_auction(MARKET, "s1", reason="enough"))
    assert "AuctionUncrossed" in types(ended)
    assert book.market_view()["state"] == "OPEN"
    assert book.depth(1) == ([], [])


def test_a_delisting_clears_its_book() -> None:
    book = a_book()
    record_of(book, an_order("a1", "alice", "BUY", 5, 101))
    gone = record_of(book, set_state(MARKET, "s1", "DELISTED", reason="the end"))
    assert status(gone, "a1") == "CANCELLED"
    assert book.market_view()["state"] == "DELISTED"
