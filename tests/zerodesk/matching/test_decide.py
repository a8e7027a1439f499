"""Batches: repeats, late commands, record time, continuation, commands that are none."""

from typing import Any

import pytest

from tests.zerodesk.matching.builders import (
    a_book,
    a_buy,
    a_cancel,
    a_sell,
    a_state,
    an_amend,
    an_index,
    code,
    record_of,
    status,
    trades,
)
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import (
    MAX_COMMANDS_PER_RECORD,
    MAX_FILLS_PER_RECORD,
    Book,
    CommandError,
)
from zerodesk.orders import COMMAND_BOUND_MS

BOUND_MS = COMMAND_BOUND_MS


def at(command: Any, sent_at_ms: int) -> Any:
    return command | {"sent_at_ms": sent_at_ms}


def test_nothing_to_decide_is_no_decision() -> None:
    assert a_book().decide([]) is None


def test_the_repeat_of_a_resting_order_has_no_effect_and_no_record() -> None:
    book = a_book(a_sell("o1"))
    before = book.state()
    decision = book.decide([a_sell("o1"), at(a_sell("o1"), START_MS + 99)])
    assert decision is not None
    assert (decision.record, decision.consumed) == (None, 2)
    assert book.state() == before


@pytest.mark.parametrize(
    "ended",
    [
        [a_sell("o1"), a_buy("o2")],
        [a_sell("o1"), a_cancel("o1")],
        [a_sell("o1", time_in_force="IOC")],
        [a_sell("o1", held_minor=1)],
        [a_cancel("o1")],
    ],
    ids=["filled", "cancelled", "expired", "refused", "tombstone"],
)
def test_the_repeat_of_an_order_that_is_done_releases_and_does_nothing_else(
    ended: list[Any],
) -> None:
    book = a_book(*ended)
    record = record_of(book, a_sell("o1"))
    assert record["releases"] == [["alice", "o1"]]
    assert (record["events"], record["postings"], record["orders"]) == ([], [], {})


def test_the_repeat_of_an_amend_releases_what_is_held_for_it_anew() -> None:
    book = a_book(a_sell("o1", 5), an_amend("o1", quantity_lots=3))
    record = record_of(book, an_amend("o1", quantity_lots=3))
    assert record["releases"] == [["alice", "a-o1"]]
    assert (record["events"], record["postings"], record["orders"]) == ([], [], {})


def test_the_repeats_of_a_cancel_an_index_price_and_a_listing_have_no_effect() -> None:
    book = a_book(a_sell("o1"), a_cancel("o1"), an_index())
    before = book.state()
    decision = book.decide([a_cancel("o1"), an_index()])
    assert decision is not None
    assert decision.record is None
    assert book.state() == before


def test_repeats_without_effect_are_left_out_of_a_record_that_has_others() -> None:
    book = a_book(a_sell("o1"))
    record = record_of(book, at(a_sell("o1"), START_MS + 5), a_sell("o3", 1, 103))
    assert [command["command_id"] for command in record["commands"]] == ["o3"]
    assert record["time_ms"] == START_MS


def test_a_repeat_within_one_batch_is_told_apart() -> None:
    record = record_of(a_book(), a_sell("o1"), a_sell("o1"))
    assert len(record["events"]) == 1


def test_an_id_is_known_until_record_time_passes_its_bound() -> None:
    book = a_book(a_sell("o1", time_in_force="IOC"))
    record = record_of(book, at(a_sell("o1", time_in_force="IOC"), START_MS + BOUND_MS))
    assert not record["events"]
    record = record_of(book, at(a_sell("o1", time_in_force="IOC"), START_MS + BOUND_MS + 1))
    assert code(record, "o1") == "MATCHING_EXPIRED"


def test_an_order_that_comes_within_its_bound_is_taken() -> None:
    record = record_of(a_book(), at(a_sell("o1"), START_MS + BOUND_MS))
    assert status(record, "o1") == "OPEN"


def test_an_order_past_its_bound_is_refused_released_and_never_overwrites_an_answer() -> None:
    record = record_of(a_book(), at(a_sell("o1"), START_MS + BOUND_MS + 1))
    assert code(record, "o1") == "MATCHING_EXPIRED"
    assert record["releases"] == [["alice", "o1"]]
    assert record["orders"]["o1"]["if_pending"]


def test_a_cancel_past_its_bound_is_refused_and_the_order_stays() -> None:
    book = a_book(a_sell("o1"))
    record = record_of(book, at(a_cancel("o1"), START_MS + BOUND_MS + 1))
    assert (status(record, "c1"), code(record, "c1")) == ("REFUSED", "MATCHING_EXPIRED")
    assert book.depth(1)[1] == [[100, 5, 1]]


def test_an_order_that_rests_beyond_its_bound_is_still_known() -> None:
    book = a_book(a_sell("o1"))
    record_of(book, a_sell("o9", 1, 103, accepted_at_ms=START_MS + 3 * BOUND_MS))
    decision = book.decide([at(a_sell("o1"), START_MS + 3 * BOUND_MS)])
    assert decision is not None
    assert decision.record is None
    record = record_of(book, a_buy("o2", 5, 100, accepted_at_ms=START_MS + 3 * BOUND_MS))
    assert trades(record) == [("o1", "o2", 5, 100)]


def test_an_order_forgotten_and_refused_as_late_stays_refused() -> None:
    book = a_book(a_sell("o1"), a_cancel("o1"))
    for after_ms in (1, BOUND_MS, 5 * BOUND_MS):
        record = record_of(book, at(a_sell("o1"), START_MS + BOUND_MS + after_ms))
        assert code(record, "o1") == "MATCHING_EXPIRED"
    assert book.depth(1) == ([], [])


def test_record_time_is_the_latest_moment_at_which_a_command_was_sent() -> None:
    book = a_book()
    record = record_of(
        book, at(a_sell("o1", 1, 101), START_MS + 9), at(a_sell("o2", 1, 102), START_MS + 3)
    )
    assert record["time_ms"] == START_MS + 9
    assert record_of(book, at(a_sell("o3", 1, 103), START_MS + 4))["time_ms"] == START_MS + 9


def test_age_is_measured_by_record_time_not_by_the_commands_own_moment() -> None:
    book = a_book(at(a_sell("o1"), START_MS + BOUND_MS))
    on_time = a_sell("o2", 1, 103, accepted_at_ms=START_MS - 1, sent_at_ms=START_MS)
    assert code(record_of(book, on_time), "o2") == "MATCHING_EXPIRED"


def three_makers() -> Book:
    return a_book(*(a_sell(f"m{number}", 1, 100) for number in range(3)))


def test_a_taker_beyond_the_bound_of_fills_is_continued_before_anything_else() -> None:
    book = three_makers()
    rest = [a_buy("o2", 3, 100), a_sell("o3", 1, 99)]
    first = book.decide(rest, max_fills=2)
    assert first is not None
    assert first.record is not None
    assert (first.consumed, first.continuing, book.continuing) == (1, True, True)
    assert trades(first.record) == [("m0", "o2", 1, 100), ("m1", "o2", 1, 100)]
    assert status(first.record, "o2") == "PARTIALLY_FILLED"
    second = book.decide(rest[1:], max_fills=2)
    assert second is not None
    assert second.record is not None
    assert (second.consumed, second.continuing) == (1, False)
    assert trades(second.record) == [("m2", "o2", 1, 100)]
    assert status(second.record, "o2") == "FILLED"
    assert status(second.record, "o3") == "OPEN"


def test_a_taker_goes_on_without_further_commands() -> None:
    book = three_makers()
    record_of(book, a_buy("o2", 4, 100), max_fills=1)
    records = [record_of(book, max_fills=1) for _ in range(2)]
    assert [record["continuing"] for record in records] == [True, False]
    assert [record["commands"] for record in records] == [[], []]
    assert book.depth(1) == ([[100, 1, 1]], [])


def test_a_taker_that_ends_just_at_the_bound_is_not_continued() -> None:
    record = record_of(three_makers(), a_buy("o2", 3, 100), max_fills=3)
    assert not record["continuing"]
    assert status(record, "o2") == "FILLED"


def test_a_taker_that_crosses_nobody_any_more_at_the_bound_rests_at_once() -> None:
    record = record_of(three_makers(), a_buy("o2", 4, 100), max_fills=3)
    assert not record["continuing"]
    assert record["events"][-1]["type"] == "OrderOpened"


def test_what_a_continued_taker_still_holds_is_among_the_open_orders() -> None:
    book = three_makers()
    record_of(book, a_buy("o2", 3, 100), max_fills=1)
    assert book.open_orders()["o2"] == {
        "account_id": "bob",
        "side": "BUY",
        "currency": "USD",
        "held_minor": MARKET.buy_need_minor(100, 2, 31),
        "remaining_lots": 2,
        "price_ticks": 100,
    }


def test_a_fok_order_is_filled_whole_over_as_many_records_as_it_takes() -> None:
    book = three_makers()
    record_of(book, a_buy("o2", 3, 100, time_in_force="FOK"), max_fills=1)
    record_of(book, max_fills=1)
    assert status(record_of(book, max_fills=1), "o2") == "FILLED"


def test_a_record_takes_a_bounded_number_of_commands() -> None:
    commands = [a_sell(f"m{number}", 1, 100) for number in range(MAX_COMMANDS_PER_RECORD + 1)]
    decision = a_book().decide(commands)
    assert decision is not None
    assert decision.consumed == MAX_COMMANDS_PER_RECORD


def test_at_least_one_fill_goes_into_a_record() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        a_book().decide([a_sell()], max_fills=0)


def test_the_bounds_of_a_record_are_what_its_size_was_measured_with() -> None:
    assert (MAX_FILLS_PER_RECORD, MAX_COMMANDS_PER_RECORD) == (350, 500)


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"quantity_lots": 1.0}, "quantity_lots is 1.0, not of type int"),
    ({"price_ticks": "100"}, "price_ticks is '100', not of type int"),
    ({"held_minor": True}, "held_minor is True, not of type int"),
    ({"accepted_at_ms": float(START_MS)}, f"accepted_at_ms is {START_MS}.0, not of type int"),
    ({"sent_at_ms": START_MS + 0.5}, f"sent_at_ms is {START_MS}.5, not of type int"),
    ({"side": ["BUY"]}, "side is ['BUY'], not of type str"),
    ({"account_id": 7}, "account_id is 7, not of type str"),
    ({"kind": "swap"}, "unknown kind 'swap'"),
    ({"symbol": "ETH-USD"}, "ETH-USD in the book of BTC-USD"),
    (
        {"accepted_at_ms": START_MS + BOUND_MS + 1},
        f"accepted at {START_MS + BOUND_MS + 1} ms, sent by {START_MS} ms",
    ),
]


@pytest.mark.parametrize(("fault", "detail"), FAULTY)
def test_a_command_that_is_none_is_named_and_leaves_no_trace(
    fault: dict[str, Any], detail: str
) -> None:
    book = a_book(a_sell("o1"))
    before = book.state()
    faulty: Any = a_buy("o2") | fault
    with pytest.raises(CommandError) as caught:
        book.decide([faulty])
    assert (caught.value.position, caught.value.detail) == (0, detail)
    assert book.state() == before


@pytest.mark.parametrize(
    "faulty",
    [
        a_cancel("o1") | {"order_id": 7},
        a_cancel("o1") | {"account_id": None},
        an_index() | {"price_ticks": 104.5},
        a_state("HALTED") | {"reason": 7},
        a_buy("o2", accepted_at_ms=1, sent_at_ms=START_MS) | {"quantity_lots": 1.5},
    ],
    ids=["cancel", "owner", "index", "state", "late"],
)
def test_a_command_of_any_kind_with_a_field_of_another_type_is_named(faulty: Any) -> None:
    book = a_book(a_sell("o1"))
    before = book.state()
    with pytest.raises(CommandError, match="not of type"):
        book.decide([faulty])
    assert book.state() == before


def test_a_command_without_a_field_is_named() -> None:
    faulty: Any = a_buy("o2")
    del faulty["held_minor"]
    with pytest.raises(CommandError, match="held_minor is missing"):
        a_book().decide([faulty])


@pytest.mark.parametrize("faulty", [None, "place", {}, {"kind": None}, {"symbol": "BTC-USD"}])
def test_a_value_that_is_no_command_is_named(faulty: Any) -> None:
    with pytest.raises(CommandError):
        a_book().decide([faulty])


def test_a_listing_with_a_market_of_another_shape_is_named() -> None:
    command: Any = {
        "kind": "list",
        "command_id": "list-BTC-USD",
        "symbol": MARKET.symbol,
        "market": MARKET.to_dict() | {"colour": "red"},
        "accepted_at_ms": START_MS,
    }
    with pytest.raises(CommandError, match="a market has no colour"):
        Book(MARKET.symbol).decide([command])


def test_commands_before_a_faulty_one_are_decided() -> None:
    book = a_book()
    faulty: Any = a_buy("o2") | {"quantity_lots": 1.0}
    decision = book.decide([a_sell("o1"), a_sell("o3", 1, 102), faulty, a_sell("o4", 1, 103)])
    assert decision is not None
    assert decision.consumed == 2
    assert book.depth(5)[1] == [[100, 5, 1], [102, 1, 1]]


def test_a_taker_is_finished_even_when_the_next_command_is_faulty() -> None:
    book = three_makers()
    record_of(book, a_buy("o2", 3, 100), max_fills=2)
    faulty: Any = a_buy("o4") | {"quantity_lots": 1.0}
    decision = book.decide([faulty])
    assert decision is not None
    assert decision.record is not None
    assert (decision.consumed, status(decision.record, "o2")) == (0, "FILLED")
    with pytest.raises(CommandError):
        book.decide([faulty])
