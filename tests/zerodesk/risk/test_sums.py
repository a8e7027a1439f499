"""Margin of one underlying: worked examples, and beside it the slow and obvious way.

In the examples the underlying is at 100 ticks of 1,000 minor units, so a lot of it is worth
100,000; options are worth their payoff now and in each scenario, extremes at their weight.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import ceil, floor
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import NOON_MS, a_case, a_command, a_fee, a_quote, holding
from zerodesk.accounts import AccountState, hold
from zerodesk.derived import Derived, Working
from zerodesk.orders import Side
from zerodesk.positions import Position
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.risk import Case, Marked, assess
from zerodesk.risk.arrays import Modelled, risk_arrays
from zerodesk.risk.margin import figures, margin_covers_positions, required
from zerodesk.risk.monitoring import evidence, margins
from zerodesk.risk.pieces import SHORT_MINIMUM_BPS, linear_profit_minor
from zerodesk.risk.portfolio import PER_UNIT, Leg, PortfolioRules, RiskArray, portfolio_margin
from zerodesk.risk.scenarios import RANGES, SCENARIOS, Scenario
from zerodesk.risk.sums import INTERMONTH_BPS, Portfolio, Sums
from zerodesk.spending import Seen, refusal
from zerodesk.terms import AccountTerms
from zerodesk.tiers import Tier, share_minor

BUY, SELL = Side.BUY, Side.SELL
TICK_MINOR, MARK = 1_000, 100
WORTH: Final = TICK_MINOR * MARK
TIERS = (Tier(0, 1_000, 500), Tier(100 * WORTH, 4_000, 2_000))
PERP = Marked("BTC", "USD", TICK_MINOR, 10, MARK, NOON_MS, margin=TIERS)
DEC, MAR = "BTC-25DEC26", "BTC-26MAR27"


def an_option(strike: int, kind: str = "C", delta: int = 500_000) -> Marked:
    def worth(price: Fraction) -> Fraction:
        return max(Fraction(0), price - strike if kind == "C" else strike - price)

    now = worth(Fraction(MARK))
    profits = [
        (worth(MARK * (1 + Fraction(one.price) * Fraction(15, 100))) - now)
        * Fraction(str(one.weight))
        * TICK_MINOR
        for one in SCENARIOS
    ]
    signed = delta if kind == "C" else -delta
    risk = OptionRisk(1, NOON_MS, int(now), tuple(map(round, profits)), signed, WORTH)
    return Marked("BTC", "USD", TICK_MINOR, 10, int(now), NOON_MS, option=risk)


MARKED: Final = {
    "BTC-PERP": PERP,
    f"{DEC}-95-C": an_option(95),
    f"{DEC}-100-C": an_option(100),
    f"{DEC}-110-C": an_option(110, delta=100_000),
    f"{DEC}-100-P": an_option(100, "P"),
    f"{MAR}-100-C": an_option(100),
}


def holds_lots(usd: int = 0, btc: int = 0, **lots: int) -> AccountState:
    """Return an account with lots at the mark, by the end of a symbol: ``PERP``, ``DEC_95_C``."""
    positions = {
        symbol_of(name): Position(held, held * MARKED[symbol_of(name)].mark_price_ticks)
        for name, held in lots.items()
    }
    return AccountState(
        opened=True,
        available={"USD": usd, "BTC": btc},
        positions=positions,
        terms=AccountTerms(verification_level=3),
    )


def symbol_of(name: str) -> str:
    if name == "PERP":
        return "BTC-PERP"
    month, strike, kind = name.split("_")
    return f"{ {'DEC': DEC, 'MAR': MAR}[month] }-{strike}-{kind}".replace(" ", "")


def need(state: AccountState) -> int:
    return required(state, "USD", of(state)).initial_minor


def of(state: AccountState) -> dict[str, Marked]:
    return {symbol: MARKED[symbol] for symbol in state.derivatives()}


def test_a_single_future_needs_its_tiers_and_no_scenario_makes_it_less() -> None:
    assert need(holds_lots(PERP=10)) == 10 * WORTH // 10
    # 100 lots at 10 %, 900 at 40 %: far more than the 15.75 % of the worst scenario.
    assert need(holds_lots(PERP=1_000)) == 100 * WORTH // 10 + 900 * WORTH * 4 // 10


def test_a_worthless_option_beside_a_large_future_takes_nothing_off_its_tiers() -> None:
    alone = need(holds_lots(PERP=1_000))
    assert need(holds_lots(PERP=1_000, DEC_110_C=1)) == alone


def test_a_covered_call_needs_less_and_half_of_what_the_spot_gains() -> None:
    # Alone: nothing at the mark, and the extreme of 45 at 0.35; 15.75 ticks.
    assert need(holds_lots(DEC_100_C=-10)) == 157_500
    # Ten lots of BTC are 100 of its minor units, and gain 15.75 a lot there, of which half counts.
    assert need(holds_lots(btc=100, DEC_100_C=-10)) == 78_750
    # The minimum of five per cent holds, however much is there.
    assert need(holds_lots(btc=10_000, DEC_100_C=-10)) == 50_000


def test_a_call_covered_by_a_future_needs_less_than_the_two() -> None:
    parts = need(holds_lots(DEC_95_C=-10)) + need(holds_lots(PERP=10))
    assert parts == (50_000 + 150_000 + 7_500) + 100_000
    both = holds_lots(PERP=10, DEC_95_C=-10)
    # Down 45 at 0.35 the future loses 15.75, the call gives back its five at that weight. What
    # buying it back costs is needed on top, and one per cent of the half delta that is offset, as
    # the future has no end. The future's tiers ask less than its scenarios.
    assert need(both) == 157_500 - 17_500 + 50_000 + 5_000


def test_a_vertical_needs_its_minimum_and_not_what_its_short_side_could_lose() -> None:
    bought = holds_lots(DEC_95_C=10, DEC_110_C=-10)
    assert need(holds_lots(DEC_110_C=-10)) == 122_500
    # The long call is worth five ticks: as much as the minimum of the short one.
    assert need(bought) == 0
    sold = holds_lots(DEC_100_C=-10, DEC_110_C=10)
    assert need(sold) == 100_000


def test_a_butterfly_that_is_sold_needs_its_widest_loss() -> None:
    parts = need(holds_lots(DEC_95_C=-10)) + need(holds_lots(DEC_110_C=-10))
    butterfly = holds_lots(DEC_95_C=-10, DEC_100_C=20, DEC_110_C=-10)
    assert need(butterfly) == 150_000
    assert need(butterfly) < parts


def test_a_calendar_is_charged_for_months_that_part() -> None:
    # The scan sees nothing; half a delta of ten lots is offset, one per cent of 500,000; the
    # minimum of the ten that are short is more.
    assert need(holds_lots(DEC_100_C=-10, MAR_100_C=10)) == 50_000


def test_a_short_strangle_needs_the_worse_side_and_not_both() -> None:
    assert need(holds_lots(DEC_100_C=-10, DEC_100_P=-10)) == 157_500


def test_a_future_hedged_by_a_put_needs_less_than_alone_where_it_is_large() -> None:
    alone = need(holds_lots(PERP=100))
    assert need(holds_lots(PERP=100, DEC_100_P=100)) < alone


def test_what_is_held_of_options_frees_no_cash() -> None:
    assert need(holds_lots(DEC_95_C=1_000)) == 0


def test_a_record_has_the_risk_arrays_by_which_its_margin_is_computed_again() -> None:
    state = holds_lots(usd=2 * WORTH, DEC_100_C=-10, MAR_100_C=10)
    told = evidence(state, margins(state, MARKED), MARKED)
    risks = {symbol: OptionRisk.from_dict(one) for symbol, one in told["options"].items()}
    marked = {
        symbol: MARKED[symbol]._replace(option=risks[symbol], mark_price_ticks=ticks)
        for symbol, (ticks, _) in told["marks"].items()
    }
    assert marked.keys() == state.derivatives()
    assert told["margins"]["USD"][1] == slow_need(state, marked)


def test_who_only_buys_back_what_is_written_is_not_liquidated_for_what_that_holds() -> None:
    short = holds_lots(usd=157_500, DEC_100_C=-10)
    buys = a_command("back", BUY, 10, f"{DEC}-100-C", price_ticks=1)
    held = holding(short, {**buys, "held_minor": 40_000})
    after = held.replace(available={"USD": 157_500 - 40_000, "BTC": 0})
    [margin] = margins(after, of(after))
    # Of 126,000 that are to be kept 40,000 are held for that very position.
    assert margin.maintenance_minor == 86_000
    assert not margin.is_below_maintenance


# The slow and obvious way.


def slow_need(state: AccountState, marked: dict[str, Marked], *, orders: bool = True) -> int:
    """Return what one underlying needs, from every subset of the orders in every scenario."""
    parts = sum(
        (slow_alone(state, symbol, one, orders=orders) for symbol, one in marked.items()), 0
    )
    scan = value = minimum = extra = 0
    for symbol, one in marked.items():
        sold = least_lots(state, symbol, orders=orders)
        if one.option is not None:
            value += sold * one.mark_price_ticks * TICK_MINOR
            minimum += max(0, -sold) * (one.option.underlying_minor * 500 // 10_000)
        else:
            most = max(abs(lots) for lots in ways(state, symbol, orders=orders, closing=False))
            alone = most * max(profits_of(one))
            extra += max(0, share_minor(most * WORTH, one.margin, initial=True) - alone)
    for number, scenario in enumerate(SCENARIOS):
        lost = 0
        for symbol, one in marked.items():
            profit = profits_of(one)[number]
            if one.option is not None:
                lost += -least_lots(state, symbol, orders=orders) * profit
            else:
                lost += max(
                    -lots * profit for lots in ways(state, symbol, orders=orders, closing=True)
                )
        cover = max(0, state.available_minor("BTC")) * WORTH // 10 // 2
        gain = floor(cover * move_of(scenario) + Fraction(1, 2))
        scan = max(scan, lost - max(0, gain))
    beyond = max(scan + slow_charge(state, marked, orders=orders), minimum) + extra
    if not orders:
        beyond = ceil(Fraction(beyond * 8, 10))
    return min(parts, max(0, beyond - value))


def bought_back(state: AccountState) -> int:
    """Return what is held for purchases of options that are short."""
    found = 0
    holds: Any = state.holds
    for one in holds.values():
        symbol, side = one.command["symbol"], one.command["side"]
        held_lots = state.positions.get(symbol, Position()).quantity_lots
        if symbol != "BTC-PERP" and side == BUY and held_lots < 0:
            found += one.held_minor
    return found


def move_of(scenario: Scenario) -> Fraction:
    """Return how far the price moves in a scenario, as far as it counts."""
    return Fraction(scenario.price) * Fraction(str(scenario.weight)) * Fraction(15, 100)


def profits_of(one: Marked) -> Sequence[int]:
    if one.option is not None:
        return one.option.profit_minor
    return [floor(WORTH * move_of(scenario) + Fraction(1, 2)) for scenario in SCENARIOS]


def slow_alone(state: AccountState, symbol: str, one: Marked, *, orders: bool) -> int:
    held = ways(state, symbol, orders=orders, closing=False)
    if one.option is None:
        most = max(abs(lots) for lots in held) * WORTH
        return share_minor(most, one.margin, initial=orders)
    short = max(0, -min(held))
    minimum = one.option.underlying_minor * 500 // 10_000
    beyond = short * max(minimum, *one.option.profit_minor)
    if not orders:
        beyond = ceil(Fraction(beyond * 8, 10))
    return beyond + short * one.mark_price_ticks * TICK_MINOR


def ways(state: AccountState, symbol: str, *, orders: bool, closing: bool) -> set[int]:
    """Return every position that some of the orders could lead to, cut where they only reduce."""
    held = state.positions.get(symbol, Position()).quantity_lots
    found = [one for one in state.holds.values() if one.command["symbol"] == symbol and orders]
    opening = [one for one in found if not one.command.get("reduce_only")]
    reducing = [one for one in found if one.command.get("reduce_only") and closing]
    ends = set()
    for size in range(len(opening) + 1):
        for some in combinations(opening, size):
            lots = held + sum(signed(one) for one in some)
            ends.add(lots)
            for part in range(1, len(reducing) + 1):
                for cut in combinations(reducing, part):
                    closes = sum(signed(one) for one in cut if signed(one) * held < 0)
                    ends.add(lots + max(-abs(held), min(abs(held), closes)))
    return ends


def signed(held: Any) -> int:
    lots: int = held.open_lots
    return lots if held.command["side"] == "BUY" else -lots


def least_lots(state: AccountState, symbol: str, *, orders: bool) -> int:
    return min(ways(state, symbol, orders=orders, closing=True))


def slow_charge(state: AccountState, marked: dict[str, Marked], *, orders: bool) -> int:
    ends: dict[str, tuple[int, int]] = {}
    for symbol, one in marked.items():
        expiry = "" if one.option is None else symbol.split("-")[1]
        delta = 10**6 if one.option is None else one.option.delta_millionths
        worth = [
            floor(Fraction(n * delta * WORTH, 10**6))
            for n in ways(state, symbol, orders=orders, closing=True)
        ]
        high, low = ends.get(expiry, (0, 0))
        ends[expiry] = high + max(worth), low + min(worth)
    if len(ends) < 2:
        return 0
    long = sum(max(0, high) for high, _ in ends.values())
    short = sum(max(0, -low) for _, low in ends.values())
    return ceil(Fraction(min(long, short), 100))


LOTS = st.dictionaries(st.sampled_from(sorted(MARKED)), st.integers(-30, 30), max_size=5)
ORDERS = st.lists(
    st.tuples(
        st.sampled_from(sorted(MARKED)),
        st.sampled_from(Side),
        st.integers(1, 40),
        st.booleans(),
    ),
    max_size=5,
)
COVER = st.sampled_from([0, 0, 7, 150, 5_000])


def an_account(lots: dict[str, int], orders: Any, btc: int = 0, usd: int = 0) -> AccountState:
    positions = {
        symbol: Position(held, held * MARKED[symbol].mark_price_ticks)
        for symbol, held in lots.items()
        if held
    }
    state = AccountState(
        opened=True,
        available={"USD": usd, "BTC": btc},
        positions=positions,
        terms=AccountTerms(verification_level=3),
    )
    for number, (symbol, side, of_lots, only_reduces) in enumerate(orders):
        one: Any = a_command(f"o{number}", side, of_lots, symbol)
        state = holding(state, one | ({"reduce_only": True} if only_reduces else {}))
    return state


@settings(max_examples=150, deadline=None)
@given(LOTS, ORDERS, COVER)
def test_the_need_is_that_of_the_slow_way(lots: dict[str, int], orders: Any, btc: int) -> None:
    state = an_account(lots, orders, btc)
    assert need(state) == slow_need(state, of(state))
    kept = slow_need(state, of(state), orders=False)
    assert figures(state, "USD", of(state)).maintenance_minor == max(0, kept - bought_back(state))


@settings(max_examples=100, deadline=None)
@given(LOTS, st.integers(0, 30), st.integers(0, 30))
def test_a_preview_by_the_library_s_sums_says_the_same(
    lots: dict[str, int], buys: int, sells: int
) -> None:
    """Positions, and orders of the future, by the rules that the venue's previews have."""
    orders = [("BTC-PERP", side, n, False) for side, n in ((BUY, buys), (SELL, sells)) if n]
    state = an_account(lots, orders)
    legs = [a_leg(state, symbol, one) for symbol, one in of(state).items()]
    if not legs:
        return
    rules = PortfolioRules(
        intermonth_minor=WORTH * INTERMONTH_BPS // 10_000,
        short_minimum_minor=WORTH * SHORT_MINIMUM_BPS // 10_000,
    )
    found = portfolio_margin(legs, rules)
    sums = Sums()
    sums.follow(of(state), state.positions, state.derived.working(state.holds))
    together = Portfolio(sums.pieces["BTC"])
    extra, parts = together.size_minor, together.parts_minor
    as_portfolio = max(0, found.initial_minor + extra - found.option_value_minor)
    assert need(state) == min(parts, as_portfolio)


def a_leg(state: AccountState, symbol: str, one: Marked) -> Leg:
    lots = state.positions.get(symbol, Position()).quantity_lots
    if one.option is None:
        array = RiskArray(symbol, 1, tuple(profits_of(one)), PER_UNIT)
    else:
        array = RiskArray(
            symbol,
            1,
            one.option.profit_minor,
            one.option.delta_millionths,
            expiry=symbol.split("-")[1],
            is_option=True,
            value_minor=one.mark_price_ticks * TICK_MINOR,
        )
    working = state.working(symbol)
    return Leg(array, lots, working.buy_lots, working.sell_lots)


def test_a_future_s_array_by_the_model_is_that_of_the_chain() -> None:
    for worth in (8_000, 60_000_000, 1_234_568_000):
        [array] = risk_arrays([Modelled("BTC-PERP")], 100.0, worth / 100, RANGES)
        assert array.profit_minor == linear_profit_minor(worth)


@settings(max_examples=100, deadline=None)
@given(LOTS, ORDERS, COVER)
def test_more_is_needed_to_open_than_to_keep_and_never_more_than_of_the_parts(
    lots: dict[str, int], orders: Any, btc: int
) -> None:
    state = an_account(lots, orders, btc)
    assert 0 <= figures(state, "USD", of(state)).maintenance_minor <= need(state)
    bare = state.replace(available={})
    parts = sum(
        required(bare, "USD", {symbol: one}).initial_minor for symbol, one in of(state).items()
    )
    assert need(state) <= parts


PUT: Final = MARKED[f"{DEC}-100-P"]
assert PUT.option is not None
PUT_OF_OTHER_SCENARIOS: Final = PUT._replace(
    option=PUT.option._replace(profit_minor=(15_750, -100))
)
BESIDE: Final = ("BTC-USD", "BTC-PERP", f"{DEC}-100-C", f"{DEC}-100-P")
"""Where orders of the same account come in turn, of which one is for nothing that needs margin."""
LOOKS = st.lists(
    st.tuples(
        ORDERS,
        COVER,
        st.sampled_from([MARK, MARK, MARK - 2, MARK + 1]),
        st.sampled_from([100, 100, 102]),
        st.tuples(st.sampled_from(sorted(MARKED)), st.sampled_from(Side), st.booleans()),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(LOTS, LOOKS)
def test_what_was_kept_changes_no_figure(lots: dict[str, int], looks: list[Any]) -> None:
    """Orders come and go, marks move in between, and all sums are as if they were made anew."""
    first, call = an_account(lots, []), f"{DEC}-100-C"
    for orders, btc, mark_price_ticks, strike, (symbol, side, closes) in looks:
        fresh = an_account(lots, orders, btc)
        marked = of(fresh)
        if "BTC-PERP" in marked:
            marked["BTC-PERP"] = PERP._replace(mark_price_ticks=mark_price_ticks)
        if call in marked:
            marked[call] = an_option(strike)
        kept = fresh.replace(derived=first.derived)
        more = fresh.working(symbol).plus(7, is_buy=side is BUY, closes=closes)
        added = {symbol: more} if symbol in marked else {}
        asked = required(kept, "USD", marked, added=added)
        assert asked == required(fresh, "USD", marked, added=added)
        assert required(kept, "USD", marked) == required(fresh, "USD", marked)


@settings(max_examples=100, deadline=None)
@given(
    LOTS,
    st.lists(
        st.tuples(
            st.sampled_from(BESIDE),
            st.sampled_from(Side),
            st.integers(1, 40),
            st.booleans(),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.sampled_from([PUT, PUT_OF_OTHER_SCENARIOS]),
)
def test_orders_one_after_the_other_need_what_they_need_of_an_account_just_read(
    lots: dict[str, int], orders: list[Any], put: Marked
) -> None:
    """Some are held and some refused, at marks and positions that stand."""
    state = an_account({**lots, **dict.fromkeys(BESIDE[1:], 3)}, [], usd=10**15)
    marked = of(state) | {f"{DEC}-100-P": put}
    for number, (symbol, side, of_lots, closes, is_held) in enumerate(orders):
        more = state.working(symbol).plus(of_lots, is_buy=side is BUY, closes=closes)
        added = {symbol: more} if symbol in marked else {}
        fresh = state.replace(derived=Derived())
        asked = required(state, "USD", marked, added=added)
        assert asked == required(fresh, "USD", marked, added=added)
        if is_held:
            one: Any = a_command(f"n{number}", side, of_lots, symbol)
            state = hold(state, one | ({"reduce_only": True} if closes else {}), "USD").state
    assert figures(state, "USD", marked) == figures(state.replace(derived=Derived()), "USD", marked)


def test_an_order_that_writes_more_of_a_hedged_option_needs_the_minimum_of_it_too() -> None:
    state = holds_lots(DEC_100_C=-10, MAR_100_C=20)
    marked, more = of(state), {f"{DEC}-100-C": Working(0, 10)}
    assert required(state, "USD", marked).initial_minor == 50_000
    assert required(state, "USD", marked, added=more).initial_minor == 100_000


def test_what_broke_off_is_made_anew() -> None:
    state, call, no_mark = holds_lots(PERP=10, DEC_95_C=-10), f"{DEC}-95-C", dict[str, Any]()
    standing, no_mark["mark_price_ticks"] = need(state), None
    torn = of(state) | {call: MARKED[call]._replace(**no_mark)}
    more = state.replace(positions=state.positions | {"BTC-PERP": Position(90, 9_000)})
    with pytest.raises(TypeError):
        required(more, "USD", torn)
    fresh = more.replace(derived=Derived())
    assert required(more, "USD", of(state)) == required(fresh, "USD", of(state))
    assert need(state) == standing


def test_a_mark_that_moves_between_two_looks_is_the_second_one_s() -> None:
    state = holds_lots(PERP=10, DEC_100_P=10)
    at_first = required(state, "USD", of(state))
    moved = of(state) | {"BTC-PERP": PERP._replace(mark_price_ticks=MARK + 1)}
    assert required(state, "USD", moved).equity_minor == 10 * TICK_MINOR
    assert required(state, "USD", of(state)) == at_first


@settings(max_examples=100, deadline=None)
@given(
    LOTS,
    ORDERS,
    st.sampled_from(sorted(MARKED)),
    st.sampled_from(Side),
    st.integers(1, 20),
    st.integers(0, 3_000_000),
)
def test_what_the_chain_admits_the_monitor_would_not_call(
    lots: dict[str, int], orders: Any, symbol: str, side: Side, of_lots: int, usd: int
) -> None:
    """The chain says have and need of the account as it stands once the order is held."""
    state = an_account(lots, orders, usd=usd)
    case = an_order(state, symbol, side, of_lots)
    rejection = margin_covers_positions(case)
    after = holding(state, a_command("new", side, of_lots, symbol))
    after = an_account(lots, orders, usd=usd - 1)
    after = holding(after, a_command("new", side, of_lots, symbol))
    [margin] = margins(after, of(after))
    before = margins(state, of(state))
    if margin.free_minor >= 0:
        assert rejection is None
    elif rejection is None:
        # It only closed, and nothing more was needed.
        [was] = before
        assert margin.initial_minor <= was.initial_minor
    else:
        have, wants = (
            round(float(text) * 10**6) for text in (rejection.have or "", rejection.need or "")
        )
        assert (have, wants) == (margin.equity_minor, margin.initial_minor)


def an_order(state: AccountState, symbol: str, side: Side, lots: int, **more: Any) -> Case:
    case = a_case(state, symbol=symbol, side=side, quantity_lots=lots, quote=a_fee(1))
    return case._replace(marked={**of(state), symbol: MARKED[symbol]}, **more)


@settings(max_examples=150, deadline=None)
@given(LOTS, ORDERS, COVER, st.data())
def test_no_fill_at_the_mark_needs_more_than_was_needed_with_the_orders(
    lots: dict[str, int], orders: Any, btc: int, data: Any
) -> None:
    """Whatever part of the orders is filled, and the rest cancelled, what is free stays free."""
    state = an_account(lots, orders, btc)
    filled = data.draw(st.lists(st.booleans(), min_size=len(orders), max_size=len(orders)))
    ends = dict(lots)
    cash = 0
    for (symbol, side, of_lots, only_reduces), is_filled in zip(orders, filled, strict=True):
        if not is_filled:
            continue
        held = ends.get(symbol, 0)
        moved = of_lots if side is Side.BUY else -of_lots
        if only_reduces:
            moved = max(-abs(held), min(abs(held), moved)) if moved * held < 0 else 0
        ends[symbol] = held + moved
        if MARKED[symbol].option is not None and moved < 0:
            cash -= moved * MARKED[symbol].mark_price_ticks * TICK_MINOR
    after = an_account(ends, [], btc)
    assert need(after) - cash <= need(state) + len(orders)


def test_an_order_that_takes_a_hedge_away_is_refused_and_one_that_only_closes_is_not() -> None:
    state = holds_lots(usd=100_000, PERP=10, DEC_95_C=-10)
    assert need(state) == 195_000
    refused = margin_covers_positions(an_order(state, "BTC-PERP", Side.SELL, 10))
    assert refused is not None
    assert (refused.have, refused.need) == ("0.099999", "0.2125")
    only = an_order(state, "BTC-PERP", Side.SELL, 10, reduce_only=True)
    assert margin_covers_positions(only) == refused
    # Buying the call back closes, and leaves the future's own need, which is less.
    assert margin_covers_positions(an_order(state, f"{DEC}-95-C", Side.BUY, 10)) is None


def test_spot_that_covers_is_not_sold_or_withdrawn_beyond_the_margin() -> None:
    state = holds_lots(usd=80_000, btc=100, DEC_100_C=-10)
    sale = a_case(state, side=Side.SELL, marked=of(state), quote=a_quote(Side.SELL))
    sold = sale._replace(quote=sale.quote._replace(need_minor=100))
    refused = margin_covers_positions(sold)
    assert refused is not None
    assert (refused.have, refused.need) == ("0.08", "0.1575")
    assert assess(sold) == refused
    seen = Seen(NOON_MS, of(state))
    gone = refusal(state, "BTC", 100, seen)
    assert gone is not None
    assert gone.need == "0.1575"
    assert refusal(state, "BTC", 1, seen) is None
    # Who is short of margin anyway may sell what covers nothing.
    poor = holds_lots(btc=100, DEC_100_P=-10)
    free = a_case(poor, side=Side.SELL, marked=of(poor), quote=a_quote(Side.SELL))
    assert margin_covers_positions(free) is None


def test_spot_covers_nothing_where_derivatives_of_it_are_in_two_currencies() -> None:
    state = holds_lots(usd=200_000, btc=100, DEC_100_C=-10, MAR_100_C=-10)
    state = state.replace(available=state.available | {"EUR": 200_000})
    marked = of(state)
    marked[f"{MAR}-100-C"] = marked[f"{MAR}-100-C"]._replace(quote="EUR")
    assert [one.initial_minor for one in margins(state, marked)] == [157_500, 157_500]
    assert [one.maintenance_minor for one in margins(state, marked)] == [126_000, 126_000]
    case = an_order(state, f"{DEC}-100-C", SELL, 1)._replace(marked=marked)
    assert margin_covers_positions(case) is None
    more = an_order(state, f"{DEC}-100-C", SELL, 3)._replace(marked=marked)
    refused = margin_covers_positions(more)
    assert refused is not None
    assert refused.need == "0.20475"


def test_a_risk_array_of_other_scenarios_is_set_against_nothing() -> None:
    short = an_option(100)
    assert short.option is not None
    old = short._replace(option=short.option._replace(profit_minor=(15_750, -100)))
    state = holds_lots(PERP=10, DEC_100_C=-10)
    marked = of(state) | {f"{DEC}-100-C": old}
    assert required(state, "USD", marked).initial_minor == 157_500 + 100_000
    assert figures(state, "USD", marked).maintenance_minor == 126_000 + 50_000
