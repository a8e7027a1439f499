"""Each step of a liquidation follows from the margin; no step closes a unit more than is open."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.derivatives import Perpetual
from zerodesk.orders import Side
from zerodesk.risk.leverage import Exposure, cross_margin
from zerodesk.risk.liquidation import (
    BOUND_BPS,
    Ranked,
    Step,
    bound_ticks,
    deleveraged,
    deleveraging_order,
    insured,
    next_step,
)
from zerodesk.tiers import Tier, checked

TIERS = checked([Tier(0, 500, 250)])


def a_position(
    lots: int, mark: int = 1_000, entry: int = 1_000, symbol: str = "BTC-PERP"
) -> Exposure:
    return Exposure(Perpetual(symbol, "BTC", "USD", 1), lots, lots * entry, mark)


def test_the_steps_come_in_their_order() -> None:
    # Ten lots at 1,000: 250 are kept.
    held = a_position(10)
    assert next_step(375, [held], TIERS).step is Step.NONE
    assert next_step(374, [held], TIERS).warn_bps == 15_000
    assert next_step(299, [held], TIERS).warn_bps == 12_000
    assert next_step(250, [held], TIERS).step is Step.WARN
    ordering = replace(held, sell_lots=1)
    assert next_step(249, [ordering], TIERS).step is Step.CANCEL_ORDERS
    assert next_step(249, [held], TIERS).step is Step.REDUCE
    assert next_step(-1, [a_position(0)], TIERS).step is Step.INSURE
    assert next_step(0, [], TIERS).step is Step.NONE


def test_a_step_closes_a_quarter_of_the_largest_position_within_the_bound() -> None:
    small = a_position(-3, symbol="ETH-PERP")
    found = next_step(0, [small, a_position(10)], TIERS).reduction
    assert found is not None
    assert (found.symbol, found.side, found.quantity_lots) == ("BTC-PERP", Side.SELL, 3)
    assert found.price_ticks == 980
    bought = next_step(0, [small], TIERS).reduction
    assert bought is not None
    assert (bought.side, bought.quantity_lots, bought.price_ticks) == (Side.BUY, 1, 1_020)


@given(st.integers(1, 10**12))
def test_the_bound_is_never_wider_than_stated(mark: int) -> None:
    low, high = bound_ticks(mark, is_sale=True), bound_ticks(mark, is_sale=False)
    assert 1 <= low <= mark <= high
    assert max(mark - low, high - mark) * 10_000 <= mark * BOUND_BPS


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=5), st.integers(-(10**9), 10**9))
def test_a_reduction_never_turns_a_position_and_repeated_ends_flat(
    lots: list[int], cash: int
) -> None:
    held = {f"P{n}": a_position(one, symbol=f"P{n}") for n, one in enumerate(lots)}
    for _ in range(300):
        decided = next_step(cash, list(held.values()), TIERS)
        if decided.reduction is None:
            break
        one = held[decided.reduction.symbol]
        closed = decided.reduction.quantity_lots
        assert 1 <= closed <= abs(one.quantity_lots)
        left = one.quantity_lots + (closed if decided.reduction.side is Side.BUY else -closed)
        held[decided.reduction.symbol] = a_position(left, symbol=decided.reduction.symbol)
    figures = cross_margin(cash, held.values(), TIERS)
    assert not figures.is_below_maintenance or all(not one.quantity_lots for one in held.values())


def test_the_fund_pays_what_it_has_and_the_rest_is_said() -> None:
    assert insured(100, 250) == (100, 0)
    assert insured(100, 40) == (40, 60)


def test_most_profit_by_equity_is_taken_over_first_and_losers_last() -> None:
    rich = Ranked("rich", 5, 100, 5_000, 10_000)
    levered = Ranked("levered", 5, 100, 5_000, 500)
    losing = Ranked("losing", 5, -10, 5_000, 5_000)
    same = replace(rich, account_id="again")
    order = [one.account_id for one in deleveraging_order([losing, rich, levered, same])]
    assert order == ["levered", "again", "rich", "losing"]
    assert deleveraged(7, [losing, rich, levered]) == {"levered": 5, "rich": 2}


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.data())
def test_exactly_what_is_taken_over_is_given_up(lots: list[int], data: st.DataObject) -> None:
    others = [
        Ranked(f"a{n}", one, data.draw(st.integers(-100, 100)), one * 10, 1_000)
        for n, one in enumerate(lots)
    ]
    wanted = data.draw(st.integers(0, sum(lots)))
    taken = deleveraged(wanted, others)
    assert sum(taken.values()) == wanted
    assert all(
        taken[one.account_id] <= one.quantity_lots for one in others if one.account_id in taken
    )
    with pytest.raises(ValueError, match="nobody"):
        deleveraged(sum(lots) + 1, others)
