"""Margin of perpetuals: shares by tier, rounded up; isolated margin loses no more than it is."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.derivatives import Perpetual
from zerodesk.risk.leverage import Exposure, cross_margin, isolated_margin, liquidation_ticks
from zerodesk.tiers import Tier, TiersError, checked, share_minor

PERP = Perpetual("BTC-PERP", "BTC", "USD", 2)
TIERS = checked([Tier(0, 500, 250), Tier(100_000, 1_000, 500), Tier(1_000_000, 2_500, 1_500)])


def a_position(lots: int, entry_ticks: int = 1_000, mark_ticks: int = 1_000) -> Exposure:
    return Exposure(PERP, lots, lots * entry_ticks, mark_ticks)


def test_each_part_of_a_notional_has_the_share_of_its_tier() -> None:
    # 5 % of the first 100,000, 10 % of the next 900,000, 25 % beyond.
    assert share_minor(1_200_000, TIERS, initial=True) == 5_000 + 90_000 + 50_000
    assert share_minor(1_200_000, TIERS, initial=False) == 2_500 + 45_000 + 30_000
    assert share_minor(1, TIERS, initial=True) == 1
    assert share_minor(0, TIERS, initial=True) == 0


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [Tier(1, 500, 250)],
        [Tier(0, 500, 600)],
        [Tier(0, 500, 0)],
        [Tier(0, 500, 250), Tier(0, 600, 300)],
        [Tier(0, 500, 250), Tier(10, 400, 250)],
        [Tier(0, 20_000, 250)],
    ],
)
def test_tiers_that_make_no_sense_are_refused(tiers: list[Tier]) -> None:
    with pytest.raises(TiersError):
        checked(tiers)


def test_cross_margin_nets_profits_and_adds_needs() -> None:
    # Ten lots bought at 1,000 and worth 900, five sold at 1,000: 2 minor units a tick and lot.
    long, short = a_position(10, mark_ticks=900), a_position(-5, mark_ticks=900)
    found = cross_margin(5_000, [long, short], TIERS)
    assert found.equity_minor == 5_000 - 2_000 + 1_000
    assert found.initial_minor == 900 + 450
    assert found.maintenance_minor == 450 + 225
    assert (found.free_minor, found.is_below_maintenance) == (2_650, False)


def test_open_orders_need_initial_margin_at_their_worst_and_no_maintenance() -> None:
    resting = a_position(10)._replace(buy_lots=5, sell_lots=40)
    assert resting.worst_lots == 30
    found = cross_margin(0, [resting], TIERS)
    assert (found.initial_minor, found.maintenance_minor) == (3_000, 500)


def test_isolated_margin_counts_what_was_set_aside_and_no_other_cash() -> None:
    falling = a_position(10, mark_ticks=940)
    assert isolated_margin(2_000, falling, TIERS).equity_minor == 800
    assert not isolated_margin(2_000, falling, TIERS).is_below_maintenance
    assert isolated_margin(1_669, falling, TIERS).is_below_maintenance


def test_the_liquidation_mark_is_the_first_below_maintenance() -> None:
    # Ten at 1,000 with 1,000: at m the equity is 20 m - 19,000, 2.5 % of 20 m are kept.
    assert liquidation_ticks(1_000, a_position(10), TIERS) == 974
    assert liquidation_ticks(1_000, a_position(-10), TIERS) == 1_025
    assert liquidation_ticks(10**9, a_position(10), TIERS) is None
    assert liquidation_ticks(0, a_position(0), TIERS) is None
    assert liquidation_ticks(0, a_position(10), TIERS) == 1_000


@given(st.integers(-100, 100), st.integers(1, 2_000), st.integers(1, 2_000), st.integers(0, 10**6))
def test_a_tick_before_the_liquidation_mark_all_is_well(
    lots: int, entry: int, mark: int, cash_minor: int
) -> None:
    held = a_position(lots, entry, mark)
    found = liquidation_ticks(cash_minor, held, TIERS)
    if found is None:
        if lots > 0:
            assert not cross_margin(
                cash_minor, [held._replace(mark_price_ticks=0)], TIERS
            ).is_below_maintenance
        return
    at = held._replace(mark_price_ticks=found)
    assert cross_margin(cash_minor, [at], TIERS).is_below_maintenance
    if found != mark:
        before = held._replace(mark_price_ticks=found + (1 if lots > 0 else -1))
        assert not cross_margin(cash_minor, [before], TIERS).is_below_maintenance


@given(st.integers(0, 10**8))
def test_shares_are_those_of_exact_fractions_rounded_up(notional_minor: int) -> None:
    exact = Fraction(0)
    for number, tier in enumerate(TIERS):
        end = TIERS[number + 1].from_minor if number + 1 < len(TIERS) else 10**12
        part = max(0, min(notional_minor, end) - tier.from_minor)
        exact += part * Fraction(tier.initial_bps, 10_000)
    assert share_minor(notional_minor, TIERS, initial=True) == ceil(exact)
