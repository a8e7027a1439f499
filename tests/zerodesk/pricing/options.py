"""What the tests of exotic options share: the ranges to draw from, and the vanilla option."""

from typing import Any

from hypothesis import strategies as st

from zerodesk.pricing.black_scholes import black_scholes

SPOT = 100.0
ratios = st.floats(0.5, 2.0)
expiries = st.floats(0.01, 5.0)
rates = st.floats(-0.05, 0.15)
volatilities = st.floats(0.05, 1.0)
option_types = st.sampled_from(["call", "put"])


def vanilla(*option: Any) -> float:
    kind, spot, strike, expiry, rate, carry, volatility = option
    return float(black_scholes(kind, spot, strike, expiry, rate, carry, volatility)["price"])
