"""Fees and rebates: no trade costs the house anything, and no unit comes or goes."""

from decimal import ROUND_DOWN, Decimal

from hypothesis import given
from hypothesis import strategies as st

from zerodesk.fees import auction_fee_minor, maker_fee_minor
from zerodesk.money import share_bps

NOTIONAL = st.integers(1, 10**15)
RATE = st.integers(-10_000, 10_000)


@given(NOTIONAL, RATE, st.integers(0, 10_000))
def test_no_trade_costs_the_house_anything(
    notional_minor: int, maker_bps: int, taker_bps: int
) -> None:
    taker_fee_minor = share_bps(notional_minor, taker_bps)
    assert taker_fee_minor + maker_fee_minor(notional_minor, maker_bps, taker_fee_minor) >= 0


@given(NOTIONAL, RATE)
def test_a_fee_and_a_rebate_are_rounded_towards_nothing(notional_minor: int, rate_bps: int) -> None:
    exact = Decimal(notional_minor) * rate_bps / 10_000
    paid_minor = maker_fee_minor(notional_minor, rate_bps, taker_fee_minor=notional_minor)
    assert paid_minor == exact.to_integral_value(ROUND_DOWN)


@given(st.lists(NOTIONAL, min_size=1, max_size=9), st.integers(1, 10_000))
def test_an_order_in_parts_has_no_larger_rebate_than_in_one(parts: list[int], rate: int) -> None:
    in_parts = sum(maker_fee_minor(part, -rate, part) for part in parts)
    assert in_parts >= maker_fee_minor(sum(parts), -rate, sum(parts))


@given(NOTIONAL, RATE)
def test_nobody_has_a_rebate_in_an_auction(notional_minor: int, rate_bps: int) -> None:
    assert auction_fee_minor(notional_minor, rate_bps) >= 0
