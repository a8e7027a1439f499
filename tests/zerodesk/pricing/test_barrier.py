"""Barrier options: complements, limits, the equation that they obey."""

import math
from typing import Any

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
from zerodesk.pricing.barrier import BARRIER_TYPES, barrier
from zerodesk.pricing.black_scholes import black_scholes

PARITIES = [
    ("down-out", "down-in", 0.9),
    ("up-out", "up-in", 1.1),
]


@given(
    st.sampled_from(PARITIES), option_types, ratios, st.floats(0.5, 1.0), expiries, rates, rates,
    volatilities,
)  # fmt: skip
def test_a_knock_in_and_its_knock_out_make_the_vanilla(
    kinds: tuple[str, str, float],
    option_type: str,
    ratio: float,
    closeness: float,
    expiry: float,
    rate: float,
    carry: float,
    volatility: float,
) -> None:
    out, into, level = kinds
    level = SPOT * level**closeness
    terms = (SPOT, SPOT * ratio, level, expiry, rate, carry, volatility)
    whole = vanilla(option_type, SPOT, SPOT * ratio, expiry, rate, carry, volatility)
    parts = [float(barrier(kind, option_type, *terms)) for kind in (out, into)]
    assert sum(parts) == pytest.approx(whole, rel=1e-10, abs=1e-11)
    assert min(parts) >= 0.0


@pytest.mark.parametrize(("kind", "level"), [("down-out", 1.0), ("up-out", 1e4)])
def test_a_barrier_out_of_reach_changes_nothing(kind: str, level: float) -> None:
    terms = (SPOT, 95.0, level, 0.5, 0.03, 0.01, 0.2)
    expected = vanilla("call", SPOT, 95.0, 0.5, 0.03, 0.01, 0.2)
    assert barrier(kind, "call", *terms) == pytest.approx(expected, rel=1e-13)


def test_a_knock_out_above_satisfies_the_equation_of_black_and_scholes() -> None:
    # Theta + (r - q) S delta + sigma^2 S^2 gamma / 2 = r V, by differences of fourth order.
    rate, carry, sigma, time, step = 0.05, 0.02, 0.3, 0.7, 0.02

    def value(spot: float, expiry: float) -> float:
        return float(
            barrier("up-out", "call", spot, 95.0, 130.0, expiry, rate, carry, sigma, rebate=2.0)
        )

    def slope(f: Any) -> float:
        return float((8 * (f(step) - f(-step)) - f(2 * step) + f(-2 * step)) / (12 * step))

    delta = slope(lambda h: value(SPOT + h, time))
    gamma = slope(lambda g: slope(lambda h: value(SPOT + g + h, time)))
    theta = -slope(lambda h: value(SPOT, time + h / 10)) * 10
    drift = theta + (rate - carry) * SPOT * delta + 0.5 * (sigma * SPOT) ** 2 * gamma
    assert drift == pytest.approx(rate * value(SPOT, time), rel=1e-5)


def test_a_spot_through_the_barrier_has_decided() -> None:
    expected = vanilla("put", 90.0, SPOT, 0.5, 0.03, 0.01, 0.2)
    terms = (90.0, SPOT, 95.0, 0.5, 0.03, 0.01, 0.2, 3.0)
    assert barrier("down-out", "put", *terms) == 3.0
    assert barrier("down-in", "put", *terms) == pytest.approx(expected, rel=1e-13)


def test_at_expiry_an_untouched_barrier_leaves_payoff_or_rebate() -> None:
    kinds = ["down-out", "down-in", "up-out", "up-in"]
    levels = [80.0, 80.0, 120.0, 120.0]
    values = barrier(kinds, "call", 110.0, SPOT, levels, 0.0, 0.05, 0.0, 0.2, 3.0)
    assert values.tolist() == [10.0, 3.0, 10.0, 3.0]


def test_without_volatility_the_known_path_decides() -> None:
    # 5 % carry SPOT to 105.127 in a year, over 102 after ln(1.02) / 0.05 years.
    out = barrier("up-out", "call", SPOT, 90.0, 102.0, 1.0, 0.05, 0.0, 0.0, 3.0)
    assert out == pytest.approx(3.0 / 1.02)
    into = barrier("up-in", "call", SPOT, 90.0, 102.0, 1.0, 0.05, 0.0, 0.0, 3.0)
    assert into == pytest.approx(SPOT - 90.0 * math.exp(-0.05))
    assert barrier("up-in", "call", SPOT, 90.0, 106.0, 1.0, 0.05, 0.0, 0.0, 3.0) == pytest.approx(
        3.0 * math.exp(-0.05)
    )


@pytest.mark.parametrize(("kind", "level"), [("up-out", 120.0), ("down-out", 70.0)])
@pytest.mark.parametrize("expiry", [0.05, 1.0, 10.0])
def test_a_rebate_does_not_jump_where_its_closed_form_turns_complex(
    kind: str, level: float, expiry: float
) -> None:
    # mu = -1/2 without carry, so the root is of 1/4 + 2 r / sigma^2: zero at r = -0.005.
    rates = -0.005 + np.array([1e-12, -1e-12])
    values = barrier(kind, "call", SPOT, 90.0, level, expiry, rates, rates, 0.2, 3.0)
    assert values[0] == pytest.approx(values[1], rel=1e-9)


def test_a_rebate_at_a_very_negative_rate_is_the_integral_over_its_hitting_time() -> None:
    rate, sigma, level, expiry = -0.2, 0.2, 120.0, 1.0
    away = math.log(level / SPOT)
    nu = -0.5 * sigma * sigma
    nodes, weights = np.polynomial.legendre.leggauss(400)
    t = 0.5 * expiry * (1.0 + nodes)
    law = away / (sigma * np.sqrt(2 * np.pi * t**3))
    law *= np.exp(-((away - nu * t) ** 2) / (2 * sigma * sigma * t))
    expected = 3.0 * 0.5 * expiry * float(weights @ (np.exp(-rate * t) * law))
    terms = ("call", SPOT, 90.0, level, expiry, rate, rate, sigma)
    without, with_rebate = barrier("up-out", *terms, [0.0, 3.0])
    assert with_rebate - without == pytest.approx(expected, rel=1e-10)


def test_the_eight_barrier_options_are_each_others_complements() -> None:
    kinds = list(BARRIER_TYPES)
    levels = [95.0, 95.0, 105.0, 105.0]
    values = barrier(kinds, [["call"], ["put"]], SPOT, SPOT, levels, 0.5, 0.08, 0.04, 0.25)
    pairs = values.reshape(2, 2, 2).sum(axis=2)
    whole = black_scholes(["call", "put"], SPOT, SPOT, 0.5, 0.08, 0.04, 0.25)["price"]
    assert pairs == pytest.approx(np.column_stack([whole, whole]), rel=1e-13)
