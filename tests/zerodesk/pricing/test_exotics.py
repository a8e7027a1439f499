"""Digitals, barriers, lookbacks and Asians: identities between them, limits, bad input."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerodesk.pricing.asian import FIXINGS_MAX, arithmetic_asian, geometric_asian
from zerodesk.pricing.barrier import BARRIER_TYPES, barrier
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.black_scholes import black_scholes
from zerodesk.pricing.digital import digital
from zerodesk.pricing.forward import forward_price, forward_value
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback

SPOT = 100.0
ratios = st.floats(0.5, 2.0)
expiries = st.floats(0.01, 5.0)
rates = st.floats(-0.05, 0.15)
volatilities = st.floats(0.05, 1.0)
option_types = st.sampled_from(["call", "put"])
PARITIES = [
    ("down-out", "down-in", 0.9),
    ("up-out", "up-in", 1.1),
]


def vanilla(*option: Any) -> float:
    kind, spot, strike, expiry, rate, carry, volatility = option
    return float(black_scholes(kind, spot, strike, expiry, rate, carry, volatility)["price"])


def test_a_forward_at_its_price_is_worth_nothing() -> None:
    price = forward_price(SPOT, 2.0, 0.05, 0.02)
    assert price == pytest.approx(SPOT * math.exp(0.06))
    assert forward_value(SPOT, price, 2.0, 0.05, 0.02) == pytest.approx(0.0, abs=1e-13)
    assert np.isnan(forward_value(SPOT, price, [-1.0, math.nan], 0.05, 0.02)).all()
    assert np.isnan(forward_price([SPOT, math.inf], -1.0, 0.05, 0.02)).all()


@given(ratios, expiries, rates, rates, volatilities)
def test_digitals_of_both_kinds_make_the_discount_and_the_vanilla(
    ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    strike = SPOT * ratio
    terms = (SPOT, strike, expiry, rate, carry, volatility)
    cash_call, cash_put = digital("cash", ["call", "put"], *terms)
    assert cash_call + cash_put == pytest.approx(math.exp(-rate * expiry), rel=1e-14)
    asset_call = digital("asset", "call", *terms)
    assert asset_call - strike * cash_call == pytest.approx(vanilla("call", *terms), abs=1e-12)


def test_a_digital_without_volatility_pays_or_does_not() -> None:
    assert digital("cash", "call", [90.0, 110.0], SPOT, 1.0, 0, 0, 0.0).tolist() == [0.0, 1.0]
    assert digital("asset", "put", [90.0, 110.0], SPOT, 0.0, 0, 0, 0.2).tolist() == [90.0, 0.0]


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


def test_a_rebate_at_a_rate_too_negative_for_its_closed_form_is_nan() -> None:
    terms = ("call", SPOT, 90.0, 120.0, 1.0, -0.2, -0.2, 0.2)
    values = barrier("up-out", *terms, [0.0, 3.0])
    assert np.isnan(values).tolist() == [False, True]


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


@settings(max_examples=25, deadline=None)
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


@settings(max_examples=25, deadline=None)
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


FORMULAS = {
    "digital": (digital, ("cash", "call", 100.0, 95.0, 0.5, 0.05, 0.02, 0.3), (2, 3, 4, 7)),
    "barrier": (
        barrier,
        ("up-out", "call", 100.0, 95.0, 120.0, 0.5, 0.05, 0.02, 0.3, 1.0),
        (2, 3, 4, 5, 8, 9),
    ),
    "floating": (
        floating_lookback, ("call", 100.0, 95.0, 0.5, 0.05, 0.02, 0.3), (1, 2, 3, 6)
    ),
    "fixed": (fixed_lookback, ("put", 100.0, 90.0, 95.0, 0.5, 0.05, 0.02, 0.3), (1, 2, 3, 4, 7)),
    "geometric": (geometric_asian, ("put", 100.0, 90.0, 0.5, 0.05, 0.02, 0.3, 4), (1, 2, 3, 6)),
    "arithmetic": (arithmetic_asian, ("put", 100.0, 90.0, 0.5, 0.05, 0.02, 0.3, 4), (1, 2, 3, 6)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_a_bad_value_gives_nan_in_its_place_and_nowhere_else(name: str) -> None:
    formula: Any
    formula, arguments, not_negative = FORMULAS[name]
    good = formula(*arguments)
    numeric = [i for i, argument in enumerate(arguments) if isinstance(argument, float)]
    for position in numeric:
        for bad in (math.nan, math.inf, *([-1.0] if position in not_negative else [])):
            terms: list[Any] = list(arguments)
            terms[position] = [terms[position], bad]
            values = formula(*terms)
            assert values[0] == pytest.approx(good, rel=1e-13)
            assert math.isnan(values[1]), (position, bad)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: digital("cheque", "call", 1, 1, 1, 0, 0, 0.2), r"payoff: expected cash"),
        (lambda: barrier("sideways", "call", 1, 1, 1, 1, 0, 0, 0.2), r"barrier_type: expected"),
        (lambda: barrier("up-in", "strangle", 1, 1, 1, 1, 0, 0, 0.2), r"option_type: expected"),
        (lambda: floating_lookback("call", "1", 1, 1, 0, 0, 0.2), r"spot: expected real numbers"),
        (lambda: geometric_asian("call", 1, 1, 1, 0, 0, 0.2, 1.5), r"fixings: expected whole"),
        (lambda: arithmetic_asian("call", 1, 1, 1, 0, 0, 0.2, -1), r"fixings: expected whole"),
        (
            lambda: arithmetic_asian("call", 1, 1, 1, 0, 0, 0.2, FIXINGS_MAX + 1),
            r"fixings: expected whole",
        ),
        (
            lambda: fixed_lookback("call", [1, 2], 1, [1, 2, 3], 1, 0, 0, 0.2),
            r"running_extremum: shape",
        ),
    ],
)
def test_a_malformed_call_is_refused_by_the_name_of_its_argument(call: Any, complaint: str) -> None:
    with pytest.raises(MalformedCallError, match=f"^{complaint}"):
        call()


def test_the_eight_barrier_options_are_each_others_complements() -> None:
    kinds = list(BARRIER_TYPES)
    levels = [95.0, 95.0, 105.0, 105.0]
    values = barrier(kinds, [["call"], ["put"]], SPOT, SPOT, levels, 0.5, 0.08, 0.04, 0.25)
    pairs = values.reshape(2, 2, 2).sum(axis=2)
    whole = black_scholes(["call", "put"], SPOT, SPOT, 0.5, 0.08, 0.04, 0.25)["price"]
    assert pairs == pytest.approx(np.column_stack([whole, whole]), rel=1e-13)
