"""Digital options: all or nothing, and together the vanilla."""

import math

import pytest
from hypothesis import given

from tests.zerodesk.pricing.options import SPOT, expiries, rates, ratios, vanilla, volatilities
from zerodesk.pricing.digital import digital


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
