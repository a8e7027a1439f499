"""Portfolio margin: worked examples with their numbers, and the slow, obvious way beside it.

The examples are in a small world: the underlying at 100 ticks of 3 minor units, moves of 5, 10 and
15 either way, and of 45 at a third; options are worth their payoffs. Each number is done by hand.
"""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.risk import slow_margin
from zerodesk.derivatives import EuropeanOption, OptionType
from zerodesk.risk.portfolio import (
    Kept,
    Leg,
    PortfolioMargin,
    PortfolioRules,
    RiskArray,
    RiskArraysError,
    collateral_minor,
    portfolio_margin,
    summed,
)

NOW: Final = 100
MOVES: Final = (0, 5, -5, 10, -10, 15, -15)
EXTREME: Final = 45
TICK_MINOR: Final = 3
RULES: Final = PortfolioRules(intermonth_minor=9, short_minimum_minor=6)


def an_array(symbol: str, values: dict[int, int], **more: object) -> RiskArray:
    """Return the array of an instrument from what it is worth at each price."""
    now = values[NOW]
    moved = [values[NOW + move] - now for move in MOVES]
    extremes = [(values[NOW + move] - now) // 3 for move in (EXTREME, -EXTREME)]
    return RiskArray(symbol, 1, tuple(moved + extremes), **more)  # type: ignore[arg-type]


def a_future(expiry: str = "DEC") -> RiskArray:
    prices = {NOW + move: (NOW + move) * TICK_MINOR for move in (*MOVES, EXTREME, -EXTREME)}
    return an_array(f"BTC-{expiry}", prices, delta_millionths=1_000_000, expiry=expiry)


def an_option(kind: OptionType, strike: int, delta: int, expiry: str = "DEC") -> RiskArray:
    option = EuropeanOption(
        f"BTC-{expiry}-{strike}-{kind}", "BTC", "USD", kind, strike, 0, TICK_MINOR
    )
    worth = {NOW + move: option.payoff_minor(NOW + move) for move in (*MOVES, EXTREME, -EXTREME)}
    return an_array(
        option.symbol,
        worth,
        delta_millionths=delta,
        expiry=expiry,
        is_option=True,
        value_minor=worth[NOW],
    )


def a_call(strike: int, delta: int = 500_000, expiry: str = "DEC") -> RiskArray:
    return an_option(OptionType.CALL, strike, delta, expiry)


def margin(*legs: tuple[RiskArray, int]) -> PortfolioMargin:
    return portfolio_margin([Leg(array, lots) for array, lots in legs], RULES)


def test_a_single_future_needs_its_largest_move() -> None:
    found = margin((a_future(), 10))
    # Fifteen ticks of three are 45 a lot; a third of 45 ticks is as much, and the first one counts.
    assert (found.scan_minor, found.initial_minor, found.maintenance_minor) == (450, 450, 360)
    assert MOVES[found.worst_scenario] == -15
    assert margin((a_future(), -10)).initial_minor == 450


def test_a_covered_call_needs_less_than_its_future_by_what_the_call_takes_over() -> None:
    # The call at the money is worth nothing, so nothing is taken over below.
    assert margin((a_future(), 1), (a_call(100), -1)).scan_minor == 45
    # In the money by ten it takes over ten of the fifteen, but of the extreme's 45 no more either.
    found = margin((a_future(), 1), (a_call(90), -1))
    assert (found.scan_minor, found.worst_scenario) == (35, len(MOVES) + 1)
    assert margin((a_call(90), -1)).scan_minor == 45


def test_a_vertical_loses_no_more_than_its_width() -> None:
    # Short the 100 call, long the 105 call: at 105 and above, five ticks of three are lost.
    found = margin((a_call(100), -1), (a_call(105), 1))
    assert (found.scan_minor, found.short_minimum_minor, found.initial_minor) == (15, 6, 15)
    assert margin((a_call(100), 1), (a_call(105), -1)).initial_minor == 6


def test_a_butterfly_bought_can_lose_what_it_is_worth() -> None:
    # Long 95 and 105, short two 100: worth 5 ticks at 100, nothing at 95 and below, 105 and above.
    found = margin((a_call(95), 1), (a_call(100), -2), (a_call(105), 1))
    assert (found.option_value_minor, found.scan_minor) == (15, 15)
    # Two are short, which needs twelve at least; the scan is more.
    assert (found.short_minimum_minor, found.initial_minor) == (12, 15)
    sold = margin((a_call(95), -1), (a_call(100), 2), (a_call(105), -1))
    assert (sold.scan_minor, sold.short_minimum_minor, sold.initial_minor) == (0, 12, 12)


def test_a_calendar_is_charged_for_months_that_part() -> None:
    # Ten long in March against ten short in December: the scan sees nothing, the charge does.
    found = margin((a_future("MAR"), 10), (a_future("DEC"), -10))
    assert (found.scan_minor, found.intermonth_minor, found.initial_minor) == (0, 90, 90)
    # Half a delta each: four lots against two futures, two lots offset.
    mixed = margin((a_call(100, 500_000, "MAR"), 4), (a_future("DEC"), -2))
    assert mixed.intermonth_minor == 18
    assert margin((a_future("DEC"), 10), (a_future("DEC"), -10)).intermonth_minor == 0


def test_a_short_strangle_needs_the_worse_side_and_not_both() -> None:
    put = an_option(OptionType.PUT, 95, -300_000)
    found = margin((a_call(105), -1), (put, -1))
    # Up or down 15 one of them costs ten ticks, 30; a third of the extreme's forty ticks is 40.
    assert (found.scan_minor, found.short_minimum_minor) == (40, 12)
    assert found.initial_minor == 40
    assert margin((a_call(105), -1)).scan_minor == 40


def test_a_short_option_far_out_of_the_money_needs_the_minimum() -> None:
    far = a_call(145, 10_000)
    assert margin((far, -10)).scan_minor == 0
    assert margin((far, -10)).initial_minor == 60


def test_what_is_large_against_its_market_needs_more() -> None:
    rules = PortfolioRules(free_volume_bps=1_000, concentration_bps=5_000)
    thin = RiskArray("BTC-PERP", 1, (10, -10), 1_000_000, day_volume_lots=100)
    assert portfolio_margin([Leg(thin, 10)], rules).concentration_minor == 0
    # Twenty lots are ten more than a tenth of the day; each needs half of its ten again.
    found = portfolio_margin([Leg(thin, -20)], rules)
    assert (found.scan_minor, found.concentration_minor, found.initial_minor) == (200, 50, 250)


def test_open_orders_count_at_their_worst() -> None:
    future = a_future()
    assert portfolio_margin([Leg(future, 10, sell_lots=10)], RULES).scan_minor == 450
    assert portfolio_margin([Leg(future, 10, sell_lots=25)], RULES).scan_minor == 675
    assert portfolio_margin([Leg(future, 10, buy_lots=1, sell_lots=25)], RULES).scan_minor == 675


def test_collateral_counts_less_its_haircut_and_strange_money_not_at_all() -> None:
    worth = {"USD": 100, "BTC": 1_001, "XYZ": 10**6}
    assert collateral_minor(worth, {"USD": 0, "BTC": 1_500}) == 100 + 850
    with pytest.raises(ValueError, match="BTC"):
        collateral_minor({"BTC": -1}, {"BTC": 0})


def test_arrays_of_another_version_are_not_mixed() -> None:
    old, new = RiskArray("A", 1, (1, -1), 0), RiskArray("B", 2, (1, -1), 0)
    with pytest.raises(RiskArraysError):
        summed([Leg(old, 1), Leg(new, 1)])
    with pytest.raises(RiskArraysError):
        summed([Leg(old, 1)]).with_position(new, 1)
    with pytest.raises(RiskArraysError):
        summed([])
    # Sums of another version are not used; they are made anew.
    stale = Kept(0, (10**9, 10**9), (0, 0))
    assert portfolio_margin([Leg(new, 5)], RULES, stale).scan_minor == 5


LOTS = st.integers(-50, 50)
OPEN = st.integers(0, 30)
RULE_SETS = st.builds(
    PortfolioRules,
    maintenance_bps=st.integers(1, 10_000),
    intermonth_minor=st.integers(0, 500),
    short_minimum_minor=st.integers(0, 500),
    free_volume_bps=st.integers(0, 10_000),
    concentration_bps=st.integers(0, 20_000),
)


@st.composite
def portfolios(draw: st.DrawFn) -> list[Leg]:
    scenarios = draw(st.integers(1, 6))
    profits = st.tuples(*[st.integers(-(10**9), 10**9)] * scenarios)
    arrays = st.builds(
        RiskArray,
        symbol=st.text("AB", max_size=2),
        version=st.just(7),
        profit_minor=profits,
        delta_millionths=st.integers(-1_000_000, 1_000_000),
        expiry=st.sampled_from(("", "DEC", "MAR")),
        is_option=st.booleans(),
        value_minor=st.integers(0, 10**6),
        day_volume_lots=st.none() | st.integers(0, 100),
    )
    return draw(st.lists(st.builds(Leg, arrays, LOTS, OPEN, OPEN), min_size=1, max_size=3))


@settings(max_examples=30)
@given(portfolios(), RULE_SETS)
def test_it_is_what_every_way_of_filling_the_orders_comes_to(
    legs: list[Leg], rules: PortfolioRules
) -> None:
    found = portfolio_margin(legs, rules)
    assert found.scan_minor == slow_margin.scan_minor(legs)
    assert found.short_minimum_minor == slow_margin.short_minimum_minor(legs, rules)
    assert found.concentration_minor == slow_margin.concentration_minor(legs, rules)
    charges = [
        slow_margin.intermonth_minor(held, legs, rules) for held in slow_margin.outcomes(legs)
    ]
    # Open orders are charged on both sides at once, so never less than any outcome.
    assert found.intermonth_minor >= max(charges)
    if not any(leg.buy_lots or leg.sell_lots for leg in legs):
        assert found.intermonth_minor == charges[0]
    assert found.initial_minor >= found.maintenance_minor >= 0


@settings(max_examples=30)
@given(portfolios(), st.data())
def test_sums_that_are_kept_are_the_sums_made_anew(legs: list[Leg], data: st.DataObject) -> None:
    kept = summed([Leg(leg.array, 0) for leg in legs])
    for leg in legs:
        kept = kept.with_position(leg.array, leg.quantity_lots)
        kept = kept.with_order(leg.array, leg.buy_lots).with_order(leg.array, -leg.sell_lots)
    assert kept == summed(legs)
    leg = data.draw(st.sampled_from(legs))
    filled = data.draw(st.integers(0, leg.buy_lots))
    # A fill moves lots from the order to the position.
    moved = kept.without_order(leg.array, filled).with_position(leg.array, filled)
    at = legs.index(leg)
    after = Leg(leg.array, leg.quantity_lots + filled, leg.buy_lots - filled, leg.sell_lots)
    assert moved == summed([*legs[:at], after, *legs[at + 1 :]])


@settings(max_examples=30)
@given(portfolios(), portfolios())
def test_together_two_portfolios_never_need_more_than_apart(
    one: list[Leg], other: list[Leg]
) -> None:
    if len(one[0].array.profit_minor) != len(other[0].array.profit_minor):
        return
    apart = summed(one).scan()[0] + summed(other).scan()[0]
    assert summed([*one, *other]).scan()[0] <= apart
