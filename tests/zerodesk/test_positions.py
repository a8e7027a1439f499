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
    assert same_day.day_result(DAY_MS - 1) == (-10, 2)
    assert same_day.day_result(DAY_MS) == (0, 0)
    next_day = same_day.filled(Side.SELL, 70, 1, fee_minor=3, at_ms=DAY_MS)
    assert next_day.day_result(DAY_MS) == (-30, 3)
    assert (next_day.realised_tick_lots, next_day.fees_minor) == (-40, 5)


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
