"""Price levels: priority, removal from anywhere, and memory that follows what is alive."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell
from tests.zerodesk.matching.streams import Run, streams
from zerodesk.commands import Command
from zerodesk.matching import ladder as ladder_module
from zerodesk.matching.ladder import EMPTY_LEVELS_KEPT, Ladder
from zerodesk.matching.order import BookOrder


def an_order(order_id: str, key: int, lots: int = 1) -> BookOrder:
    command: Any = a_sell(order_id, lots, key)
    return BookOrder.of(command, 0)


def a_ladder(*keys: int) -> tuple[Ladder, list[BookOrder]]:
    ladder = Ladder()
    orders = [an_order(f"o{number}", key) for number, key in enumerate(keys)]
    for order in orders:
        ladder.append(order)
    return ladder, orders


def ids(ladder: Ladder) -> list[str]:
    return [order.order_id for order in ladder.in_priority()]


def test_an_empty_side_has_no_best_level() -> None:
    assert Ladder().best() is None


def test_the_best_level_has_the_smallest_key_and_the_next_follows_when_it_empties() -> None:
    ladder, orders = a_ladder(103, 101, 102)
    ladder.remove(orders[1])
    best = ladder.best()
    assert best is not None
    assert best.key == 102


def test_a_price_that_emptied_can_be_used_again() -> None:
    ladder, orders = a_ladder(101)
    ladder.remove(orders[0])
    assert ladder.best() is None
    ladder.append(an_order("again", 101))
    assert ids(ladder) == ["again"]


def test_a_price_that_a_taker_emptied_is_gone_and_comes_back_when_that_is_taken_back() -> None:
    book = a_book(a_sell("first", 1, 100), a_sell("second", 2, 100), a_sell("next", 3, 101))
    before, asks = book.state(), book._state.asks
    decision = book.decide([a_buy("taker", 3, 100)])
    assert decision is not None
    assert (list(asks.levels), asks.heap) == ([101], [101])
    book.undo(decision)
    assert sorted(asks.heap) == sorted(asks.levels) == [100, 101]
    assert book.state() == before


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.data())
def test_removals_taken_back_in_reverse_restore_the_exact_order(
    keys: list[int], data: st.DataObject
) -> None:
    ladder, orders = a_ladder(*keys)
    before, depth = ids(ladder), ladder.depth(9)
    leaving = data.draw(st.lists(st.sampled_from(orders), unique_by=id))
    for order in leaving:
        ladder.remove(order)
        ladder.best()
    for order in reversed(leaving):
        ladder.restore(order)
    assert ids(ladder) == before
    assert ladder.depth(9) == depth


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 5)), max_size=30),
    st.integers(0, 31),
    st.integers(1, 60),
)
def test_offers_is_the_sum_of_the_levels_within_the_limit(
    orders: list[tuple[int, int]], limit_key: int, wanted_lots: int
) -> None:
    ladder = Ladder()
    for number, (key, lots) in enumerate(orders):
        ladder.append(an_order(f"o{number}", key, lots))
    offered = sum(lots for key, lots in orders if key <= limit_key)
    assert ladder.offers(limit_key, wanted_lots) == (offered >= wanted_lots)


def test_depth_shows_lots_and_orders_of_the_best_prices_first() -> None:
    book = a_book(a_buy("o1", 5, 98), a_buy("o2", 2, 99), a_buy("o3", 1, 99), a_sell("o4", 7, 101))
    assert book.depth(1) == ([[99, 3, 2]], [[101, 7, 1]])
    assert book.depth(9) == ([[99, 3, 2], [98, 5, 1]], [[101, 7, 1]])


def test_prices_that_nobody_uses_any_more_do_not_fill_the_memory() -> None:
    book = a_book()
    for number in range(1_000):
        price_ticks = 1_000 + number
        book.decide([a_sell(f"o{number}", 1, price_ticks), a_cancel(f"o{number}")])
    book.decide([a_sell("last", 1, 5_000)])
    assert len(book._state.asks.levels) <= EMPTY_LEVELS_KEPT + 3
    assert sorted(book._state.asks.heap) == sorted(book._state.asks.levels)
    assert book.depth(9)[1] == [[5_000, 1, 1]]


@settings(max_examples=250)
@given(streams(), st.integers(1, 5))
def test_when_levels_are_dropped_changes_nothing(commands: list[Command], batch: int) -> None:
    kept, dropped = Run.of(commands), Run.of(commands)
    kept.take(commands, [batch], 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder_module, "EMPTY_LEVELS_KEPT", -(10**9))
        for start in range(0, len(commands), batch):
            decision = dropped.book.decide(commands[start : start + batch], max_fills=2)
            assert decision is not None
            dropped.book.undo(decision)
            dropped.take(commands[start : start + batch], [batch], 2)
    assert dropped.book.state() | {"sequence": 0} == kept.book.state() | {"sequence": 0}
