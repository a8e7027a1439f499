"""Options on a forward that moves by amounts: prices, parity, volatilities."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.pricing.bachelier import bachelier, bachelier_implied_volatility
from zerodesk.pricing.quotes import QuoteStatus

EPS = 2.0**-52


@given(
    st.sampled_from(["call", "put"]),
    st.floats(-0.05, 0.05),
    st.floats(-6.0, 6.0),
    st.floats(1e-3, 30.0),
    st.floats(1e-4, 0.1),
)
def test_after_bachelier_too_the_volatility_gives_the_price(
    option_type: str, forward: float, deviations: float, expiry: float, volatility: float
) -> None:
    strike = forward + deviations * volatility * math.sqrt(expiry)
    price = float(bachelier(option_type, forward, strike, expiry, 0.9, volatility))
    implied = bachelier_implied_volatility(option_type, price, forward, strike, expiry, 0.9)
    if implied.status != QuoteStatus.ZERO:
        again = bachelier(option_type, forward, strike, expiry, 0.9, implied.volatility)
        assert again == pytest.approx(price, rel=1e-13, abs=4 * EPS * abs(forward - strike))


def test_a_bachelier_price_out_of_the_money_gives_its_volatility_to_the_last_places() -> None:
    strikes = np.linspace(0.0, 0.3, 31)
    prices = bachelier("call", 0.0, strikes, 1.0, 1.0, 0.01)
    implied = bachelier_implied_volatility("call", prices, 0.0, strikes, 1.0, 1.0)
    assert implied.volatility == pytest.approx(np.full(31, 0.01), rel=4 * EPS)


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.0, 10.0), st.floats(0.0, 1.0))
def test_bachelier_prices_keep_put_call_parity(
    forward: float, strike: float, expiry: float, volatility: float
) -> None:
    call, put = bachelier(["call", "put"], forward, strike, expiry, 1.0, volatility)
    assert call - put == pytest.approx(forward - strike, abs=4 * np.spacing(max(call, put, 1e-300)))


def test_bachelier_refuses_a_negative_volatility_and_no_discount() -> None:
    values = bachelier("call", 1.0, 1.0, 1.0, [1.0, 0.0, 1.0], [0.1, 0.1, -0.1])
    assert np.isnan(values).tolist() == [False, True, True]
