"""Forwards: nothing is paid at their price."""

import math

import numpy as np
import pytest

from tests.zerodesk.pricing.options import SPOT
from zerodesk.pricing.forward import forward_price, forward_value


def test_a_forward_at_its_price_is_worth_nothing() -> None:
    price = forward_price(SPOT, 2.0, 0.05, 0.02)
    assert price == pytest.approx(SPOT * math.exp(0.06))
    assert forward_value(SPOT, price, 2.0, 0.05, 0.02) == pytest.approx(0.0, abs=1e-13)
    assert np.isnan(forward_value(SPOT, price, [-1.0, math.nan], 0.05, 0.02)).all()
    assert np.isnan(forward_price([SPOT, math.inf], -1.0, 0.05, 0.02)).all()
