"""Volatilities from prices: exact where there is an answer, a reason where there is none."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.pricing.exact import implied_error
from tests.zerodesk.pricing.quote_grids import RANGES, some_quotes
from zerodesk.pricing.bachelier import bachelier_implied_volatility
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus

EPS = 2.0**-52

# Prices of binary64 arguments, and the volatility for the price as rounded: 50 places.
EXACT = [
    ("put", 9.283032422365409, 72.18885591644548, 67.45461087202747, 0.6834226784867974),
    ("call", 0.0003498076558210251, 147.2606879052201, 152.81179771197617, 0.0005125823431842116),
    ("put", 2.837141117300151e-05, 82.56209645352601, 13.590143306488933, 0.31431283528044224),
    ("call", 39.528735405519896, 72.75419745485387, 95.50008386189889, 1.0),
]
EXACT_VOLATILITIES = [
    0.5029941243697258,
    0.5141413333212265,
    0.7529357535468788,
    1.6794558140317686,
]


@pytest.mark.parametrize(("quote", "expected"), list(zip(EXACT, EXACT_VOLATILITIES, strict=True)))
def test_a_volatility_is_within_four_places_of_the_exact_one(
    quote: tuple[Any, ...], expected: float
) -> None:
    option_type, price, forward, strike, expiry = quote
    implied = implied_volatility(option_type, price, forward, strike, expiry, 1.0)
    assert implied.volatility == pytest.approx(expected, rel=4 * EPS)


@pytest.mark.parametrize("kind", list(RANGES))
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_volatility_is_off_by_more_than_twice_what_is_attainable(kind: str, seed: int) -> None:
    """Quotes of both sides and types, discounted, against sixty decimals."""
    size = 250
    quotes = some_quotes(kind, size, seed)
    implied = implied_volatility(*quotes)
    answered = np.flatnonzero(implied.status == QuoteStatus.OK)
    assert answered.size > 0.8 * size
    for quote in np.stack((*quotes, implied.volatility), axis=1)[answered]:
        error, attainable = implied_error(*quote.tolist())
        assert error <= 2.0 * attainable, quote.tolist()


@given(
    st.sampled_from(["call", "put"]),
    st.floats(-8.0, 8.0),
    st.floats(1e-5, 30.0),
    st.floats(0.01, 3.0),
    st.floats(0.5, 1.0),
)
def test_the_price_of_the_volatility_is_the_price(
    option_type: str, deviations: float, expiry: float, volatility: float, discount: float
) -> None:
    forward = 100.0
    strike = forward * math.exp(deviations * min(volatility * math.sqrt(expiry), 1.0))
    rate = -math.log(discount) / expiry
    price = float(black76(option_type, forward, strike, expiry, rate, volatility)["price"])
    implied = implied_volatility(option_type, price, forward, strike, expiry, discount)
    if implied.status == QuoteStatus.OK:
        again = float(black76(option_type, forward, strike, expiry, rate, implied[0])["price"])
        # The model's own rounding, a few places of its larger leg.
        assert again == pytest.approx(price, rel=1e-11, abs=8 * EPS * max(forward, strike))
    else:
        # Volatility no longer shows in the price.
        vega = black76(option_type, forward, strike, expiry, rate, volatility, ("vega",))["vega"]
        assert price == 0.0 or vega * volatility < 1e3 * EPS * price


@pytest.mark.parametrize(
    ("deviation", "moneyness"),
    [
        (deviation, moneyness)
        for deviation in (1e-4, 0.05, 0.99, 1.01, 1.9, 2.1, 4.0, 8.0)
        for moneyness in (0.0, 1e-6, 0.3, 1.99, 2.01, 6.0, 20.0)
        if moneyness < 36.0 * deviation  # beyond, binary64 has no such price
    ],
)
def test_the_regimes_meet_without_a_step(deviation: float, moneyness: float) -> None:
    strike = 100.0 * math.exp(moneyness)
    values = black76("call", 100.0, strike, 1.0, 0.0, deviation, ("price", "vega"))
    price, vega = float(values["price"]), float(values["vega"])
    implied = implied_volatility("call", price, 100.0, strike, 1.0, 1.0)
    # What the rounding of the price formula, eps times its larger leg, means for the volatility.
    attainable = 8 * EPS * (1.0 + 100.0 * math.erfc(-deviation) / (vega * deviation))
    assert implied.volatility == pytest.approx(deviation, rel=attainable)


def test_each_quote_without_a_volatility_says_why() -> None:
    prices = [9.99, 10.0, 100.0, 101.0, -1.0, math.nan, math.inf, 0.0]
    implied = implied_volatility("call", prices, 100.0, 90.0, 1.0, 1.0)
    assert [QuoteStatus(status).name for status in implied.status] == [
        "BELOW_INTRINSIC",
        "ZERO",
        "ABOVE_MAXIMUM",
        "ABOVE_MAXIMUM",
        "BELOW_INTRINSIC",
        "INVALID",
        "INVALID",
        "BELOW_INTRINSIC",
    ]
    assert implied.volatility[1] == 0.0
    assert np.isnan(implied.volatility[[0, 2, 3, 4, 5, 6, 7]]).all()


@pytest.mark.parametrize("position", [1, 2, 3, 4])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, 0.0])
def test_an_invalid_argument_is_said_in_its_place_and_nowhere_else(
    position: int, bad: float
) -> None:
    terms: list[Any] = [5.0, 100.0, 95.0, 0.5, 0.98]
    terms[position] = [terms[position], bad, terms[position]]
    for implied in (
        implied_volatility("put", *terms),
        bachelier_implied_volatility("put", *terms) if position > 2 else None,
    ):
        if implied is not None:
            assert implied.status.tolist() == [0, 4, 0]
            assert np.isnan(implied.volatility).tolist() == [False, True, False]


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda power: 10.0**power)


@given(powers(-16.0, 2.0), powers(-300.0, -0.01) | powers(-15.0, -0.5).map(lambda rest: 1.0 - rest))
def test_every_price_between_its_bounds_has_a_volatility(moneyness: float, price: float) -> None:
    implied = implied_volatility("call", price, 1.0, math.exp(moneyness), 1, 1)
    assert implied.status == QuoteStatus.OK
    assert 0.0 < implied.volatility < math.inf


def test_a_scalar_quote_gives_scalars_and_a_chain_its_shape() -> None:
    assert implied_volatility("call", 8.0, 100, 100, 1, 1).volatility.shape == ()
    assert implied_volatility("call", 8.0, np.ones((2, 1)), np.ones(3), 1, 1).status.shape == (2, 3)
    assert implied_volatility("call", [], 100, 100, 1, 1).volatility.shape == (0,)


def test_shapes_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(MalformedCallError, match=r"^strike: shape"):
        implied_volatility("call", [1.0, 2.0], 100, [1.0, 2.0, 3.0], 1, 1)
