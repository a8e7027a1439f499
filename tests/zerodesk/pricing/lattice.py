"""American options by a binomial tree, slowly; only the last step uses a formula."""

import math

import numpy as np

from zerodesk.pricing.black_scholes import black_scholes


def american_by_lattice(
    option_type: str,
    spot: float,
    strike: float,
    expiry: float,
    rate: float,
    carry: float,
    volatility: float,
    steps: int = 400,
) -> float:
    """Return the price to about 1e-4 of a hundred: Broadie and Detemple (1996), extrapolated."""
    terms = (option_type, spot, strike, expiry, rate, carry, volatility)
    return 2.0 * _tree(*terms, 2 * steps) - _tree(*terms, steps)


def _tree(
    option_type: str,
    spot: float,
    strike: float,
    expiry: float,
    rate: float,
    carry: float,
    volatility: float,
    steps: int,
) -> float:
    step = expiry / steps
    up = math.exp(volatility * math.sqrt(step))
    chance = (math.exp((rate - carry) * step) - 1.0 / up) / (up - 1.0 / up)
    assert 0.0 < chance < 1.0, "too few steps for so much drift"
    sign = 1.0 if option_type == "call" else -1.0
    discount = math.exp(-rate * step)
    values = np.empty(0)
    for level in range(steps - 1, -1, -1):
        spots = spot * up ** (2.0 * np.arange(level + 1) - level)
        if level == steps - 1:
            # The last step by the closed form, which has no kink.
            values = black_scholes(option_type, spots, strike, step, rate, carry, volatility)[
                "price"
            ]
        else:
            values = discount * (chance * values[1:] + (1.0 - chance) * values[:-1])
        values = np.maximum(values, sign * (spots - strike))
    return float(values[0])
