"""European options: known numbers, what must hold between them, limits, bad input."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.pricing.batch import BLOCK_ELEMENTS, MalformedCallError
from zerodesk.pricing.black_scholes import OUTPUTS, black76, black_scholes

ULP = 2.0**-52

spots = st.floats(1.0, 1e4)
ratios = st.floats(0.2, 5.0)
expiries = st.floats(1e-3, 10.0)
rates = st.floats(-0.1, 0.2)
volatilities = st.floats(0.01, 2.0)
option_types = st.sampled_from(["call", "put"])


def price(*option: Any) -> Any:
    return asked(option, ("price",))["price"]


def greek(name: str, *option: Any) -> Any:
    return asked(option, (name,))[name]


def asked(option: Any, outputs: tuple[str, ...]) -> Any:
    kind, spot, strike, expiry, rate, carry, volatility = option
    return black_scholes(kind, spot, strike, expiry, rate, carry, volatility, outputs)


def test_an_option_at_the_money_without_rates_is_worth_the_width_of_the_normal() -> None:
    # S (2 Phi(sigma sqrt(T) / 2) - 1), with Phi(0.125) = 0.549738224830113.
    assert price("call", 100, 100, 1, 0, 0, 0.25) == pytest.approx(9.9476449660226, rel=1e-14)


def test_a_price_far_out_of_the_money_keeps_its_digits() -> None:
    # 50 places: S = 100, K = 250, one month, 20 %: 15.9 standard deviations away.
    assert price("call", 100, 250, 1 / 12, 0, 0, 0.2) == pytest.approx(
        2.887607345201184e-57, rel=1e-12
    )


@given(spots, ratios, expiries, rates, rates, volatilities)
def test_call_less_put_is_asset_less_bond_to_four_places(
    spot: float, ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    terms = (spot, spot * ratio, expiry, rate, carry, volatility)
    asset = spot * np.exp(-carry * expiry)
    bond = spot * ratio * np.exp(-rate * expiry)
    difference = price("call", *terms) - price("put", *terms)
    assert abs(difference - (asset - bond)) <= 4 * np.spacing(max(asset, bond))


@given(option_types, spots, ratios, expiries, rates, rates, volatilities)
def test_a_price_lies_between_its_bounds(
    option_type: str,
    spot: float,
    ratio: float,
    expiry: float,
    rate: float,
    carry: float,
    volatility: float,
) -> None:
    asset = spot * np.exp(-carry * expiry)
    bond = spot * ratio * np.exp(-rate * expiry)
    low, high = (asset - bond, asset) if option_type == "call" else (bond - asset, bond)
    value = price(option_type, spot, spot * ratio, expiry, rate, carry, volatility)
    assert max(low, 0.0) <= value <= high * (1.0 + 4 * ULP)


@given(option_types, spots, ratios, expiries, rates, volatilities, st.floats(1e-3, 1e3))
def test_a_price_scales_with_its_currency(
    option_type: str,
    spot: float,
    ratio: float,
    expiry: float,
    rate: float,
    volatility: float,
    scale: float,
) -> None:
    here = price(option_type, spot, spot * ratio, expiry, rate, 0.0, volatility)
    there = price(option_type, spot * scale, spot * ratio * scale, expiry, rate, 0.0, volatility)
    assert there == pytest.approx(here * scale, rel=1e-11, abs=1e-13 * spot * scale)


@given(option_types, spots, ratios, expiries, rates, volatilities)
def test_more_volatility_never_costs_less(
    option_type: str, spot: float, ratio: float, expiry: float, rate: float, volatility: float
) -> None:
    less, more = volatility, volatility * 1.01
    terms = (spot, spot * ratio, expiry, rate, 0.0)
    assert price(option_type, *terms, more) >= price(option_type, *terms, less) - spot * 4 * ULP


# Derivatives by Richardson's extrapolation of central differences, eighth order. Each Greek is
# the derivative of another output by one argument.
DERIVATIVES = [
    ("delta", "price", 0, 1.0),
    ("gamma", "delta", 0, 1.0),
    ("vega", "price", 5, 1.0),
    ("theta", "price", 2, -1.0),
    ("rho", "price", 3, 1.0),
    ("vanna", "delta", 5, 1.0),
    ("volga", "vega", 5, 1.0),
    ("charm", "delta", 2, -1.0),
    ("speed", "gamma", 0, 1.0),
    ("zomma", "gamma", 5, 1.0),
    ("color", "gamma", 2, -1.0),
    ("veta", "vega", 2, -1.0),
]
EIGHTH_ORDER = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))


@pytest.mark.parametrize(("name", "of", "argument", "sign"), DERIVATIVES)
@pytest.mark.parametrize("option_type", ["call", "put"])
@pytest.mark.parametrize(
    "terms",
    [
        (100.0, 95.0, 0.7, 0.05, 0.02, 0.3),
        (100.0, 130.0, 1.5, -0.01, 0.03, 0.2),
        (80.0, 60.0, 2.0, 0.04, 0.04, 0.9),
    ],
)
def test_a_greek_is_the_derivative_that_it_says(
    name: str, of: str, argument: int, sign: float, option_type: str, terms: tuple[float, ...]
) -> None:
    step = 0.01 * terms[argument] if terms[argument] else 1e-3

    def moved(steps: float) -> float:
        there = [*terms]
        there[argument] += steps * step
        return float(greek(of, option_type, *there))

    slope = sum(weight * (moved(k) - moved(-k)) for k, weight in EIGHTH_ORDER) / step
    scale = abs(moved(0.0)) / abs(terms[argument])
    assert greek(name, option_type, *terms) == pytest.approx(
        sign * slope, rel=1e-8, abs=1e-9 * scale
    )


@given(spots, ratios, expiries, rates, rates, volatilities)
def test_deltas_of_call_and_put_differ_by_the_dividend_discount(
    spot: float, ratio: float, expiry: float, rate: float, carry: float, volatility: float
) -> None:
    terms = (spot, spot * ratio, expiry, rate, carry, volatility)
    difference = greek("delta", "call", *terms) - greek("delta", "put", *terms)
    assert difference == pytest.approx(math.exp(-carry * expiry), rel=8 * ULP)


def test_on_a_forward_rates_only_discount() -> None:
    values = black76("call", 100, 110, 2.0, 0.05, 0.3, outputs=OUTPUTS)
    undiscounted = black76("call", 100, 110, 2.0, 0.0, 0.3)["price"]
    assert values["price"] == pytest.approx(undiscounted * math.exp(-0.1), rel=1e-15)
    assert values["rho"] == pytest.approx(-2.0 * values["price"], rel=1e-15)
    spot = black_scholes("call", 100, 110, 2.0, 0.05, 0.05, 0.3, outputs=OUTPUTS)
    assert all(values[name] == spot[name] for name in OUTPUTS if name != "rho")


@pytest.mark.parametrize("nothing", ["time", "volatility"])
@pytest.mark.parametrize(
    ("option_type", "spot", "strike", "expected"),
    [("call", 110, 100, 10.0), ("call", 90, 100, 0.0), ("put", 90, 100, 10.0), ("put", 9, 9, 0.0)],
)
def test_without_time_or_volatility_an_option_is_worth_its_legs(
    nothing: str, option_type: str, spot: float, strike: float, expected: float
) -> None:
    expiry, volatility = (0.0, 0.2) if nothing == "time" else (1.0, 0.0)
    values = black_scholes(option_type, spot, strike, expiry, 0, 0, volatility, OUTPUTS)
    assert values["price"] == expected
    assert values["gamma"] == values["vega"] == values["volga"] == 0.0
    assert all(np.isfinite(value) for value in values.values())


def test_an_option_on_nothing_is_worth_its_strike_or_nothing() -> None:
    assert price(["call", "put"], 0.0, 100.0, 1.0, 0.0, 0.0, 0.2).tolist() == [0.0, 100.0]
    assert price(["call", "put"], 100.0, 0.0, 1.0, 0.0, 0.0, 0.2).tolist() == [100.0, 0.0]


@pytest.mark.parametrize(
    ("position", "bad"),
    [
        *((position, bad) for position in range(6) for bad in (math.nan, math.inf, -math.inf)),
        *((position, -1.0) for position in (0, 1, 2, 5)),
    ],
)
def test_a_bad_value_gives_nan_in_its_place_and_nowhere_else(position: int, bad: float) -> None:
    terms: Any = [100.0, 95.0, 0.7, 0.05, 0.02, 0.3]
    good = asked(("put", *terms), OUTPUTS)
    terms[position] = [terms[position], bad, terms[position]]
    mixed = asked(("put", *terms), OUTPUTS)
    for name in OUTPUTS:
        assert np.isnan(mixed[name]).tolist() == [False, True, False]
        assert mixed[name][0] == pytest.approx(good[name], rel=1e-14)


def test_an_empty_batch_has_an_empty_answer() -> None:
    assert price("call", [], 100, 1, 0, 0, 0.2).shape == (0,)


def test_shapes_broadcast_and_scalars_stay_scalars() -> None:
    assert price("call", np.ones((3, 1)), np.ones(4), 1, 0, 0, 0.2).shape == (3, 4)
    assert price("call", 100, 100, 1, 0, 0, 0.2).shape == ()


def test_a_batch_of_many_blocks_is_the_same_as_its_pieces() -> None:
    strikes = np.linspace(50, 150, 2 * BLOCK_ELEMENTS + 3)
    whole = price("call", 100, strikes, 1, 0.03, 0.01, 0.2)
    ends = [price("call", 100, strikes[i], 1, 0.03, 0.01, 0.2) for i in (0, -1)]
    assert whole[[0, -1]] == pytest.approx(ends, rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("straddle", 100, 100, 1, 0, 0, 0.2), "option_type: expected call or put"),
        ((0.5, 100, 100, 1, 0, 0, 0.2), r"option_type: expected \+1"),
        (("call", "100", 100, 1, 0, 0, 0.2), "spot: expected real numbers"),
        (("call", 100, [[1, 2], [3]], 1, 0, 0, 0.2), "strike: expected an array"),
        (("call", 100, None, 1, 0, 0, 0.2), "strike: expected real numbers"),
        (("call", 100, 100, 1j, 0, 0, 0.2), "expiry_years: expected real numbers"),
        (("call", [1, 2], 100, 1, 0, 0, [1, 2, 3]), r"volatility: shape \(3,\)"),
        (("call", 100, 100, 1, 0, 0, 0.2, ("prize",)), "outputs: no 'prize'"),
    ],
)
def test_a_malformed_call_is_refused_by_the_name_of_its_argument(
    arguments: tuple[Any, ...], complaint: str
) -> None:
    with pytest.raises(MalformedCallError, match=f"^{complaint}"):
        black_scholes(*arguments)
