"""American options: against a tree, against their own derivatives, and at every limit."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.zerodesk.pricing.lattice import american_by_lattice
from tests.zerodesk.pricing.options import (
    SPOT,
    expiries,
    option_types,
    rates,
    ratios,
    vanilla,
    volatilities,
)
from zerodesk.pricing.american import american, american_implied_volatility
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.quotes import QuoteStatus

# For options that are spread into arguments, which a checker cannot count.
evaluate: Any = american
evaluate_volatility: Any = american_implied_volatility
GREEKS = ("price", "delta", "gamma", "vega", "theta", "rho")

# type, spot, strike, years, rate, yield, volatility: one of every kind of boundary.
KINDS = {
    "from the strike": ("put", 95.0, 100.0, 1.0, 0.06, 0.0, 0.2),
    "from the strike, yield": ("put", 105.0, 100.0, 2.0, 0.05, 0.03, 0.35),
    "rate equals yield": ("put", 100.0, 100.0, 1.0, 0.05, 0.05, 0.25),
    "from below the strike": ("put", 90.0, 100.0, 2.5, 0.03, 0.07, 0.3),
    "from just below the strike": ("put", 90.0, 100.0, 3.0, 0.088, 0.092, 0.12),
    "from far below the strike": ("put", 60.0, 100.0, 1.0, 0.01, 0.06, 0.2),
    "negative yield": ("put", 100.0, 100.0, 1.0, 0.02, -0.04, 0.2),
    "no rate, negative yield": ("put", 100.0, 100.0, 1.0, 0.0, -0.03, 0.2),
    "a call": ("call", 100.0, 95.0, 1.5, 0.02, 0.06, 0.25),
    "a call from above the strike": ("call", 120.0, 100.0, 2.0, 0.06, 0.05, 0.3),
    "limit reached": ("put", 100.0, 100.0, 4.0, 0.1, 0.0, 0.05),
    "limit long reached": ("put", 100.0, 100.0, 60.0, 0.08, 0.0, 0.05),
    "above two boundaries": ("put", 100.0, 100.0, 1.0, -0.01, -0.03, 0.2),
    "below two boundaries": ("put", 40.0, 100.0, 1.0, -0.02, -0.05, 0.1),
    "two boundaries met": ("put", 90.0, 100.0, 10.0, -0.01, -0.012, 0.2),
    "two boundaries met, below": ("put", 60.0, 100.0, 10.0, -0.01, -0.012, 0.2),
    "two boundaries met at once": ("put", 90.0, 100.0, 2.0, -0.03, -0.05, 0.8),
    "two boundaries, a call": ("call", 110.0, 100.0, 1.0, -0.04, -0.015, 0.2),
    "two limits reached, above": ("put", 101.0, 100.0, 40.0, -0.01, -0.06, 0.03),
}


# A tree has too few steps for so long a life; `test_perpetual_options_are_the_limit` has the value.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "limit long reached"])
def test_a_tree_gives_the_same_price(kind: str) -> None:
    option = KINDS[kind]
    steps = 4000 if "limit" in kind else 500
    expected = american_by_lattice(*option, steps=steps)
    assert float(evaluate(*option)["price"]) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_fast_is_within_a_millionth_of_precise(kind: str) -> None:
    option = KINDS[kind]
    precise = float(evaluate(*option)["price"])
    assert float(evaluate(*option, accuracy="fast")["price"]) == pytest.approx(precise, abs=1e-6)


def differences(option: tuple[Any, ...], place: int, step: float) -> tuple[float, float]:
    """Return the first and second derivative by one argument, to the sixth order."""
    values = []
    for steps in range(-3, 4):
        moved = list(option)
        moved[place] = option[place] + steps * step
        values.append(float(evaluate(*moved)["price"]))
    first = np.dot([-1.0, 9.0, -45.0, 0.0, 45.0, -9.0, 1.0], values) / (60.0 * step)
    second = np.dot([2.0, -27.0, 270.0, -490.0, 270.0, -27.0, 2.0], values) / (180.0 * step**2)
    return float(first), float(second)


@pytest.mark.parametrize("kind", KINDS)
def test_greeks_are_the_derivatives_of_the_price(kind: str) -> None:
    option: Any = KINDS[kind]
    _, spot, _, expiry, _, _, volatility = option
    values = {name: float(value) for name, value in evaluate(*option, outputs=GREEKS).items()}
    delta, gamma = differences(option, 1, 0.01 * spot * volatility)
    vega, _ = differences(option, 6, 4e-3 * volatility)
    decay, _ = differences(option, 3, 4e-3 * expiry)
    rho, _ = differences(option, 4, 1e-4)
    assert values["delta"] == pytest.approx(delta, abs=1e-7)
    assert values["gamma"] == pytest.approx(gamma, abs=1e-7)
    assert values["vega"] == pytest.approx(vega, rel=1e-7, abs=1e-5)
    assert values["theta"] == pytest.approx(-decay, rel=1e-6, abs=1e-6)
    assert values["rho"] == pytest.approx(rho, rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_price_leaves_the_payoff_smoothly(kind: str) -> None:
    """The boundary solves for the slope; that the price fits too says that it is the boundary."""
    option_type, _, strike, *rest = KINDS[kind]
    sign = 1.0 if option_type == "call" else -1.0

    def seen(spots: Any) -> tuple[Any, Any]:
        """Return the values, and behind which spots exercise begins or ends."""
        values = evaluate(option_type, spots, strike, *rest, outputs=("price", "delta", "gamma"))
        is_exercised = (values["delta"] == sign) & (values["gamma"] == 0.0)
        return values | {"is_exercised": is_exercised}, np.flatnonzero(np.diff(is_exercised))

    far = strike * np.exp(np.linspace(-2.5, 2.5, 4_001))
    _, edges = seen(far)
    expected = 0 if "met" in kind else 2 if "two" in kind or "below" in kind[:5] else 1
    assert edges.size == expected
    for place in edges:
        spots = np.geomspace(far[place], far[place + 1], 11)
        values, [edge] = seen(spots)
        held = edge if values["is_exercised"][edge + 1] else edge + 1
        payoff = sign * (spots[held] - strike)
        distance = abs(spots[edge + 1] - spots[edge])
        # Within half the curvature times the square of the distance.
        room = 0.6 * values["gamma"][held] * distance**2
        assert 0.0 <= values["price"][held] - payoff <= room + 1e-9
        slope = values["gamma"][held] * distance * 1.2
        assert values["delta"][held] == pytest.approx(sign, abs=slope + 1e-9)


@given(option_types, ratios, expiries, rates, rates, volatilities)
def test_early_exercise_is_a_right(
    option_type: str, ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    spot, strike = SPOT * ratio, SPOT
    option = (option_type, spot, strike, expiry, rate, carry, volatility)
    payoff = spot - strike if option_type == "call" else strike - spot
    price = float(evaluate(*option)["price"])
    assert price >= max(payoff, 0.0)
    assert price >= vanilla(*option) - 1e-9


@given(ratios, expiries, rates, rates, volatilities)
def test_waiting_costs_nothing(
    ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    lives, spreads = expiry * np.array([1.0, 1.2]), volatility * np.array([1.0, 1.1])
    longer = american("put", SPOT * ratio, SPOT, lives, rate, carry, volatility)["price"]
    wilder = american("put", SPOT * ratio, SPOT, expiry, rate, carry, spreads)["price"]
    assert longer[1] >= longer[0] - 1e-9
    assert wilder[1] >= wilder[0] - 1e-9


@given(ratios, expiries, rates, rates, volatilities)
def test_a_call_is_the_put_that_changes_spot_for_strike(
    ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    call = float(american("call", SPOT * ratio, SPOT, expiry, rate, carry, volatility)["price"])
    put = float(american("put", SPOT, SPOT * ratio, expiry, carry, rate, volatility)["price"])
    assert call == pytest.approx(put, abs=1e-11 * SPOT)


@pytest.mark.parametrize(
    ("option_type", "rate", "carry"),
    [
        ("put", 0.0, 0.0),
        ("put", 0.0, 0.04),
        ("put", -0.02, -0.02),
        ("put", -0.02, 0.01),
        ("call", 0.05, 0.0),
        ("call", -0.02, -0.03),
    ],
)
def test_an_option_never_worth_exercising_is_a_european_one(
    option_type: str, rate: float, carry: float
) -> None:
    for spot in (50.0, 100.0, 200.0):
        option = (option_type, spot, 100.0, 1.0, rate, carry, 0.2)
        assert float(evaluate(*option)["price"]) == vanilla(*option)


def test_without_time_an_option_is_its_payoff() -> None:
    values = american(["put", "call"], [90.0, 90.0], 100.0, 0.0, 0.05, 0.02, 0.3, GREEKS)
    assert values["price"].tolist() == [10.0, 0.0]
    assert values["delta"].tolist() == [-1.0, 0.0]
    for name in ("gamma", "vega", "theta", "rho"):
        assert values[name].tolist() == [0.0, 0.0]


def test_without_volatility_an_option_is_exercised_at_the_best_time() -> None:
    years = np.linspace(0.0, 4.0, 400_001)
    for spot, rate, carry in ((90.0, 0.05, 0.0), (101.0, 0.03, 0.2), (99.0, 0.02, 0.08)):
        path = 100.0 * np.exp(-rate * years) - spot * np.exp(-carry * years)
        values = american("put", spot, 100.0, 4.0, rate, carry, 0.0)
        assert float(values["price"]) == pytest.approx(max(path.max(), 0.0), abs=1e-7)


@pytest.mark.parametrize("option", [o for k, o in KINDS.items() if "two" not in k])
def test_as_volatility_vanishes_prices_come_to_that_limit(option: tuple[Any, ...]) -> None:
    terms: Any = option[:6]
    limit = float(evaluate(*terms, 0.0)["price"])
    volatility = 10.0 ** -np.arange(1.0, 13.0)
    prices = evaluate(*terms, volatility)["price"]
    error = np.abs(prices - limit)
    assert np.all(error <= 100.0 * volatility * math.sqrt(terms[3]))


@pytest.mark.parametrize("expiry", [1200.0, 2000.0, 1e5])
@pytest.mark.parametrize("carry", [-0.02, 0.0, 0.03, 0.1])
def test_perpetual_options_are_the_limit_of_long_ones(carry: float, expiry: float) -> None:
    rate, volatility = 0.06, 0.3
    mean = rate - carry - 0.5 * volatility**2
    power = -(mean + math.sqrt(mean**2 + 2.0 * rate * volatility**2)) / volatility**2
    edge = 100.0 * power / (power - 1.0)
    expected = (100.0 - edge) * (110.0 / edge) ** power
    price = float(american("put", 110.0, 100.0, expiry, rate, carry, volatility)["price"])
    assert price == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1.0])
def test_a_bad_value_gives_nan_in_its_place_and_nowhere_else(position: int, bad: float) -> None:
    if bad == -1.0 and position in {4, 5}:
        return
    option: Any = list(KINDS["from the strike, yield"])
    good = evaluate(*option, outputs=GREEKS)
    option[position] = [option[position], bad, option[position]]
    values = evaluate(*option, outputs=GREEKS)
    for name in GREEKS:
        assert np.isnan(values[name]).tolist() == [False, True, False]
        assert values[name][0] == pytest.approx(float(good[name]), rel=1e-9)


def test_arguments_broadcast_and_a_batch_may_be_empty() -> None:
    values = american("put", np.ones((2, 1)), np.ones(3), 1.0, 0.05, 0.0, 0.2)["price"]
    assert values.shape == (2, 3)
    assert american("put", [], 100.0, 1.0, 0.05, 0.0, 0.2)["price"].shape == (0,)
    assert american("put", 100, 100, 1, 0.05, 0.0, 0.2)["price"].shape == ()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"accuracy": "exact"}, "accuracy: expected fast or precise, was 'exact'"),
        ({"outputs": ("price", "vanna")}, "outputs: no 'vanna'; there are price, delta"),
        ({"spot": "hundred"}, "spot: expected real numbers"),
        ({"option_type": "straddle"}, "option_type: expected call or put"),
        ({"spot": [1.0, 2.0], "strike": [1.0, 2.0, 3.0]}, "strike: shape"),
    ],
)
def test_a_malformed_call_is_refused_by_the_name_of_its_argument(
    change: dict[str, Any], complaint: str
) -> None:
    call: dict[str, Any] = {
        "option_type": "put", "spot": 100.0, "strike": 100.0, "expiry_years": 1.0,
        "rate": 0.05, "dividend_yield": 0.0, "volatility": 0.2,
    }  # fmt: skip
    with pytest.raises(MalformedCallError, match=f"^{complaint}"):
        evaluate(**(call | change))


# Below two boundaries, and far out of the money, volatility hardly shows in the price.
TOLD = [kind for kind in KINDS if "below two" not in kind]


@pytest.mark.parametrize("kind", TOLD)
def test_the_volatility_of_a_price_is_the_one_that_made_it(kind: str) -> None:
    option_type, *terms, volatility = KINDS[kind]
    values = evaluate(option_type, *terms, volatility, ("price", "vega"))
    implied = evaluate_volatility(option_type, values["price"], *terms)
    assert QuoteStatus(int(implied.status)).name == "OK"
    attainable = 1e-9 * SPOT / float(values["vega"])
    assert float(implied.volatility) == pytest.approx(volatility, abs=attainable)


def test_each_quote_without_a_volatility_says_why() -> None:
    quotes = [4.0, 3.9, 40.0, 41.0, 0.0, -1.0, math.nan, math.inf, 5.0]
    implied = american_implied_volatility("put", quotes, 36.0, 40.0, 1.0, 0.06, 0.0)
    assert [QuoteStatus(status).name for status in implied.status] == [
        "ZERO",
        "BELOW_INTRINSIC",
        "ABOVE_MAXIMUM",
        "ABOVE_MAXIMUM",
        "BELOW_INTRINSIC",
        "BELOW_INTRINSIC",
        "INVALID",
        "INVALID",
        "OK",
    ]
    assert implied.volatility[0] == 0.0
    assert np.isnan(implied.volatility[1:8]).all()


@pytest.mark.parametrize("position", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_invalid_quote_is_said_in_its_place_and_nowhere_else(position: int, bad: float) -> None:
    quote: Any = ["put", 5.0, 36.0, 40.0, 1.0, 0.06, 0.0]
    quote[position] = [quote[position], bad, quote[position]]
    implied = evaluate_volatility(*quote)
    assert implied.status.tolist() == [0, 4, 0]
    assert np.isnan(implied.volatility).tolist() == [False, True, False]
