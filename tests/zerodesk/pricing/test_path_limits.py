"""Lookbacks and Asians where their formulas are quotients of nothings: no carry, volatility, time.

At no carry against closed forms of their own; everywhere against both sides of the limit.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.pricing.options import SPOT
from zerodesk.pricing.asian import arithmetic_asian, geometric_asian
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback

RATE = 0.04
# By name: rate, yield, volatility and years of an option that differ from one to the next.
Priced = Callable[[float, float, float, float], float]


def phi(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def lookback(formula: Any, kind: str, *levels: float) -> Priced:
    return lambda years, rate, carry, sigma: float(
        formula(kind, SPOT, *levels, years, rate, rate - carry, sigma)
    )


def asian(formula: Any, kind: str, strike: float, fixings: int) -> Priced:
    return lambda years, rate, carry, sigma: float(
        formula(kind, SPOT, strike, years, rate, rate - carry, sigma, fixings)
    )


OPTIONS: dict[str, Priced] = {
    "floating call, new minimum": lookback(floating_lookback, "call", SPOT),
    "floating call": lookback(floating_lookback, "call", 92.0),
    "floating put, new maximum": lookback(floating_lookback, "put", SPOT),
    "floating put": lookback(floating_lookback, "put", 111.0),
    "fixed call, locked in": lookback(fixed_lookback, "call", 95.0, 104.0),
    "fixed call": lookback(fixed_lookback, "call", 112.0, SPOT),
    "fixed put, locked in": lookback(fixed_lookback, "put", 105.0, 97.0),
    "fixed put": lookback(fixed_lookback, "put", 88.0, SPOT),
    "geometric call, all the time": asian(geometric_asian, "call", 98.0, 0),
    "geometric put, fixings": asian(geometric_asian, "put", 103.0, 6),
    "arithmetic call, fixings": asian(arithmetic_asian, "call", 98.0, 6),
    "arithmetic put, all the time": asian(arithmetic_asian, "put", 103.0, 0),
}
# What the extrapolation of an average of all the time is exact to, of the spot.
ROUNDING = {name: 1e-7 if name == "arithmetic put, all the time" else 1e-10 for name in OPTIONS}
named = pytest.mark.parametrize("name", list(OPTIONS))


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("years", [0.01, 0.75, 4.0])
@pytest.mark.parametrize("extremum", [90.0, 99.9, 100.0])
def test_a_floating_call_without_carry_has_a_closed_form(
    sigma: float, years: float, extremum: float
) -> None:
    deviation = sigma * math.sqrt(years)
    a = (math.log(SPOT / extremum) + 0.5 * deviation**2) / deviation
    spread = SPOT * deviation * (phi(a) - a * cdf(-a))
    expected = SPOT * cdf(a) - extremum * cdf(a - deviation) + spread
    price = floating_lookback("call", SPOT, extremum, years, RATE, RATE, sigma)
    assert price == pytest.approx(math.exp(-RATE * years) * expected, rel=1e-11)


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("years", [0.01, 0.75, 4.0])
@pytest.mark.parametrize("extremum", [100.0, 100.1, 115.0])
def test_a_floating_put_without_carry_has_a_closed_form(
    sigma: float, years: float, extremum: float
) -> None:
    deviation = sigma * math.sqrt(years)
    b = (math.log(SPOT / extremum) + 0.5 * deviation**2) / deviation
    spread = SPOT * deviation * (phi(b) + b * cdf(b))
    expected = extremum * cdf(deviation - b) - SPOT * cdf(-b) + spread
    price = floating_lookback("put", SPOT, extremum, years, RATE, RATE, sigma)
    assert price == pytest.approx(math.exp(-RATE * years) * expected, rel=1e-11)


@pytest.mark.parametrize("years", [0.01, 0.75, 4.0])
@pytest.mark.parametrize("strike", [100.0, 104.0, 130.0])
def test_a_fixed_call_without_carry_is_a_floating_put_on_its_strike(
    years: float, strike: float
) -> None:
    """Max(max S, K) less S at the end, and S less K: which is a future without carry."""
    floating = floating_lookback("put", SPOT, strike, years, RATE, RATE, 0.3)
    future = math.exp(-RATE * years) * (SPOT - strike)
    fixed = fixed_lookback("call", SPOT, strike, SPOT, years, RATE, RATE, 0.3)
    assert fixed == pytest.approx(float(floating) + future, rel=1e-11)


@pytest.mark.parametrize("fixings", [0, 1, 7, 50])
def test_a_geometric_asian_without_carry_is_blacks_on_a_shrunk_forward(fixings: int) -> None:
    sigma, years, strike = 0.4, 1.5, 97.0
    mean, variance = 0.5, 1.0 / 3.0
    if fixings:
        times = np.arange(1, fixings + 1) / fixings
        mean, variance = float(times.mean()), float(np.minimum.outer(times, times).mean())
    forward = SPOT * math.exp(0.5 * sigma**2 * years * (variance - mean))
    effective = sigma * math.sqrt(variance)
    expected = black76("put", forward, strike, years, RATE, effective)["price"]
    price = geometric_asian("put", SPOT, strike, years, RATE, RATE, sigma, fixings)
    assert price == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize("fixings", [0, 1, 5, 40])
def test_an_arithmetic_average_without_carry_is_a_fair_game(fixings: int) -> None:
    call, put = arithmetic_asian(["call", "put"], SPOT, 93.0, 2.0, RATE, RATE, 0.35, fixings)
    fair = math.exp(-2.0 * RATE) * (SPOT - 93.0)
    assert call - put == pytest.approx(fair, abs=SPOT * ROUNDING["arithmetic put, all the time"])


@named
@settings(max_examples=6, deadline=None)
@given(sigma=st.floats(0.05, 0.8), years=st.floats(0.05, 2.0))
def test_without_carry_a_price_is_between_those_of_both_sides(
    name: str, sigma: float, years: float
) -> None:
    price = OPTIONS[name]
    at = price(years, RATE, 0.0, sigma)
    for carry in (1e-13, 1e-8, 1e-5):
        low, high = price(years, RATE, -carry, sigma), price(years, RATE, carry, sigma)
        # No price moves by more than the time times twice the spot with the carry.
        assert abs(high - low) <= 4.0 * SPOT * years * carry + SPOT * ROUNDING[name]
        # What is left of both sides' middle is of the second order.
        bend = 50.0 * SPOT * (carry * max(years, years / sigma)) ** 2
        assert 0.5 * (low + high) == pytest.approx(at, abs=bend + SPOT * ROUNDING[name])


@named
@pytest.mark.parametrize("carry", [-0.03, 0.0, 0.05])
def test_next_to_no_volatility_a_price_is_that_of_the_known_path(name: str, carry: float) -> None:
    price = OPTIONS[name]
    known = price(0.75, RATE, carry, 0.0)
    assert math.isfinite(known)
    assert known >= 0.0
    for sigma in (1e-3, 1e-5, 1e-7):
        # An extremum or average strays by the deviation, and the price by no more.
        assert price(0.75, RATE, carry, sigma) == pytest.approx(
            known, abs=2.0 * SPOT * sigma + SPOT * ROUNDING[name]
        )


@named
@pytest.mark.parametrize("carry", [-0.03, 0.0, 0.05])
@pytest.mark.parametrize("sigma", [0.0, 0.3])
def test_next_to_expiry_a_price_is_what_is_paid(name: str, carry: float, sigma: float) -> None:
    price = OPTIONS[name]
    paid = price(0.0, RATE, carry, sigma)
    for years in (1e-4, 1e-7, 1e-10):
        strays = 2.0 * SPOT * (sigma * math.sqrt(years) + 0.2 * years)
        assert price(years, RATE, carry, sigma) == pytest.approx(
            paid, abs=strays + SPOT * ROUNDING[name]
        )


PAID = {
    "floating call, new minimum": 0.0,
    "floating call": 8.0,
    "floating put, new maximum": 0.0,
    "floating put": 11.0,
    "fixed call, locked in": 9.0,
    "fixed call": 0.0,
    "fixed put, locked in": 8.0,
    "fixed put": 0.0,
    "geometric call, all the time": 2.0,
    "geometric put, fixings": 3.0,
    "arithmetic call, fixings": 2.0,
    "arithmetic put, all the time": 3.0,
}


@named
def test_at_expiry_and_without_carry_and_volatility_it_pays_what_the_spot_says(name: str) -> None:
    price, paid = OPTIONS[name], PAID[name]
    assert price(0.0, RATE, 0.0, 0.3) == pytest.approx(paid, abs=1e-12)
    assert price(0.0, RATE, 0.0, 0.0) == pytest.approx(paid, abs=1e-12)
    # A spot that stands still.
    assert price(0.5, RATE, 0.0, 0.0) == pytest.approx(math.exp(-0.5 * RATE) * paid, abs=1e-12)
