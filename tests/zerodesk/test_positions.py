"""A position adds up to the unit, at every moment, long or short."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.orders import Side
from zerodesk.positions import DAY_MS, FLAT, Position

FILLS = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 10**7), st.integers(1, 10**6)), max_size=30
)


def after(*fills: tuple[Side, int, int], fee_minor: int = 0) -> Position:
    position = FLAT
    for side, price_ticks, quantity_lots in fills:
        position = position.filled(side, price_ticks, quantity_lots, fee_minor=fee_minor, at_ms=0)
    return position


def test_two_purchases_have_one_average() -> None:
    held = after((Side.BUY, 100, 3), (Side.BUY, 110, 1))
    assert (held.quantity_lots, held.cost_tick_lots) == (4, 410)
    assert held.unrealised_tick_lots(105) == 10


def test_what_is_sold_is_closed_at_the_average() -> None:
    held = after((Side.BUY, 100, 4), (Side.SELL, 120, 1))
    assert (held.quantity_lots, held.cost_tick_lots, held.realised_tick_lots) == (3, 300, 20)


def test_what_does_not_divide_stays_with_what_is_open() -> None:
    held = after((Side.BUY, 100, 2), (Side.BUY, 101, 1), (Side.SELL, 100, 1))
    # 301 over 3 lots: one is closed at 100, and 201 is what the other two cost.
    assert (held.cost_tick_lots, held.realised_tick_lots) == (201, 0)


def test_a_sale_beyond_what_is_held_turns_the_position() -> None:
    turned = after((Side.BUY, 100, 2), (Side.SELL, 90, 5))
    assert (turned.quantity_lots, turned.cost_tick_lots) == (-3, -270)
    assert turned.realised_tick_lots == -20
    assert turned.unrealised_tick_lots(80) == 30


def test_a_flat_position_costs_nothing() -> None:
    flat = after((Side.SELL, 33, 7), (Side.BUY, 31, 7), fee_minor=2)
    assert (flat.quantity_lots, flat.cost_tick_lots) == (0, 0)
    assert (flat.realised_tick_lots, flat.fees_minor) == (14, 4)


def test_the_day_begins_anew_at_midnight_utc() -> None:
    before = FLAT.filled(Side.BUY, 100, 2, fee_minor=1, at_ms=DAY_MS - 1)
    same_day = before.filled(Side.SELL, 90, 1, fee_minor=1, at_ms=DAY_MS - 1)
    assert day_of_it(same_day, DAY_MS - 1) == (-10, 2, 0)
    assert day_of_it(same_day, DAY_MS) == (0, 0, 0)
    next_day = same_day.filled(Side.SELL, 70, 1, fee_minor=3, at_ms=DAY_MS)
    assert day_of_it(next_day, DAY_MS) == (-30, 3, 0)
    assert (next_day.realised_tick_lots, next_day.fees_minor) == (-40, 5)


def day_of_it(position: Position, at_ms: int) -> tuple[int, int, int]:
    held = position.on_day_of(at_ms)
    return held.day_realised_tick_lots, held.day_fees_minor, held.day_funding_minor


def test_fundings_count_to_their_day_and_stay_when_it_ends() -> None:
    held = FLAT.filled(Side.BUY, 100, 2, fee_minor=1, at_ms=DAY_MS).funded(-7, DAY_MS)
    held = held.funded(2, DAY_MS + 1)
    assert (held.funding_minor, day_of_it(held, DAY_MS)) == (-5, (0, 1, -5))
    later = held.filled(Side.SELL, 90, 1, fee_minor=1, at_ms=2 * DAY_MS)
    assert (later.funding_minor, day_of_it(later, 2 * DAY_MS)) == (-5, (-10, 1, 0))
    funded = held.funded(-3, 2 * DAY_MS)
    assert (funded.funding_minor, day_of_it(funded, 2 * DAY_MS)) == (-8, (0, 0, -3))
    # Of a day before the latest fill, as it came late.
    late = later.funded(-1, DAY_MS)
    assert (late.funding_minor, day_of_it(late, 2 * DAY_MS)) == (-6, (-10, 1, 0))


def test_a_row_has_fundings_only_where_there_were_any() -> None:
    held = FLAT.filled(Side.BUY, 100, 2, fee_minor=1, at_ms=0)
    assert len(held.to_row()) == 7
    assert Position.from_row(held.to_row()) == held
    funded = held.funded(-7, 0)
    assert (funded.to_row()[7:], Position.from_row(funded.to_row())) == ([-7, -7], funded)


@given(FILLS)
def test_profit_less_cost_is_what_came_in_less_what_went_out(
    fills: list[tuple[Side, int, int]],
) -> None:
    held = after(*fills)
    cash = sum(lots * ticks * (1 if side is Side.SELL else -1) for side, ticks, lots in fills)
    assert held.realised_tick_lots - held.cost_tick_lots == cash
    assert held.quantity_lots == sum(lots if side is Side.BUY else -lots for side, _, lots in fills)
    assert (held.cost_tick_lots > 0) == (held.quantity_lots > 0)
    assert (held.cost_tick_lots < 0) == (held.quantity_lots < 0)


@given(FILLS)
def test_the_average_is_that_of_exact_fractions_but_for_less_than_a_tick(
    fills: list[tuple[Side, int, int]],
) -> None:
    lots, average = 0, Fraction(0)
    held = FLAT
    for side, price_ticks, quantity_lots in fills:
        held = held.filled(side, price_ticks, quantity_lots, fee_minor=0, at_ms=0)
        signed = quantity_lots if side is Side.BUY else -quantity_lots
        if lots * signed >= 0:
            average = (average * lots + signed * price_ticks) / (lots + signed)
        elif abs(signed) > abs(lots):
            average = Fraction(price_ticks)
        lots += signed
        if lots:
            # Each closing rounds by less than one tick-lot.
            assert abs(Fraction(held.cost_tick_lots, lots) - average) <= len(fills)


@given(FILLS)
def test_a_position_survives_its_row(fills: list[tuple[Side, int, int]]) -> None:
    held = after(*fills, fee_minor=3)
    assert Position.from_row(held.to_row()) == held


@pytest.mark.parametrize("side", list(Side))
def test_both_sides_are_mirrors(side: Side) -> None:
    other = Side.SELL if side is Side.BUY else Side.BUY
    one = after((side, 100, 3), (other, 110, 1))
    mirrored = after((other, 100, 3), (side, 110, 1))
    assert one.quantity_lots == -mirrored.quantity_lots
    assert one.realised_tick_lots == -mirrored.realised_tick_lots
