"""Each step of a liquidation follows from the margin; no step closes a unit more than is open."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.accounts import AccountState
from zerodesk.derivatives import Perpetual
from zerodesk.orders import Side
from zerodesk.positions import Position
from zerodesk.risk import Marked
from zerodesk.risk.leverage import Exposure, cross_margin
from zerodesk.risk.liquidation import (
    BOUND_BPS,
    IN_VAIN,
    Decision,
    Ranked,
    Reduction,
    Step,
    bound_ticks,
    deleveraged,
    deleveraging_order,
    insured,
    next_step,
    paid_ticks,
    takeover_ticks,
)
from zerodesk.tiers import Tier, checked

TIERS = checked([Tier(0, 500, 250)])


def a_position(
    lots: int, mark: int = 1_000, entry: int = 1_000, symbol: str = "BTC-PERP"
) -> Exposure:
    return Exposure(Perpetual(symbol, "BTC", "USD", 1), lots, lots * entry, mark)


def decided(cash: int, held: list[Exposure], in_vain: int = 0, fund: int = 0) -> Decision:
    positions = {
        one.instrument.symbol: Position(one.quantity_lots, one.cost_tick_lots) for one in held
    }
    marked = {
        one.instrument.symbol: Marked(
            one.instrument.symbol, "USD", 1, 1, one.mark_price_ticks, 0, margin=TIERS
        )
        for one in held
    }
    state = AccountState(available={"USD": cash}, positions=positions)
    return next_step(state, marked, in_vain=in_vain, fund_minor={"USD": fund})


def test_the_steps_come_in_their_order() -> None:
    # Ten lots at 1,000: 500 are needed to have done enough.
    held = a_position(10)
    assert decided(500, [held]).step is Step.NONE
    assert decided(499, [held]).step is Step.REDUCE
    assert decided(499, [held], in_vain=IN_VAIN - 1).step is Step.REDUCE
    assert decided(499, [held], in_vain=IN_VAIN).step is Step.DELEVERAGE
    assert decided(-1, [a_position(0)], fund=5).step is Step.INSURE
    assert decided(-1, [a_position(0)]).step is Step.NONE
    assert decided(0, []).step is Step.NONE


def test_a_step_closes_a_quarter_of_the_largest_position_within_the_bound() -> None:
    small = a_position(-3, symbol="ETH-PERP")
    found = decided(400, [small, a_position(10)]).reduction
    assert found is not None
    assert (found.symbol, found.side, found.quantity_lots) == ("BTC-PERP", Side.SELL, 3)
    assert found.price_ticks == 980
    bought = decided(100, [small]).reduction
    assert bought is not None
    assert (bought.side, bought.quantity_lots, bought.price_ticks) == (Side.BUY, 1, 1_020)


def test_without_equity_all_is_closed_at_no_worse_than_the_fund_can_pay() -> None:
    assert decided(-100, [a_position(10)]).reduction == Reduction("BTC-PERP", Side.SELL, 10, 1_010)
    with_fund = decided(-100, [a_position(10)], fund=150).reduction
    assert with_fund == Reduction("BTC-PERP", Side.SELL, 10, 995)
    richer = decided(-100, [a_position(10)], fund=10_000).reduction
    assert richer == Reduction("BTC-PERP", Side.SELL, 10, 980)
    short = decided(-100, [a_position(-10)], fund=150).reduction
    assert short == Reduction("BTC-PERP", Side.BUY, 10, 1_005)


@given(st.integers(-50, 50).filter(bool), st.integers(1, 2_000), st.integers(-9_000, 9_000))
def test_what_is_closed_at_the_price_that_is_paid_takes_no_more_than_there_is(
    lots: int, mark: int, equity: int
) -> None:
    held = a_position(lots, mark=mark, entry=mark)
    price = paid_ticks(held, abs(lots), equity)
    if price > 1:
        assert equity + lots * (price - mark) >= 0
        assert abs(equity + lots * (price - mark)) < abs(lots)


@given(st.integers(1, 10**12))
def test_the_bound_is_never_wider_than_stated(mark: int) -> None:
    low, high = bound_ticks(mark, is_sale=True), bound_ticks(mark, is_sale=False)
    assert 1 <= low <= mark <= high
    assert max(mark - low, high - mark) * 10_000 <= mark * BOUND_BPS


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=5), st.integers(-(10**9), 10**9))
def test_a_reduction_never_turns_a_position_and_repeated_ends_flat(
    lots: list[int], cash: int
) -> None:
    held = {f"P{n}-PERP": a_position(one, symbol=f"P{n}-PERP") for n, one in enumerate(lots)}
    for _ in range(300):
        reduction = decided(cash, list(held.values())).reduction
        if reduction is None:
            break
        one = held[reduction.symbol]
        closed = reduction.quantity_lots
        assert 1 <= closed <= abs(one.quantity_lots)
        left = one.quantity_lots + (closed if reduction.side is Side.BUY else -closed)
        held[reduction.symbol] = a_position(left, symbol=reduction.symbol)
    figures = cross_margin(cash, held.values(), TIERS)
    assert not figures.is_below_maintenance or all(not one.quantity_lots for one in held.values())


@given(
    st.integers(-50, 50).filter(bool),
    st.integers(100, 2_000),
    st.integers(-3_000, 3_000),
    st.integers(0, 5_000),
)
def test_a_takeover_leaves_no_more_to_pay_than_the_fund_has(
    lots: int, mark: int, equity: int, fund: int
) -> None:
    held = a_position(lots, mark=mark, entry=mark)
    price = takeover_ticks(held, equity, fund)
    left = equity + lots * (price - mark)
    if price > 1:
        assert left >= -min(fund, max(0, -equity))
    # What the fund pays never buys those who won a better price than the mark.
    if equity <= 0:
        assert (price - mark) * lots >= 0


def test_what_the_fund_pays_brings_a_takeover_so_much_nearer_to_the_mark() -> None:
    held = a_position(10)
    assert [takeover_ticks(held, -50, fund) for fund in (0, 20, 50, 900)] == [
        1_005,
        1_003,
        1_000,
        1_000,
    ]
    assert takeover_ticks(held, 50, 900) == 995


def test_the_fund_pays_what_it_has_and_the_rest_is_said() -> None:
    assert insured(100, 250) == (100, 0)
    assert insured(100, 40) == (40, 60)


def test_most_profit_by_equity_is_taken_over_first_and_losers_last() -> None:
    rich = Ranked("rich", 5, 100, 5_000, 10_000)
    levered = Ranked("levered", 5, 100, 5_000, 500)
    losing = Ranked("losing", 5, -10, 5_000, 5_000)
    same = replace(rich, account_id="again")
    itself = replace(levered, account_id="itself", is_liquidated=True)
    order = [one.account_id for one in deleveraging_order([itself, losing, rich, levered, same])]
    assert order == ["levered", "again", "rich", "losing", "itself"]
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
