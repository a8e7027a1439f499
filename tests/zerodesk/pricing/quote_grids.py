"""Quotes all over a range: listed, short-dated, extreme; of both types and both sides."""

import math
from typing import NamedTuple

import numpy as np

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.black_scholes import black76


class Range(NamedTuple):
    """Of a grid: years and volatilities, evenly in their logarithms, and deviations."""

    years: tuple[float, float]
    volatility: tuple[float, float]
    deviations: float


RANGES = {
    "listed": Range((7 / 365, 2.0), (0.08, 0.9), 3.0),
    "short": Range((5 / 525_600, 4 / 365), (0.08, 1.5), 4.0),
    "extreme": Range((1e-4, 30.0), (0.01, 3.0), 12.0),
}


class Quotes(NamedTuple):
    """Arguments of `implied_volatility`, in their order."""

    sign: FloatArray
    price: FloatArray
    forward: FloatArray
    strike: FloatArray
    expiry_years: FloatArray
    discount: FloatArray


def some_quotes(kind: str, size: int, seed: int) -> Quotes:
    """Return prices of the model, rounded, discounted at -2 % to 10 %."""
    random = np.random.default_rng(seed)
    years, volatility = (
        np.exp(random.uniform(math.log(low), math.log(high), size))
        for low, high in RANGES[kind][:2]
    )
    deviations = RANGES[kind].deviations * random.uniform(-1.0, 1.0, size)
    forward = random.uniform(20.0, 300.0, size)
    strike = forward * np.exp(deviations * volatility * np.sqrt(years))
    discount = np.exp(-random.uniform(-0.02, 0.1, size) * years)
    sign = random.choice([1.0, -1.0], size)
    rate = -np.log(discount) / years
    price = black76(sign, forward, strike, years, rate, volatility)["price"]
    return Quotes(sign, price, forward, strike, years, discount)
