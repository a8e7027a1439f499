"""What the figures of risk rest on, counted and not timed: sizes, and how a decision grows."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.benchmarks.risk import (
    EVERY,
    Burst,
    a_case,
    a_derivative_case,
    largest_state,
    of_one_underlying,
    perpetuals,
)
from zerodesk.codec import EncodedBody
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.risk import Case, assess
from zerodesk_aws.journal import MAX_ITEM_BYTES

CASES: dict[str, Callable[[int], Case]] = {
    "spot with every limit": lambda size: a_case(size, size, EVERY),
    "perpetuals": lambda size: a_derivative_case(perpetuals(size), size),
    "one underlying": lambda size: a_derivative_case(of_one_underlying(size), size),
}


def lines_of(case: Case) -> int:
    """Return how many lines of Python a decision runs through; every one admits the order."""
    count, before = 0, sys.gettrace()

    def counted(_frame: Any, event: str, _of: Any) -> Any:
        nonlocal count
        count += event == "line"
        return counted

    sys.settrace(counted)
    try:
        refused = assess(case)
    finally:
        sys.settrace(before)
    assert refused is None
    return count


@pytest.mark.parametrize("name", CASES)
def test_a_decision_on_what_nobody_kept_grows_linearly_with_positions_and_orders(name: str) -> None:
    small, middle, large = (lines_of(CASES[name](size)) for size in (10, 20, 40))
    # Twice as many more take twice as many more lines, but for what is rounded.
    assert large - middle <= 2.2 * (middle - small)
    assert (large - middle) / 20 <= 150


@pytest.mark.parametrize("name", CASES)
def test_the_next_order_of_an_account_grows_by_a_few_lines_for_each_position(name: str) -> None:
    few, many = (lines_of_the_next(Burst.of(CASES[name](size))) for size in (10, 40))
    assert many - few <= 30 * 2


def lines_of_the_next(burst: Burst) -> int:
    """Return the lines of the second decision, by what the first one left beside the account."""
    first, second = burst.cases[:2]
    assert assess(first) is None
    first.state.derived.hold(first.state.holds, burst.held[0], second.state.holds)
    return lines_of(second)


def test_the_largest_account_is_far_below_what_an_item_takes() -> None:
    state = largest_state()
    assert len(state.holds) == MAX_OPEN_ORDERS
    encoded = EncodedBody.of({"cause": {}, "entries": [], "state": state.to_dict()})
    assert len(encoded.data) < MAX_ITEM_BYTES // 10
    assert len(encoded.text) < MAX_ITEM_BYTES // 2
