"""One slice: its derivatives, its ranges, and arbitrage decided by roots instead of a grid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.surfaces.arbitrage import (
    has_butterfly_arbitrage,
    has_calendar_arbitrage,
    least_density,
)
from zerodesk.pricing.surfaces.smile import durrleman
from zerodesk.pricing.surfaces.svi import SviSlice

VOGT = SviSlice(a=-0.041, b=0.1331, rho=0.306, m=0.3586, sigma=0.4153)


@st.composite
def slices(draw: st.DrawFn) -> SviSlice:
    b, rho = draw(st.floats(0.01, 0.99)), draw(st.floats(-0.99, 0.99))
    sigma = draw(st.floats(0.02, 1.0))
    least = draw(st.floats(1e-3, 0.3))
    a = least - b * sigma * math.sqrt(1.0 - rho * rho)
    return SviSlice(a, b, rho, draw(st.floats(-0.5, 0.5)), sigma)


@given(slices(), st.floats(-3.0, 3.0))
def test_the_derivatives_are_those_of_the_variance(svi: SviSlice, k: float) -> None:
    step = 1e-4
    low, middle, high = svi.smile([k - step, k, k + step]).variance
    smile = svi.smile(k)
    assert float(smile.slope) == pytest.approx((high - low) / (2 * step), abs=2e-5)
    assert float(smile.curvature) == pytest.approx(
        (high - 2 * middle + low) / step**2, rel=2e-2, abs=1e-4
    )


@given(slices())
def test_no_strike_has_less_density_than_the_least(svi: SviSlice) -> None:
    k = svi.m + svi.sigma * np.sinh(np.linspace(-9.0, 9.0, 4001))
    least = least_density(svi)
    lowest = durrleman(k, svi.smile(k)).min()
    assert least.value <= lowest + 1e-9
    if math.isfinite(least.moneyness):
        at_least = durrleman(np.array(least.moneyness), svi.smile(least.moneyness))
        assert float(at_least) == pytest.approx(least.value, rel=1e-9, abs=1e-12)


def test_arbitrage_between_the_points_of_a_grid_is_found() -> None:
    # A narrow kink: the density is negative on a few ten-thousandths of log-moneyness only.
    kink = SviSlice(a=0.01, b=0.05, rho=-0.5, m=0.10003, sigma=1e-5)
    grid = np.linspace(-2.0, 2.0, 801)
    assert durrleman(grid, kink.smile(grid)).min() > 0.0
    smooth = SviSlice(a=0.01, b=0.05, rho=-0.5, m=0.10003, sigma=0.1)
    assert not has_butterfly_arbitrage(smooth)
    steep = SviSlice(a=1e-4, b=0.2, rho=0.9, m=0.05, sigma=0.001)
    assert has_butterfly_arbitrage(steep)
    assert has_butterfly_arbitrage(VOGT)


def test_a_wing_steeper_than_lees_bound_is_arbitrage() -> None:
    steep = SviSlice(a=0.5, b=1.05, rho=0.95, m=0.0, sigma=2.0)
    assert steep.right_slope > 2.0
    assert has_butterfly_arbitrage(steep)


@given(slices(), slices())
def test_calendar_arbitrage_is_found_wherever_a_dense_grid_shows_it(
    near: SviSlice, far: SviSlice
) -> None:
    k = np.sort(np.concatenate([np.linspace(-2, 2, 2001), np.sinh(np.linspace(-7, 7, 2001))]))
    gap = far.smile(k).variance - near.smile(k).variance
    if has_calendar_arbitrage(near, far):
        return
    assert gap.min() >= -1e-9 * near.smile(k).variance.max()


def test_slices_that_cross_twice_between_two_strikes_are_arbitrage() -> None:
    near = SviSlice(a=0.0400, b=0.1, rho=0.0, m=0.0, sigma=0.1)
    far = SviSlice(a=0.0409, b=0.1, rho=0.0, m=0.0, sigma=0.09)
    assert float(far.smile(0.5).variance) > float(near.smile(0.5).variance)
    assert float(far.smile(0.0).variance) < float(near.smile(0.0).variance)
    assert has_calendar_arbitrage(near, far)
    assert not has_calendar_arbitrage(near, near)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": -0.1}, "b: expected zero or more, was -0.1"),
        ({"rho": 1.5}, "rho: expected -1 to 1, was 1.5"),
        ({"sigma": 0.0}, "sigma: expected more than zero, was 0.0"),
        ({"m": math.nan}, "m: expected a number, was nan"),
        ({"a": -1.0}, "a: gives a negative variance, was -1.0"),
    ],
)
def test_a_parameter_outside_its_range_is_refused_by_name(
    change: dict[str, float], message: str
) -> None:
    parameters = {"a": 0.01, "b": 0.1, "rho": -0.3, "m": 0.0, "sigma": 0.2} | change
    with pytest.raises(MalformedCallError, match=message):
        SviSlice(**parameters)


@pytest.mark.parametrize("expiry", [0.0, -1.0, math.nan])
def test_jump_wings_need_a_time(expiry: float) -> None:
    with pytest.raises(MalformedCallError, match="expiry_years: expected a positive time"):
        VOGT.jump_wings(expiry)
