"""Lookback options, against the law of the maximum."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.pricing.options import (
    SPOT,
    expiries,
    option_types,
    rates,
    ratios,
    vanilla,
    volatilities,
)
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback


def gained(level: float, expiry: float, carry: float, sigma: float) -> float:
    """E max(max S - level, 0) for level at or above SPOT, from the law of the maximum."""
    nu = carry - 0.5 * sigma * sigma
    deviation = sigma * math.sqrt(expiry)

    def tail(x: float) -> float:
        return 0.5 * math.erfc(x / math.sqrt(2.0))

    def beyond(height: float) -> float:
        w = math.log(height / SPOT)
        mirror = math.exp(2.0 * nu * w / (sigma * sigma))
        up = (w + nu * expiry) / deviation
        return tail((w - nu * expiry) / deviation) + mirror * tail(up)

    nodes, weights = np.polynomial.legendre.leggauss(200)
    top = SPOT * math.exp(abs(nu) * expiry + 9.0 * deviation)
    half = 0.5 * (math.log(top) - math.log(level))
    heights = [math.exp(math.log(level) + half * (1.0 + node)) for node in nodes]
    terms = zip(heights, weights, strict=True)
    return float(sum(weight * half * h * beyond(h) for h, weight in terms))


@pytest.mark.parametrize("carry", [-0.03, -1e-5, 0.0, 1e-9, 4e-4, 0.05])
@pytest.mark.parametrize("strike", [90.0, 100.0, 130.0])
def test_a_fixed_lookback_integrates_the_law_of_the_maximum(carry: float, strike: float) -> None:
    rate = 0.04
    level = max(strike, SPOT)
    expected = (level - strike) + gained(level, 0.8, carry, 0.35)
    price = fixed_lookback("call", SPOT, strike, SPOT, 0.8, rate, rate - carry, 0.35)
    assert price == pytest.approx(math.exp(-rate * 0.8) * expected, rel=1e-11)


@given(st.floats(1.0, 1.5), expiries, rates, volatilities)
def test_a_lookback_does_not_jump_where_its_series_begins(
    ratio: float, expiry: float, rate: float, volatility: float
) -> None:
    # |k| s is 0.02 at this carry.
    edge = 0.01 * volatility / math.sqrt(expiry)
    prices = [
        float(floating_lookback("put", SPOT, SPOT * ratio, expiry, rate, rate - carry, volatility))
        for carry in (edge * (1 - 1e-10), edge * (1 + 1e-10))
    ]
    assert prices[0] == pytest.approx(prices[1], rel=1e-9)


@given(option_types, ratios, expiries, rates, rates, volatilities)
def test_a_lookback_is_worth_more_than_the_vanilla_at_its_extremum(
    option_type: str, ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    extremum = SPOT * (min(ratio, 1.0) if option_type == "call" else max(ratio, 1.0))
    terms = (expiry, rate, carry, volatility)
    price = floating_lookback(option_type, SPOT, extremum, *terms)
    assert price >= vanilla(option_type, SPOT, extremum, *terms) * (1.0 - 1e-13)


def test_a_level_thousands_of_deviations_away_gains_nothing() -> None:
    # The weight of the closed form, exp(k w0), is beyond binary64 here, and what it weighs is zero.
    price = fixed_lookback("call", SPOT, 1100.0, SPOT, 2.8e-5, 0.152, 0.147, 0.0044)
    assert price == 0.0


def test_an_extremum_on_the_wrong_side_of_the_spot_is_nan() -> None:
    minima = floating_lookback("call", SPOT, [90.0, 110.0], 0.5, 0.05, 0.0, 0.2)
    assert np.isnan(minima).tolist() == [False, True]
    maxima = fixed_lookback("call", SPOT, 95.0, [90.0, 110.0], 0.5, 0.05, 0.0, 0.2)
    assert np.isnan(maxima).tolist() == [True, False]


def test_a_lookback_without_time_or_volatility_pays_what_its_path_knows() -> None:
    assert floating_lookback("call", SPOT, 90.0, 0.0, 0.05, 0.0, 0.2) == 10.0
    assert floating_lookback("put", SPOT, 120.0, 1.0, 0.0, 0.0, 0.0) == 20.0
    # The spot falls to 100 exp(-0.05) and that is the minimum.
    assert fixed_lookback("put", SPOT, 97.0, SPOT, 1.0, 0.0, 0.05, 0.0) == pytest.approx(
        97.0 - SPOT * math.exp(-0.05)
    )
