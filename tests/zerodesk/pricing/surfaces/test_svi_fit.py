"""A slice from quotes: exact on its own kind, free of arbitrage on any."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, least_density
from zerodesk.pricing.surfaces.svi import SviSlice
from zerodesk.pricing.surfaces.svi_fit import fit_svi

K = np.linspace(-0.6, 0.4, 41)


@pytest.mark.parametrize(
    "truth",
    [
        SviSlice(a=0.01, b=0.1, rho=-0.4, m=0.02, sigma=0.15),
        SviSlice(a=0.002, b=0.05, rho=-0.8, m=-0.1, sigma=0.1),
        SviSlice(a=0.05, b=0.3, rho=0.2, m=0.1, sigma=0.4),
    ],
)
def test_a_slice_is_found_again_from_its_own_variances(truth: SviSlice) -> None:
    variance = truth.smile(K).variance
    found = fit_svi(K, variance, 1.0 / variance)
    assert found.smile(K).variance == pytest.approx(variance, rel=1e-4)


def test_quotes_with_arbitrage_get_the_nearest_slice_without() -> None:
    vogt = SviSlice(a=-0.041, b=0.1331, rho=0.306, m=0.3586, sigma=0.4153)
    k = np.linspace(-1.5, 1.5, 61)
    variance = vogt.smile(k).variance
    found = fit_svi(k, variance, 1.0 / variance)
    assert has_butterfly_arbitrage(vogt)
    assert not has_butterfly_arbitrage(found)
    # Right at the condition, and so at no greater distance than it takes.
    assert 0.0 <= least_density(found).value < 5e-3
    distance = (found.smile(k).variance - variance) / variance
    assert distance @ distance < 0.4


def test_a_parabola_s_arbitrage_far_out_costs_little_near_the_money() -> None:
    k = np.linspace(-0.4, 0.3, 51)
    variance = 0.01 * (1.0 + 20.0 * k * k)
    found = fit_svi(k, variance, 1.0 / variance)
    distance = (found.smile(k).variance - variance) / variance
    # Without the planes the nearest slice on the way is sixty times as far.
    assert distance @ distance < 2e-3
    assert not has_butterfly_arbitrage(found)


@settings(max_examples=25)
@given(st.lists(st.floats(0.001, 0.5), min_size=5, max_size=12))
def test_no_quotes_lead_to_arbitrage(variances: list[float]) -> None:
    k = np.linspace(-0.5, 0.5, len(variances))
    assert not has_butterfly_arbitrage(fit_svi(k, np.array(variances)))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([0.0, 0.1], [0.04, 0.04]), "moneyness"),
        (([0.0, 0.1, 0.2, 0.3, math.nan], [0.04] * 5), "moneyness"),
        ((K, np.full(41, math.inf)), "variance"),
        ((K, [0.04] * 40), "variance"),
        ((K, np.full(41, 0.04), 0.0), "weight"),
        ((K, np.full(41, 0.04), [1.0, 2.0]), "weight"),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(arguments: tuple[object, ...], name: str) -> None:
    with pytest.raises(MalformedCallError, match=f"^{name}:"):
        fit_svi(*arguments)  # type: ignore[arg-type]
