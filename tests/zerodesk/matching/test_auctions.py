"""An auction gathers, indicates and uncrosses; each step is a record like any other."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_cancel,
    a_sell,
    a_state,
    an_auction,
    an_ending,
    record_of,
    trades,
    types,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.codec import decode_body, encode_body, state_hash
from zerodesk.commands import Command
from zerodesk.matching import Book, JournalCorruptError
from zerodesk.matching.indication import indicate
from zerodesk.matching.states import ACCEPTED

CROSSED = (a_sell("o1", 5, 99), a_sell("o2", 4, 100), a_buy("o3", 3, 101), a_buy("o4", 9, 100))
LEVELS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=6)


def crossed_book() -> Book:
    return a_book(an_auction("OPENING"), *CROSSED)


@given(LEVELS, LEVELS, st.integers(1, 12))
def test_the_price_is_the_one_that_trying_each_price_finds(
    bids: list[tuple[int, int]], asks: list[tuple[int, int]], reference: int
) -> None:
    low, high = min(price for price, _ in asks), max(price for price, _ in bids)
    if low > high:
        return
    found = indicate(
        [one for one in bids if one[0] >= low], [one for one in asks if one[0] <= high], reference
    )
    wanted = {p: sum(n for price, n in bids if price >= p) for p in range(low, high + 1)}
    offered = {p: sum(n for price, n in asks if price <= p) for p in range(low, high + 1)}
    traded = {p: min(wanted[p], offered[p]) for p in wanted}
    most = [p for p in wanted if traded[p] == max(traded.values())]
    least = min(abs(wanted[p] - offered[p]) for p in most)
    best = [p for p in most if abs(wanted[p] - offered[p]) == least]
    if all(wanted[p] > offered[p] for p in best):
        price = max(best)
    elif all(wanted[p] < offered[p] for p in best):
        price = min(best)
    else:
        price = min(best, key=lambda p: abs(p - reference))
    assert found == (price, traded[price], wanted[price] - offered[price])


def test_the_market_shows_what_an_auction_would_come_to() -> None:
    book = crossed_book()
    assert book.market_view()["auction"] == {
        "auction_id": "s1",
        "kind": "OPENING",
        "ends_at_ms": None,
        "indicative_price_ticks": 100,
        "indicative_lots": 9,
        "surplus_lots": 3,
    }
    record_of(book, an_ending())
    assert book.market_view()["auction"] is None


def test_an_auction_in_which_nothing_crosses_indicates_nothing() -> None:
    view = a_book(an_auction(lasts_ms=60_000), a_sell("o1", 5, 101)).market_view()["auction"]
    assert (view["ends_at_ms"], view["indicative_price_ticks"]) == (START_MS + 60_000, None)


def test_the_end_tells_its_price_then_its_trades_then_the_state() -> None:
    record = record_of(crossed_book(), an_ending())
    assert types(record) == [
        "AuctionUncrossed",
        "TradeExecuted",
        "TradeExecuted",
        "TradeExecuted",
        "MarketStateChanged",
    ]
    assert trades(record) == [("o1", "o3", 3, 100), ("o1", "o4", 2, 100), ("o2", "o4", 4, 100)]
    assert {event["command_id"] for event in record["events"]} == {"end-s1"}


def test_both_sides_pay_the_rate_of_a_maker() -> None:
    record = record_of(crossed_book(), an_ending())
    for trade in (event for event in record["events"] if event["type"] == "TradeExecuted"):
        notional = MARKET.notional_minor(trade["price_ticks"], trade["quantity_lots"])
        fee = notional * 7 // 10_000
        assert (trade["maker_fee_minor"], trade["taker_fee_minor"]) == (fee, fee)


def test_an_end_that_no_record_holds_is_continued_and_nothing_comes_between() -> None:
    book, commands = crossed_book(), list[Command]([an_ending(), a_cancel("o4", account_id="bob")])
    found: list[Any] = []
    while commands or book.continuing:
        decision = book.decide(commands, max_fills=1)
        assert decision is not None
        assert decision.record is not None
        found.append((types(decision.record), decision.continuing))
        commands = commands[decision.consumed :]
    assert found == [
        (["AuctionUncrossed", "TradeExecuted"], True),
        (["TradeExecuted"], True),
        (["TradeExecuted", "MarketStateChanged"], False),
        (["OrderCancelled"], False),
    ]


def test_a_book_in_the_middle_of_an_end_is_restored_and_goes_on() -> None:
    book = crossed_book()
    first = book.decide([an_ending()], max_fills=1)
    assert first is not None
    restored = Book.from_state(decode_body(encode_body(book.state())))
    assert restored.digest() == book.digest()
    for one in (book, restored):
        going_on = one.decide([])
        assert going_on is not None
        assert going_on.record is not None
        assert types(going_on.record)[-1] == "MarketStateChanged"
    assert state_hash(restored.state()) == state_hash(book.state())


def test_an_end_that_is_taken_back_leaves_the_auction_as_it_was() -> None:
    book = crossed_book()
    before = state_hash(book.state())
    for most in (1, 2, 100):
        decision = book.decide([an_ending()], max_fills=most)
        assert decision is not None
        book.undo(decision)
        assert state_hash(book.state()) == before


def test_the_end_of_another_auction_is_refused() -> None:
    record = record_of(crossed_book(), an_ending("s0"))
    assert types(record) == ["CommandRefused"]


def test_an_auction_whose_time_is_up_ends_by_a_command_of_its_own_before_the_next_one() -> None:
    book = a_book(an_auction(lasts_ms=1_000), *CROSSED)
    late = a_sell("o9", 1, 120, accepted_at_ms=START_MS + 1_000)
    decision = book.decide([late])
    assert decision is not None
    assert decision.record is not None
    assert [c["kind"] for c in decision.record["commands"]] == ["end_auction", "place"]
    assert types(decision.record)[-2:] == ["MarketStateChanged", "OrderOpened"]


def test_a_command_waits_while_the_auction_that_it_ends_fills_records() -> None:
    book = a_book(an_auction(lasts_ms=1_000), *CROSSED)
    late = a_sell("o9", 1, 120, accepted_at_ms=START_MS + 1_000)
    consumed = []
    for _ in range(4):
        decision = book.decide([late], max_fills=1)
        assert decision is not None
        consumed.append(decision.consumed)
    assert consumed == [0, 0, 0, 1]


@pytest.mark.parametrize(
    "changed",
    [{"auction": "LUNCH"}, {"lasts_ms": 0}, {"lasts_ms": -5}, {"state": "OPEN", "lasts_ms": 5}],
)
def test_an_auction_that_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    command: Any = an_auction("OPENING") | changed
    assert types(record_of(a_book(), command)) == ["CommandRefused"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("left_lots", 1), ("price_ticks", 7), ("quantity_lots", 50), ("auction_id", "x")],
)
def test_a_record_whose_trades_are_not_of_its_end_is_not_folded(field: str, value: Any) -> None:
    live, folded = crossed_book(), crossed_book()
    record = record_of(live, an_ending())
    trade = record["events"][1]
    if field == "left_lots":
        record["events"][0]["quantity_lots"] += value
    else:
        trade[field] = value
    with pytest.raises(JournalCorruptError):
        folded.apply(record)


def test_a_market_that_never_held_an_auction_opens_without_an_end() -> None:
    record = record_of(a_book(a_state("HALTED")), a_state("OPEN", command_id="s2"))
    assert types(record) == ["MarketStateChanged"]


@pytest.mark.parametrize(
    ("state", "terms"),
    list(
        product(
            ("OPEN", "AUCTION", "CANCEL_ONLY", "HALTED"),
            product(("LIMIT", "MARKET"), ("GTC", "IOC", "FOK"), (False, True)),
        )
    ),
)
def test_each_state_takes_just_the_orders_of_the_table(
    state: str, terms: tuple[str, str, bool]
) -> None:
    kind, in_force, post_only = terms
    order = a_buy("o2", order_type=kind, time_in_force=in_force, post_only=post_only)
    book = a_book() if state == "OPEN" else a_book(a_state(state))
    refused = "OrderRejected" in types(record_of(book, order))
    assert refused is (terms not in ACCEPTED[state])


def test_a_market_that_opens_behind_a_broken_auction_is_uncrossed_first() -> None:
    book = crossed_book()
    record_of(book, a_state("HALTED", command_id="s2"))
    record = record_of(book, a_state("OPEN", command_id="s3"))
    assert types(record)[0] == "AuctionUncrossed"
    assert types(record)[-1] == "MarketStateChanged"
    assert book.depth(9) == ([[100, 3, 1]], [])
