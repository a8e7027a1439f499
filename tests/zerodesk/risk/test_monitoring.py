"""Who is called and who is liquidated at marks that move: as by the slow and obvious way.

Beside what is kept and left out stands a margin of each account that is written out, position by
position and scenario by scenario, anew at each look.
"""

from fractions import Fraction
from math import ceil, floor
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import NOON_MS
from zerodesk.accounts import AccountState
from zerodesk.margin_calls import next_call
from zerodesk.positions import FLAT, Position
from zerodesk.risk import Marked
from zerodesk.risk.monitoring import Margin, call_margin, has_crossed, margins
from zerodesk.risk.scenarios import SCENARIOS
from zerodesk.tiers import Tier

SYMBOLS: Final = tuple(f"A{number}-PERP" for number in range(7))
SHARES = st.integers(1, 10_000)


@st.composite
def tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    """Draw tiers that may ask to keep as much as to open, or hardly anything."""
    found: list[Tier] = []
    for start in [0, *sorted(draw(st.sets(st.integers(1, 10**6), max_size=2)))]:
        least, keeps = (found[-1].initial_bps, found[-1].maintenance_bps) if found else (1, 1)
        initial_bps = max(least, draw(SHARES))
        kept_bps = max(keeps, min(initial_bps, draw(SHARES | st.just(10_000))))
        found.append(Tier(start, initial_bps, kept_bps))
    return tuple(found)


@st.composite
def marks(draw: st.DrawFn) -> dict[str, Marked]:
    return {
        symbol: Marked(
            symbol.partition("-")[0],
            "USD",
            draw(st.sampled_from([1, 7, 1_000])),
            10,
            draw(st.integers(1, 3_000)),
            NOON_MS,
            margin=draw(tiers()),
        )
        for symbol in SYMBOLS
    }


@st.composite
def accounts(draw: st.DrawFn) -> AccountState:
    lots = draw(st.dictionaries(st.sampled_from(SYMBOLS), st.integers(-300, 300), min_size=1))
    covers = st.dictionaries(st.sampled_from(["A0", "A1", "A2"]), st.integers(-50, 5_000))
    return AccountState(
        opened=True,
        available={"USD": draw(st.integers(-(10**5), 10**6))} | draw(covers),
        positions={
            symbol: Position(held, held * draw(st.integers(1, 3_000)))
            for symbol, held in lots.items()
            if held
        },
    )


def slow_margin(state: AccountState, marked: dict[str, Marked]) -> Margin:
    equity = state.available["USD"]
    initial = maintenance = 0
    for symbol in state.derivatives():
        one, position = marked[symbol], state.positions.get(symbol, FLAT)
        lots, worth = position.quantity_lots, one.mark_price_ticks * one.tick_value_minor
        equity += lots * worth - position.cost_tick_lots * one.tick_value_minor
        cover = max(0, state.available.get(one.base, 0))
        opens, keeps = slow_shares(abs(lots) * worth, one.margin)
        scan, alone = slow_scan(lots, worth, cover * worth // one.lot_value_minor)
        beyond = scan + max(0, opens - alone)
        initial += min(opens, beyond) if cover else opens
        maintenance += min(keeps, ceil(Fraction(beyond * 8, 10)))
    return Margin("USD", equity, initial, maintenance)


def slow_shares(notional: int, its_tiers: tuple[Tier, ...]) -> tuple[int, int]:
    opens = keeps = Fraction(0)
    ends = [one.from_minor for one in its_tiers[1:]] + [max(notional, 10**9)]
    for one, end in zip(its_tiers, ends, strict=True):
        part = max(0, min(notional, end) - one.from_minor)
        opens += Fraction(part * one.initial_bps, 10_000)
        keeps += Fraction(part * one.maintenance_bps, 10_000)
    return ceil(opens), ceil(keeps)


def slow_scan(lots: int, worth: int, cover_worth: int) -> tuple[int, int]:
    """Return the worst loss with half of what the cover gains, and what the lots lose by most."""
    scan = alone = 0
    for one in SCENARIOS:
        move = Fraction(one.price) * Fraction(str(one.weight)) * Fraction(15, 100)
        profit = floor(worth * move + Fraction(1, 2))
        gain = max(0, floor(cover_worth // 2 * move + Fraction(1, 2)))
        scan = max(scan, -lots * profit - gain)
        alone = max(alone, abs(lots) * profit)
    return scan, alone


@settings(max_examples=200, deadline=None)
@given(st.lists(accounts(), min_size=1, max_size=4), st.lists(marks(), min_size=1, max_size=4))
def test_the_same_accounts_are_called_and_stopped_as_by_the_slow_way(
    states: list[AccountState], looks: list[dict[str, Marked]]
) -> None:
    """Calls stand from look to look, and so does what is kept of the sums."""
    for at_ms, marked in enumerate(looks):
        for number, state in enumerate(states):
            if not state.derivatives():
                continue
            slow = slow_margin(state, marked)
            [found] = margins(state, marked)
            assert found == slow
            assert found.is_below_maintenance == (slow.equity_minor < slow.maintenance_minor)
            standing = state.calls.get("USD")
            call = next_call(standing, slow.equity_minor, slow.maintenance_minor, at_ms)
            assert has_crossed(state, [found], at_ms) == (call != standing)
            change = call_margin(state, [found], marked, at_ms)
            assert (change is not None) == (call != standing)
            if change is not None:
                assert change.state.calls.get("USD") == call
                states[number] = change.state


@given(accounts(), marks(), st.integers(1, len(SYMBOLS)))
def test_however_many_marks_move_the_figures_are_those_of_an_account_seen_first(
    state: AccountState, marked: dict[str, Marked], moved: int
) -> None:
    margins(state, marked)
    for symbol in SYMBOLS[:moved]:
        one = marked[symbol]
        marked[symbol] = one._replace(mark_price_ticks=one.mark_price_ticks + 1)
    fresh = AccountState(available=state.available, positions=state.positions)
    assert margins(state, marked) == margins(fresh, marked)


def test_an_account_that_is_seen_again_is_not_called_again() -> None:
    marked = {"A0-PERP": Marked("A0", "USD", 1, 10, 100, NOON_MS, margin=(Tier(0, 1_000, 500),))}
    state = AccountState(available={"USD": 70}, positions={"A0-PERP": Position(10, 1_000)})
    change = call_margin(state, margins(state, marked), marked, NOON_MS)
    assert change is not None
    assert change.state.calls["USD"].level_bps == 15_000
    again = change.state.replace(derived=state.derived)
    assert not has_crossed(again, margins(again, marked), NOON_MS + 1)


def test_a_unit_a_lot_by_which_a_fall_is_rounded_to_less_than_a_rise_is_not_lost() -> None:
    """At a worth of 200 the extremes are 31.5: a rise makes 32, and a fall loses 31."""
    one = Marked("A0", "USD", 1, 10, 200, NOON_MS, margin=(Tier(0, 1_600, 1_280),))
    for lots, maintenance_minor in ((100, 2_480), (-100, 2_560)):
        state = AccountState(available={"USD": 0}, positions={"A0-PERP": Position(lots, lots)})
        [found] = margins(state, {"A0-PERP": one})
        assert found == slow_margin(state, {"A0-PERP": one})
        assert found.maintenance_minor == maintenance_minor
