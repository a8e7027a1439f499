"""Price bands: what stops a market, what the record says of it, and what it costs nobody."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_buy,
    a_sell,
    a_state,
    an_auction,
    an_ending,
    record_of,
    trades,
    types,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.bands import Band, Reference, around
from zerodesk.commands import Command
from zerodesk.instruments import Market
from zerodesk.matching import Book, CommandError, JournalCorruptError, listing

BAND = Band(bps=200, window_ms=10_000, auction_ms=60_000)
HALT = "BTC-USD-halt-1"


def banded(*commands: Command, band: Band = BAND) -> Book:
    """Return a book whose reference price is 100 ticks, in which commands are decided already."""
    book = Book(MARKET.symbol)
    record_of(book, listing(MARKET._replace(band=band), at_ms=START_MS), *commands)
    return book


def halted() -> Book:
    return banded(a_sell("o1", 5, 103), a_buy("o2", 6, 105))


def test_a_halt_is_told_in_the_order_s_own_record_with_its_reason_and_numbers() -> None:
    book = banded(a_sell("o1", 2, 102), a_sell("o2", 5, 103))
    record = record_of(book, a_buy("o3", 6, 105))
    assert types(record) == ["TradeExecuted", "OrderOpened", "MarketStateChanged"]
    assert record["events"][-1] == {
        "type": "MarketStateChanged",
        "command_id": "o3",
        "state": "AUCTION",
        "previous": "OPEN",
        "reason": "the next trade would be at 25.75, outside 24.5 to 25.5: 200 basis points around "
        "25",
        "by": "band",
        "at_ms": START_MS,
        "auction": {
            "auction_id": HALT,
            "kind": "HALT",
            "ends_at_ms": START_MS + 60_000,
            "is_halt": True,
        },
        "outside": {
            "price_ticks": 103,
            "reference_ticks": 100,
            "low_ticks": 98,
            "high_ticks": 102,
        },
    }


def test_the_market_shows_who_stopped_it_since_when_and_until_when() -> None:
    view = halted().market_view()
    assert (view["state"], view["state_by"], view["state_since_ms"]) == (
        "AUCTION",
        "band",
        START_MS,
    )
    assert (view["auction"]["ends_at_ms"], view["auction"]["is_halt"]) == (START_MS + 60_000, True)
    assert view["auction"]["indicative_price_ticks"] == 105


def test_the_next_command_of_the_same_batch_meets_a_market_that_gathers() -> None:
    book = halted()
    record = record_of(book, a_sell("o4", 1, 99), a_buy("o5", 1, 101, time_in_force="IOC"))
    assert types(record) == ["OrderOpened", "OrderRejected"]


def test_a_halt_that_is_taken_back_leaves_no_trace() -> None:
    book = banded(a_sell("o1", 2, 102), a_sell("o2", 5, 103))
    before = book.state()
    decision = book.decide([a_buy("o3", 6, 105)])
    assert decision is not None
    book.undo(decision)
    assert book.state() == before


def test_a_market_halts_twice_and_each_auction_has_a_name_of_its_own() -> None:
    book = banded(a_sell("o1", 5, 103), a_buy("o2", 6, 105, time_in_force="IOC"))
    record_of(book, an_ending(HALT))
    again = record_of(book, a_buy("o3", 6, 105, time_in_force="IOC"))
    assert again["events"][-1]["auction"]["auction_id"] == "BTC-USD-halt-2"
    ended = record_of(book, an_ending("BTC-USD-halt-2"))
    assert types(ended) == ["AuctionUncrossed", "MarketStateChanged"]


def test_an_end_of_another_auction_outside_the_band_begins_the_band_s() -> None:
    book = banded(an_auction("CLOSING"), a_sell("o1", 5, 103), a_buy("o2", 5, 103))
    record = record_of(book, an_ending())
    assert types(record) == ["MarketStateChanged"]
    auction = record["events"][0]["auction"]
    assert (auction["kind"], auction["auction_id"]) == ("CLOSING", HALT)
    ended = record_of(book, an_ending(HALT))
    assert (trades(ended), ended["events"][-1]["state"]) == ([("o1", "o2", 5, 103)], "HALTED")


def test_a_market_that_would_open_outside_its_band_holds_an_auction_first() -> None:
    book = banded(an_auction("CLOSING"), a_sell("o1", 5, 103), a_buy("o2", 5, 103))
    record_of(book, a_state("HALTED", command_id="s2"))
    record = record_of(book, a_state("OPEN", command_id="s3"))
    assert record["events"][0]["auction"]["kind"] == "HALT"
    ended = record_of(book, an_ending(HALT))
    assert (trades(ended), ended["events"][-1]["state"]) == ([("o1", "o2", 5, 103)], "OPEN")


def test_a_stop_that_was_reached_waits_while_the_market_gathers() -> None:
    stop: Any = a_buy("s1", 2, 105) | {"trigger": "STOP", "trigger_ticks": 102}
    book = banded(stop, a_sell("o1", 1, 102), a_sell("o2", 5, 103))
    record = record_of(book, a_buy("o3", 2, 103))
    assert types(record) == ["TradeExecuted", "OrderOpened", "MarketStateChanged"]
    assert not record["continuing"]
    opened = record_of(book, an_ending(HALT))
    assert types(opened)[-2:] == ["OrderTriggered", "TradeExecuted"]


def test_many_fills_up_to_the_band_are_continued_and_the_halt_comes_behind_the_last() -> None:
    book = banded(*(a_sell(f"o{n}", 1, 102) for n in range(5)), a_sell("o9", 1, 103))
    command: Any = a_buy("t1", 6, 103)
    decision = book.decide([command], max_fills=2)
    seen: list[str] = []
    while decision is not None and decision.record is not None:
        seen += types(decision.record)
        if not decision.continuing:
            break
        decision = book.decide([], max_fills=2)
    assert seen == [*["TradeExecuted"] * 5, "OrderOpened", "MarketStateChanged"]


@pytest.mark.parametrize(
    "change", [{"price_ticks": 102}, {"low_ticks": 97}, {"reference_ticks": 1}]
)
def test_a_record_that_halts_for_another_band_than_the_book_s_is_refused(
    change: dict[str, int],
) -> None:
    book = banded(a_sell("o1", 5, 103))
    follower = Book.from_state(book.state())
    record = record_of(book, a_buy("o2", 6, 105))
    record["events"][-1]["outside"] |= change
    with pytest.raises(JournalCorruptError, match="does not halt"):
        follower.apply(record)


def test_a_market_without_a_band_is_written_as_it_always_was() -> None:
    assert "band" not in MARKET.to_dict()
    assert not {"reference", "halts"} & Book.from_state(banded_off().state()).state().keys()
    market = MARKET._replace(band=BAND)
    assert Market.from_dict(market.to_dict()) == market


def banded_off() -> Book:
    book = Book(MARKET.symbol)
    record_of(book, listing(MARKET, at_ms=START_MS), a_sell("o1", 5, 103), a_buy("o2", 6, 105))
    return book


@pytest.mark.parametrize(
    ("band", "fault"),
    [
        ({"bps": 200, "window_ms": 1_000}, "auction_ms is missing"),
        ({"bps": 200, "window_ms": 1_000, "auction_ms": 1.5}, "not of type int"),
        ({"bps": 200, "window_ms": 1_000, "auction_ms": 1, "x": 1}, "a band has no x"),
        ("200 bps", "not of type dict"),
    ],
)
def test_a_listing_with_a_band_that_is_none_is_no_command(band: Any, fault: str) -> None:
    command: Any = listing(MARKET, at_ms=START_MS)
    command["market"] = command["market"] | {"band": band}
    with pytest.raises(CommandError, match=fault):
        Book(MARKET.symbol).decide([command])


def test_what_is_remembered_of_past_prices_is_bounded_by_the_tenths_of_the_window() -> None:
    reference = Reference(100)
    for time_ms in range(START_MS, START_MS + 60_000, 7):
        reference = reference.saw(100 + time_ms % 5, time_ms, 10_000)
        assert len(reference.recent) <= 10
    assert Reference.of(reference.to_list()) == reference


def test_a_stretch_around_a_price_is_never_wider_than_stated() -> None:
    assert around(3, 100) == (3, 3)
    assert around(100, 10_000) == (1, 200)
