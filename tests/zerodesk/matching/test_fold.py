"""A record that does not follow from the records before is named, and never used."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    Record,
    a_book,
    a_buy,
    a_cancel,
    a_sell,
    record_of,
    types,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import Book, JournalCorruptError, listing
from zerodesk.orders import COMMAND_BOUND_MS

Change = Callable[[Record], Any]


def books() -> tuple[Book, Book]:
    """Two books in the same state: a buyer and two sellers rest."""
    commands = (a_buy("o1", 5, 99), a_sell("o2", 5, 100), a_sell("o3", 5, 101))
    return a_book(*commands), a_book(*commands)


def a_record(book: Book) -> Record:
    """A taker that fills two makers and rests, and an order that comes and is cancelled."""
    return record_of(book, a_buy("o4", 12, 101), a_sell("o5", 4, 103), a_cancel("o5"))


def test_the_fold_takes_outcomes_even_where_the_engine_would_now_decide_otherwise() -> None:
    live, folded = books()
    record = a_record(live)
    for event in record["events"]:
        if event["type"] == "TradeExecuted":
            # An engine that charged takers one unit more, all else alike.
            event["taker_fee_minor"] += 1
    record["orders"]["o4"]["fee_minor"] += 2
    for row in record["postings"]:
        if row[1:4] == ["o4", "USD", row[3]]:
            row[4] -= 2
        if row[0] == "fees#BTC-USD":
            row[4] += 2
    folded.apply(record)
    assert folded.market_view()["fees_minor"] == live.market_view()["fees_minor"] + 2


def expire_the_order_that_rests(record: Record) -> None:
    """Have o4, which rests, expire too: with its projection and its hold all in order."""
    resting = next(event for event in record["events"] if event["type"] == "OrderOpened")
    position = record["events"].index(resting)
    record["events"].insert(position + 1, resting | {"type": "OrderExpired"})
    shown = record["orders"]["o4"]
    row = next(row for row in record["postings"] if row[1] == "o4" and row[3])
    row[3] -= shown["held_minor"]
    row[4] += shown["held_minor"]
    shown.update(status="EXPIRED", held_minor=0)


def keep_a_hold_of_the_filled_order(record: Record) -> None:
    """Have one unit of o2's hold stay, with its posting."""
    record["orders"]["o2"]["held_minor"] = 1
    row = next(row for row in record["postings"] if row[1] == "o2" and row[3])
    row[3] += 1
    row[4] -= 1


def trade_nothing(record: Record) -> None:
    """Have a trade of no lots come before the second one."""
    trade = record["events"][1]
    nothing = {"quantity_lots": 0, "maker_fee_minor": 0, "taker_fee_minor": 0}
    record["events"].insert(1, trade | nothing)
    trade["trade_id"] = "BTC-USD-3"


CORRUPTIONS: dict[str, Change] = {
    "an event of nobody": lambda r: r["events"].append(
        {"type": "OrderExpired", "command_id": "o99", "order_id": "o99"}
    ),
    "an event out of place": lambda r: r["events"].reverse(),
    "an event of no known type": lambda r: r["events"][0].update(type="Miracle"),
    "an event too few": lambda r: r["events"].pop(0),
    "an outcome too few": lambda r: r["events"].pop(2),
    "an order without an outcome": lambda r: r["commands"].append(a_sell("o9", 1, 103)),
    "an order that rests and expires": expire_the_order_that_rests,
    "a filled order that keeps a hold": keep_a_hold_of_the_filled_order,
    "a trade of nothing": trade_nothing,
    "a maker that is not there": lambda r: r["events"][0].update(maker_order_id="o99"),
    "a taker that was not placed": lambda r: r["events"][0].update(taker_order_id="o99"),
    "a taker that acts after it was closed": lambda r: r["events"][-1].update(
        type="OrderExpired", order_id="o4", command_id="c5"
    ),
    "more lots than remained": lambda r: r["events"][0].update(quantity_lots=6),
    "no lots": lambda r: r["events"][0].update(quantity_lots=0),
    "a trade id again": lambda r: r["events"][1].update(trade_id="BTC-USD-1"),
    "a fee that is not posted": lambda r: r["events"][0].update(maker_fee_minor=0),
    "money from nowhere": lambda r: r["postings"][0].__setitem__(4, 10**9),
    "a posting too few": lambda r: r["postings"].pop(0),
    "a hold that moves otherwise": lambda r: r["orders"]["o3"].update(held_minor=1),
    "a hold of a stranger that moves": lambda r: r["postings"].append(["eve", "o99", "USD", -5, 5]),
    "a hold of a closed order": lambda r: r["orders"]["o2"].update(held_minor=1),
    "a status that is another": lambda r: r["orders"]["o3"].update(status="OPEN"),
    "a quantity that is another": lambda r: r["orders"]["o3"].update(remaining_lots=4),
    "a projection too few": lambda r: r["orders"].pop("o3"),
    "a time that is another": lambda r: r.update(time_ms=START_MS + 1),
    "a taker in progress that is not": lambda r: r.update(continuing=True),
    "a command of another book": lambda r: r["commands"][0].update(symbol="ETH-USD"),
    "a command too few": lambda r: r["commands"].pop(0),
    "no postings at all": lambda r: r.pop("postings"),
    "no record at all": lambda r: r.clear(),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_record_that_does_not_add_up_is_refused_whole(corruption: str) -> None:
    live, folded = books()
    record = copy.deepcopy(a_record(live))
    before = folded.state()
    CORRUPTIONS[corruption](record)
    with pytest.raises(JournalCorruptError) as caught:
        folded.apply(record)
    assert (caught.value.stream, caught.value.sequence) == ("book#BTC-USD", 2)
    assert str(caught.value).startswith("book#BTC-USD record 2: ")
    assert folded.state() == before


def special_books() -> tuple[Book, Book]:
    """Two books in the same state: a seller shows 2 of 6 lots, and another one waits behind."""
    commands: list[Any] = [a_sell("o1", 6, 100) | {"display_lots": 2}, a_sell("o2", 5, 100)]
    return a_book(*commands), a_book(*commands)


def a_special_record(book: Book) -> Record:
    """A taker fills the shown lots, then takes 3 lots off the other seller's and its own."""
    taker: Any = a_buy("o3", 5, 100) | {"account_id": "alice", "self_trade": "DECREMENT"}
    cheap: Any = a_buy("o4", 2, 100)
    return record_of(book, cheap, taker)


def event_of(record: Record, kind: str) -> Any:
    return next(event for event in record["events"] if event["type"] == kind)


SPECIAL_CORRUPTIONS: dict[str, Change] = {
    "no more lots shown": lambda r: r["events"].remove(event_of(r, "OrderRefreshed")),
    "more lots shown than there are": lambda r: event_of(r, "OrderRefreshed").update(shown_lots=3),
    "lots shown again": lambda r: r["events"].insert(2, event_of(r, "OrderRefreshed")),
    "lots shown of an order that hides none": lambda r: event_of(r, "OrderRefreshed").update(
        order_id="o2"
    ),
    "more taken off than there is": lambda r: event_of(r, "OrderReduced").update(by_lots=9),
    "nothing taken off": lambda r: event_of(r, "OrderReduced").update(by_lots=0),
    "lots taken off a stranger": lambda r: event_of(r, "OrderReduced").update(order_id="o9"),
    "a prevented trade with nobody": lambda r: event_of(r, "SelfTradePrevented").update(
        maker_order_id="o9"
    ),
}


def test_a_record_of_special_orders_folds_as_it_was_decided() -> None:
    live, folded = special_books()
    record = a_special_record(live)
    assert {"OrderRefreshed", "OrderReduced", "SelfTradePrevented"} < set(types(record))
    folded.apply(record)
    assert folded.state() == live.state()


@pytest.mark.parametrize("corruption", SPECIAL_CORRUPTIONS)
def test_a_record_of_special_orders_that_does_not_add_up_is_refused(corruption: str) -> None:
    live, folded = special_books()
    record = copy.deepcopy(a_special_record(live))
    before = folded.state()
    SPECIAL_CORRUPTIONS[corruption](record)
    with pytest.raises(JournalCorruptError):
        folded.apply(record)
    assert folded.state() == before


def test_a_record_refused_does_not_spoil_the_book_for_the_true_one() -> None:
    live, folded = books()
    record = a_record(live)
    broken = copy.deepcopy(record)
    broken["postings"].pop()
    with pytest.raises(JournalCorruptError):
        folded.apply(broken)
    folded.apply(record)
    assert folded.state() == live.state()


def test_a_record_that_leaves_out_a_taker_in_progress_is_refused() -> None:
    live, folded = books()
    first = record_of(live, a_buy("o4", 7, 101), max_fills=1)
    folded.apply(first)
    second = record_of(live, max_fills=1)
    second["events"].clear()
    second["postings"].clear()
    second["orders"].clear()
    with pytest.raises(JournalCorruptError):
        folded.apply(second)


def test_a_second_taker_in_progress_is_refused() -> None:
    live, folded = books()
    record = record_of(live, a_buy("o4", 7, 101), max_fills=1)
    other = a_buy("o6", 5, 101)
    record["commands"].append(other)
    record["events"].append(
        record["events"][0]
        | {
            "command_id": "o6",
            "taker_order_id": "o6",
            "maker_order_id": "o3",
            "quantity_lots": 1,
            "trade_id": "BTC-USD-2",
        }
    )
    with pytest.raises(JournalCorruptError, match="o6 has no end"):
        folded.apply(record)


def test_applying_the_same_record_twice_is_refused() -> None:
    live, folded = books()
    record = a_record(live)
    folded.apply(record)
    with pytest.raises(JournalCorruptError):
        folded.apply(record)


def test_a_book_folds_from_its_very_first_record() -> None:
    live, folded = Book(MARKET.symbol), Book(MARKET.symbol)
    folded.apply(record_of(live, listing(MARKET, at_ms=START_MS)))
    assert folded.state() == live.state()
    assert folded.sequence == 1


def test_a_repeat_before_the_command_that_ended_an_order_is_of_its_own_time() -> None:
    ends: Any = a_buy("o1", 5, 99) | {
        "time_in_force": "GTD",
        "expires_at_ms": START_MS + COMMAND_BOUND_MS + 3,
    }
    done = a_buy("o2", 5, 99, time_in_force="IOC")
    book = a_book(ends, done)
    follower = Book.from_state(book.state())
    still_known_ms = START_MS + COMMAND_BOUND_MS
    repeat: Any = done | {"accepted_at_ms": START_MS + 9, "sent_at_ms": still_known_ms}
    later = a_buy("o4", 1, 98, accepted_at_ms=still_known_ms + 5)
    record = record_of(book, a_buy("o3", 1, 98, sent_at_ms=START_MS + 1), repeat, later)
    follower.apply(record)
    assert follower.state() == book.state()
