"""A market whose index price is too old takes cancels only, until a fresh one comes."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_buy,
    a_cancel,
    a_sell,
    a_state,
    an_ending,
    an_index,
    record_of,
    trades,
    types,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from tests.zerodesk.matching.test_market_terms import a_change
from zerodesk.bands import Band
from zerodesk.commands import Command
from zerodesk.matching import Book, CommandError, listing

BOUND_MS = 60_000
BAND = Band(bps=200, window_ms=10_000, auction_ms=30_000)


def marked(*commands: Command, band: Band | None = None) -> Book:
    """Return a book that bears an index price of a minute, and has one of the start."""
    book = Book(MARKET.symbol)
    market = MARKET._replace(stale_after_ms=BOUND_MS, band=band)
    record_of(book, listing(market, at_ms=START_MS), an_index(100), *commands)
    return book


def after(ms: int, command: Any) -> Any:
    """Return a command that is sent so long after the start."""
    return command | {"accepted_at_ms": START_MS + ms, "sent_at_ms": START_MS + ms}


def a_price(ms: int, price_ticks: int = 100) -> Any:
    """Return an index price that is observed so long after the start, and sent at once."""
    return after(ms, an_index(price_ticks, observed_at_ms=START_MS + ms))


def look(ms: int) -> Any:
    command = {"kind": "expire", "command_id": f"t{ms}", "symbol": MARKET.symbol}
    return after(ms, command)


def stopped(band: Band | None = None) -> Book:
    book = marked(band=band)
    record_of(book, look(BOUND_MS + 1))
    return book


def state_of(book: Book) -> tuple[str, str]:
    view = book.market_view()
    return view["state"], view["state_by"]


def test_the_order_behind_the_bound_is_refused_in_a_record_that_stops_the_market() -> None:
    book = marked(a_sell("o1"))
    record = record_of(book, after(BOUND_MS + 1, a_buy("o2")))
    assert types(record) == ["MarketStateChanged", "OrderRejected"]
    assert record["events"][0] == {
        "type": "MarketStateChanged",
        "command_id": "o2",
        "state": "CANCEL_ONLY",
        "previous": "OPEN",
        "reason": "no index price for 60001 ms; at most 60000 ms may pass",
        "at_ms": START_MS + BOUND_MS + 1,
        "by": "mark",
    }
    assert record["events"][1]["rejection"]["code"] == "MATCHING_MARKET_NOT_OPEN"


def test_an_order_at_the_bound_still_trades() -> None:
    record = record_of(marked(a_sell("o1")), after(BOUND_MS, a_buy("o2")))
    assert len(trades(record)) == 1


def test_a_quiet_book_stops_by_a_look_at_the_time_and_once() -> None:
    book = marked()
    assert types(record_of(book, look(BOUND_MS + 1))) == ["MarketStateChanged"]
    assert types(record_of(book, look(BOUND_MS + 2))) == []


def test_before_the_first_index_price_the_listing_counts() -> None:
    book = Book(MARKET.symbol)
    record_of(book, listing(MARKET._replace(stale_after_ms=BOUND_MS), at_ms=START_MS))
    record_of(book, look(BOUND_MS))
    assert state_of(book) == ("OPEN", "")
    record_of(book, look(BOUND_MS + 1))
    assert state_of(book) == ("CANCEL_ONLY", "mark")


def test_a_stopped_market_lets_everybody_out() -> None:
    book = marked(a_sell("o1"))
    record = record_of(book, look(BOUND_MS + 1), after(BOUND_MS + 2, a_cancel("o1")))
    assert types(record) == ["MarketStateChanged", "OrderCancelled"]


def test_a_fresh_index_price_opens_the_market_again_in_its_own_record() -> None:
    book = stopped()
    record = record_of(book, a_price(BOUND_MS + 5))
    assert types(record) == ["IndexPriceChanged", "MarketStateChanged"]
    assert state_of(book) == ("OPEN", "mark")


def test_a_market_with_a_band_opens_by_an_auction_of_its_length() -> None:
    book = stopped(BAND)
    record_of(book, a_price(BOUND_MS + 5))
    auction = book.market_view()["auction"]
    assert state_of(book) == ("AUCTION", "mark")
    assert auction["ends_at_ms"] == START_MS + BOUND_MS + 5 + BAND.auction_ms
    record_of(book, after(BOUND_MS + 5 + BAND.auction_ms, an_ending(auction["auction_id"])))
    assert state_of(book)[0] == "OPEN"


def test_an_index_price_that_is_stale_itself_opens_nothing() -> None:
    book = stopped()
    record_of(book, after(3 * BOUND_MS, an_index(100, observed_at_ms=START_MS + BOUND_MS)))
    assert state_of(book) == ("CANCEL_ONLY", "mark")


def test_an_index_price_behind_the_bound_finds_a_market_that_never_stopped() -> None:
    book = marked()
    assert types(record_of(book, a_price(BOUND_MS + 9))) == ["IndexPriceChanged"]
    assert state_of(book) == ("OPEN", "")


@pytest.mark.parametrize("state", ["HALTED", "CANCEL_ONLY"])
@pytest.mark.parametrize("comes_first", ["operator", "mark"])
def test_a_stop_of_somebody_else_is_left_as_it_is(state: str, comes_first: str) -> None:
    book = marked()
    halt: Any = a_state(state) | {"by": "house"}
    first, second = after(1, halt), look(BOUND_MS + 1)
    if comes_first == "mark":
        first, second = second, after(BOUND_MS + 2, halt)
    record_of(book, first, second)
    record_of(book, a_price(BOUND_MS + 9))
    assert state_of(book) == (state, "house")


def test_nobody_opens_a_market_on_a_stale_mark() -> None:
    book = stopped()
    record = record_of(book, after(BOUND_MS + 2, a_state("OPEN")))
    assert types(record) == ["CommandRefused"]
    assert state_of(book) == ("CANCEL_ONLY", "mark")


def test_an_auction_that_ends_on_a_stale_mark_stops_the_market_in_its_own_record() -> None:
    book = marked()
    record_of(book, after(1, a_state("AUCTION", command_id="a1")))
    record = record_of(book, after(BOUND_MS + 1, an_ending("a1")))
    states = [one["state"] for one in record["events"] if one["type"] == "MarketStateChanged"]
    assert states == ["OPEN", "CANCEL_ONLY"]
    assert state_of(book) == ("CANCEL_ONLY", "mark")


@pytest.mark.parametrize("max_fills", [1, 9])
def test_triggers_of_an_auction_on_a_stale_mark_wait_for_a_fresh_one(max_fills: int) -> None:
    stop: Any = a_sell("stop", 1, 99) | {"trigger": "STOP", "trigger_ticks": 100}
    book = marked(a_buy("b1", 1, 99), stop)
    record_of(book, after(1, a_state("AUCTION", command_id="a1")))
    record_of(book, after(2, a_sell("a2", 2)), after(2, a_buy("b2", 2)))
    ending = after(BOUND_MS + 1, an_ending("a1"))
    told = record_of(book, ending, max_fills=max_fills)
    if max_fills == 1:
        assert book.decide([]) is None, "a trade of one lot each is one fill"
    assert trades(told) == [("a2", "b2", 2, 100)]
    record = record_of(book, a_price(BOUND_MS + 5))
    assert trades(record) == [("b1", "stop", 1, 99)]


def test_an_uncrossing_that_goes_on_in_another_record_stops_the_market_there() -> None:
    book = marked()
    record_of(book, after(1, a_state("AUCTION", command_id="a1")))
    orders = [after(2, a_sell("a1s", 1)), after(2, a_sell("a2", 1)), after(2, a_buy("b1", 2))]
    record_of(book, *orders)
    first = record_of(book, after(BOUND_MS + 1, an_ending("a1")), max_fills=1)
    assert first["continuing"]
    second = record_of(book, max_fills=1)
    assert types(second) == ["TradeExecuted", "MarketStateChanged", "MarketStateChanged"]
    assert state_of(book) == ("CANCEL_ONLY", "mark")


def test_without_the_bound_a_market_that_it_stopped_may_be_opened() -> None:
    book = stopped()
    record_of(book, after(BOUND_MS + 2, a_change(stale_after_ms=None)))
    record_of(book, after(BOUND_MS + 3, a_state("OPEN")))
    record_of(book, look(9 * BOUND_MS))
    assert state_of(book)[0] == "OPEN"


def test_a_shorter_bound_stops_a_market_whose_mark_it_makes_stale() -> None:
    book = marked()
    record_of(book, after(5_000, a_change(stale_after_ms=1_000)))
    record_of(book, look(5_001))
    assert state_of(book) == ("CANCEL_ONLY", "mark")


def test_a_stop_that_is_taken_back_leaves_no_trace() -> None:
    book = marked(a_sell("o1"))
    before = book.state(), book.market_view()
    lost = book.decide([a_price(5), look(2 * BOUND_MS)])
    assert lost is not None
    book.undo(lost)
    assert (book.state(), book.market_view()) == before


def test_a_stop_is_folded_and_restored_as_it_was_decided() -> None:
    book, follower = marked(), marked()
    for command in (look(BOUND_MS + 1), a_price(BOUND_MS + 5), look(3 * BOUND_MS)):
        follower.apply(record_of(book, command))
        restored = Book.from_state(book.state())
        assert follower.state() == book.state()
        assert restored.market_view() == follower.market_view() == book.market_view()


def test_a_market_without_the_bound_is_journaled_as_ever() -> None:
    assert "stale_after_ms" not in MARKET.to_dict()
    assert Book(MARKET.symbol).market_view()["stale_at_ms"] is None


@pytest.mark.parametrize("bound_ms", [999, 86_400_001, True, "60"])
def test_a_bound_that_is_none_is_refused(bound_ms: Any) -> None:
    change = a_change(stale_after_ms=bound_ms)
    if type(bound_ms) is int:
        assert types(record_of(marked(), change)) == ["CommandRefused"]
        return
    with pytest.raises(CommandError, match="stale_after_ms"):
        marked().decide([change])
