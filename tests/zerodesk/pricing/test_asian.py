"""Asian options: identities, an independent integral, limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.pricing.options import SPOT, rates, ratios, vanilla
from zerodesk.pricing.asian import arithmetic_asian, geometric_asian
from zerodesk.pricing.black_scholes import black_scholes


@settings(max_examples=25)
@given(ratios, st.floats(0.05, 2.0), rates, rates, st.floats(0.05, 0.8), st.integers(1, 12))
def test_arithmetic_asians_keep_put_call_parity(
    ratio: float, expiry: float, rate: float, carry: float, volatility: float, fixings: int
) -> None:
    strike = SPOT * ratio
    terms = (SPOT, strike, expiry, rate, carry, volatility, fixings)
    call, put = arithmetic_asian(["call", "put"], *terms)
    times = expiry * np.arange(1, fixings + 1) / fixings
    mean = SPOT * float(np.exp((rate - carry) * times).mean())
    assert call - put == pytest.approx(math.exp(-rate * expiry) * (mean - strike), abs=1e-10)


@settings(max_examples=25)
@given(ratios, st.floats(0.05, 2.0), rates, st.floats(0.05, 0.8), st.integers(0, 12))
def test_an_arithmetic_call_is_worth_more_than_a_geometric_one(
    ratio: float, expiry: float, rate: float, volatility: float, fixings: int
) -> None:
    terms = ("call", SPOT, SPOT * ratio, expiry, rate, 0.0, volatility, fixings)
    assert arithmetic_asian(*terms) >= geometric_asian(*terms) - 1e-10


def test_one_fixing_makes_either_asian_a_vanilla() -> None:
    expected = vanilla("put", SPOT, 110.0, 0.5, 0.03, 0.01, 0.2)
    terms = ("put", SPOT, 110.0, 0.5, 0.03, 0.01, 0.2, 1)
    assert geometric_asian(*terms) == pytest.approx(expected, rel=1e-13)
    assert arithmetic_asian(*terms) == pytest.approx(expected, rel=1e-12)


def test_two_fixings_agree_with_a_double_integral() -> None:
    # Gauss-Hermite over the first return, Black's formula over the second.
    sigma, rate, strike, expiry = 0.4, 0.05, 104.0, 1.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    step = expiry / 2
    first = SPOT * np.exp((rate - sigma**2 / 2) * step + sigma * math.sqrt(step) * nodes)
    # (S1 + S2) / 2 > K is S2 > 2 K - S1, a call, or certain.
    rest = 2 * strike - first
    certain = first * (1 + math.exp(rate * step)) - 2 * strike
    call = black_scholes("call", first, np.maximum(rest, 1e-9), step, rate, 0, sigma)["price"]
    payoff = np.where(rest > 0, call * math.exp(rate * step), certain) / 2
    expected = math.exp(-rate * expiry) * float(weights @ payoff) / math.sqrt(2 * math.pi)
    price = arithmetic_asian("call", SPOT, strike, expiry, rate, 0.0, sigma, 2)
    assert price == pytest.approx(expected, rel=1e-9)


def test_an_asian_without_volatility_averages_its_path() -> None:
    mean = SPOT * np.exp(0.05 * np.array([0.25, 0.5, 0.75, 1.0])).mean()
    expected = math.exp(-0.05) * (mean - 90.0)
    assert arithmetic_asian("call", SPOT, 90.0, 1.0, 0.05, 0.0, 0.0, 4) == pytest.approx(expected)
    assert geometric_asian("call", SPOT, 90.0, 0.0, 0.05, 0.0, 0.3, 4) == pytest.approx(10.0)


def test_asians_of_a_batch_are_those_of_its_parts() -> None:
    strikes = np.array([90.0, 110.0])
    batch = arithmetic_asian(["call", "put"], SPOT, strikes, 1.0, 0.05, 0.0, 0.3, [4, 0])
    alone = [
        arithmetic_asian("call", SPOT, 90.0, 1.0, 0.05, 0.0, 0.3, 4),
        arithmetic_asian("put", SPOT, 110.0, 1.0, 0.05, 0.0, 0.3, 0),
    ]
    assert batch.tolist() == alone
