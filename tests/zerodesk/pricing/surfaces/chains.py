"""A listed chain made of a known surface: twelve expiries, some two thousand quotes."""

from dataclasses import dataclass

import numpy as np

from zerodesk.pricing.surfaces.chain import OptionChain
from zerodesk.pricing.surfaces.essvi import EssviSurface, Slices
from zerodesk.pricing.surfaces.surface import Provenance, VolatilitySurface

SPOT = 100.0
EXPIRIES = np.array([4, 11, 18, 25, 33, 46, 68, 131, 222, 312, 585, 950]) / 365.0
RATE, CARRY = 0.04, 0.015
STRIKES = np.arange(40.0, 200.0, 2.0)


@dataclass(frozen=True)
class MadeChain:
    """A chain, and what it was made of."""

    chain: OptionChain
    surface: VolatilitySurface


def a_surface() -> VolatilitySurface:
    """A skewed surface, whose skews and bends follow no power law."""
    theta = 0.05 * EXPIRIES * (1.0 + 0.1 * np.sqrt(EXPIRIES))
    rho = np.linspace(-0.45, -0.6, EXPIRIES.size)
    psi = 0.9 * np.sqrt(theta) / (1.0 + theta)
    discount = np.exp(-RATE * EXPIRIES)
    forward = SPOT * np.exp((RATE - CARRY) * EXPIRIES)
    variance = EssviSurface(EXPIRIES, Slices(theta, rho, psi))
    provenance = Provenance("XYZ", "2026-11-02T16:00:00Z", "essvi", "0f" * 32)
    return VolatilitySurface(variance, forward, discount, provenance)


def a_chain(*, half_spread: float = 0.02, noise: float = 0.0, seed: int = 1) -> MadeChain:
    """Calls and puts at all strikes; ``noise`` moves middles by so many half spreads."""
    surface = a_surface()
    sign, strike, years = (
        axis.ravel() for axis in np.meshgrid([1.0, -1.0], STRIKES, EXPIRIES, indexing="ij")
    )
    price = surface.evaluate(sign, strike, years)["price"]
    half = half_spread * (1.0 + 0.02 * price)
    middle = price + noise * half * np.random.default_rng(seed).normal(size=price.size)
    quoted = price > 2.0 * half
    chain = OptionChain.of(
        sign[quoted],
        strike[quoted],
        years[quoted],
        (middle - half)[quoted],
        (middle + half)[quoted],
    )
    return MadeChain(chain, surface)


def with_quote(chain: OptionChain, index: int, bid: float, ask: float) -> OptionChain:
    """The chain with another bid and ask in one place."""
    bids, asks = chain.bid.copy(), chain.ask.copy()
    bids[index], asks[index] = bid, ask
    return OptionChain(chain.sign, chain.strike, chain.expiry_years, bids, asks)


def find(chain: OptionChain, sign: float, strike: float, expiry_years: float) -> int:
    """Where a quote stands."""
    here = (chain.sign == sign) & (chain.strike == strike)
    (found,) = np.flatnonzero(here & (chain.expiry_years == expiry_years))
    return int(found)
