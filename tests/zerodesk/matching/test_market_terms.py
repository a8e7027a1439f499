"""Terms of a market change by a command; a delisting is the last one."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import a_book, a_buy, a_sell, a_state, record_of, types
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.commands import Command
from zerodesk.matching import Book, listing


def a_change(command_id: str = "m1", **changes: Any) -> Command:
    return {
        "kind": "change",
        "command_id": command_id,
        "symbol": MARKET.symbol,
        "changes": changes,
        "reason": "a test",
        "by": "house",
        "accepted_at_ms": START_MS,
    }


def a_delisting(command_id: str = "d1") -> Any:
    return a_state("DELISTED", command_id=command_id) | {"clears": True}


def test_a_change_is_journaled_whole_with_its_author_and_reason() -> None:
    book = a_book()
    follower = Book.from_state(book.state())
    record = record_of(book, a_change(taker_bps=40, max_quantity_lots=7))
    [event] = record["events"]
    assert (event["type"], event["by"], event["reason"]) == ("MarketChanged", "house", "a test")
    assert event["market"] == MARKET.to_dict() | {"taker_bps": 40, "max_quantity_lots": 7}
    follower.apply(record)
    assert follower.state() == book.state()
    assert book.market_view()["market"]["taker_bps"] == 40


@pytest.mark.parametrize(
    "changes",
    [{"tick_units": 5}, {"lot_digits": 2}, {"symbol": "ETH-USD"}, {"reference_price_ticks": 9}],
)
def test_what_prices_and_quantities_are_counted_by_stays_for_good(changes: dict[str, Any]) -> None:
    book = a_book()
    record = record_of(book, a_change(**changes))
    assert record["events"][0]["rejection"]["code"] == "MATCHING_INVALID_COMMAND"
    assert book.market_view()["market"] == MARKET.to_dict()


@pytest.mark.parametrize("changes", [{"maker_bps": 32}, {"taker_bps": 9_999}, {"collar_bps": -1}])
def test_a_change_that_breaks_a_rule_of_listing_is_refused(changes: dict[str, Any]) -> None:
    record = record_of(a_book(), a_change(**changes))
    assert types(record) == ["CommandRefused"]


def test_a_band_that_comes_counts_from_the_last_trade() -> None:
    book = a_book(a_sell("o1", 1, 120), a_buy("o2", 1, 120))
    band = {"bps": 200, "window_ms": 10_000, "auction_ms": 60_000}
    record_of(book, a_change(band=band))
    assert book.state()["reference"] == [120, []]
    record = record_of(book, a_sell("o3", 1, 130), a_buy("o4", 1, 130))
    assert types(record)[-1] == "MarketStateChanged"
    record_of(book, a_change("m2", band=None))
    assert "reference" not in book.state()


def test_a_delisting_is_for_good() -> None:
    book = a_book(a_sell("o1", 1, 120))
    assert types(record_of(book, a_delisting())) == ["MarketStateChanged", "OrderCancelled"]
    again: Any = listing(MARKET, at_ms=START_MS) | {"command_id": "list-again"}
    record = record_of(book, a_state("OPEN"), a_change(), again, a_delisting("d2"))
    assert types(record) == ["CommandRefused"] * 4
    assert book.market_view()["state"] == "DELISTED"


def test_a_delisting_that_does_not_clear_is_none() -> None:
    assert types(record_of(a_book(), a_state("DELISTED"))) == ["CommandRefused"]
