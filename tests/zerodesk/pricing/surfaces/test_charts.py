"""Boxes of free parameters: no point of theirs is a surface with arbitrage, by exact conditions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.pricing.batch import FloatArray, MalformedCallError
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, has_calendar_arbitrage
from zerodesk.pricing.surfaces.charts import EssviChart, SsviChart
from zerodesk.pricing.surfaces.essvi import EssviSurface, SliceRates, Slices, total_variance
from zerodesk.pricing.surfaces.smile import durrleman, local_variance
from zerodesk.pricing.surfaces.ssvi import PowerLaw

COUNT = 4
EXPIRIES = np.array([0.02, 0.1, 0.5, 2.0])


@st.composite
def points(draw: st.DrawFn, chart: EssviChart | SsviChart) -> FloatArray:
    size = chart.box.low.size
    shares = draw(st.lists(st.floats(0.0, 1.0), min_size=size, max_size=size))
    high = np.minimum(chart.box.high, 0.3)
    is_bounded = np.isfinite(chart.box.high)
    high[is_bounded] = chart.box.high[is_bounded]
    return chart.box.low + np.array(shares) * (high - chart.box.low)


def assert_no_arbitrage(slices: Slices) -> None:
    made = [slices.svi(i) for i in range(COUNT)]
    assert not any(has_butterfly_arbitrage(svi) for svi in made)
    assert not any(has_calendar_arbitrage(*pair) for pair in pairwise(made))


@given(points(EssviChart(COUNT)))
def test_no_point_of_the_essvi_box_has_arbitrage(free: FloatArray) -> None:
    slices = EssviChart(COUNT).slices(free)
    assert_no_arbitrage(slices)
    EssviSurface(EXPIRIES, slices)


@given(points(SsviChart(COUNT)))
def test_no_point_of_the_ssvi_box_has_arbitrage(free: FloatArray) -> None:
    slices = SsviChart(COUNT).slices(free)
    assert_no_arbitrage(slices)
    EssviSurface(EXPIRIES, slices)


@given(points(EssviChart(COUNT)), st.floats(0.001, 5.0), st.floats(1.001, 3.0))
def test_between_and_beyond_the_expiries_there_is_none_either(
    free: FloatArray, years: float, factor: float
) -> None:
    surface = EssviSurface(EXPIRIES, EssviChart(COUNT).slices(free))
    rates = surface.at(np.array([years, years * factor]))
    made = Slices(rates.theta, rates.skew / rates.psi, rates.psi)
    near, far = made.svi(0), made.svi(1)
    assert not has_butterfly_arbitrage(near)
    assert not has_calendar_arbitrage(near, far)


@given(points(EssviChart(COUNT)), st.floats(0.003, 4.0), st.floats(-2.0, 2.0))
def test_growth_and_local_variance_are_what_differences_say(
    free: FloatArray, years: float, deviations: float
) -> None:
    if np.min(np.abs(EXPIRIES - years)) < 1e-3:
        return  # A kink in time.
    surface = EssviSurface(EXPIRIES, EssviChart(COUNT).slices(free))
    theta = float(surface.at(np.array(years)).theta)
    k = np.array(deviations * np.sqrt(theta))
    step = 1e-5 * years
    smile, growth = surface.evaluate(k, np.array(years))
    before, _ = surface.evaluate(k, np.array(years - step))
    after, _ = surface.evaluate(k, np.array(years + step))
    difference = float(after.variance - before.variance) / (2.0 * step)
    assert float(growth) == pytest.approx(difference, rel=1e-4, abs=1e-9 * theta / step)
    assert growth >= -1e-12
    density = float(durrleman(k, smile))
    if density > 0.0:
        assert float(local_variance(k, smile, growth)) == float(growth) / density


@given(points(EssviChart(COUNT)))
def test_slices_of_the_box_are_their_own_nearest(free: FloatArray) -> None:
    chart = EssviChart(COUNT)
    slices = chart.slices(free)
    again = chart.slices(chart.nearest(slices))
    for one, other in zip(slices, again, strict=True):
        assert other == pytest.approx(one, rel=1e-6, abs=1e-9)


def test_slices_as_svi_have_the_same_variance() -> None:
    slices = Slices(np.array([0.04]), np.array([-0.7]), np.array([0.3]))
    k = np.linspace(-1.0, 1.0, 9)
    assert slices.svi(0).smile(k).variance == pytest.approx(total_variance(k, slices), rel=1e-12)


def test_rates_are_asked_in_any_shape() -> None:
    law = PowerLaw(rho=-0.5, eta=1.0, gamma=0.4)
    surface = EssviSurface(EXPIRIES, Slices.of_power_law(law, 0.05 * EXPIRIES))
    rates = surface.at(np.full((2, 3), 0.3))
    assert isinstance(rates, SliceRates)
    assert {values.shape for values in rates} == {(2, 3)}


GOOD = {
    "theta": [0.001, 0.01],
    "rho": [-0.5, -0.5],
    "psi": [0.05, 0.15],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"theta": [0.01, 0.009]},
            "theta: variance at the money falls with time, at the expiry of 1",
        ),
        ({"psi": [0.05, 0.04]}, "psi: the left wing flattens"),
        ({"rho": [-0.5, 0.6]}, "psi: the left wing flattens"),
        ({"psi": [0.01, 0.15]}, "psi: phi = psi / theta rises"),
        ({"psi": [0.06, 0.15]}, "psi: the smile bends too sharply, at the expiry of 0.25 years"),
        ({"theta": [1.5, 9.0], "psi": [2.0, 3.0]}, "psi: the wings are steeper than Lee"),
        ({"theta": [0.0, 0.01]}, "theta: expected positive"),
        ({"psi": [0.05, float("nan")]}, "psi: expected numbers"),
        ({"rho": [-1.0, -0.5]}, "rho: expected more than -1"),
        ({"rho": [-0.5]}, "rho: expected one number an expiry"),
    ],
)
def test_slices_with_arbitrage_are_no_surface(change: dict[str, list[float]], message: str) -> None:
    slices = Slices(*(np.array(values) for values in (GOOD | change).values()))
    with pytest.raises(MalformedCallError, match=message):
        EssviSurface(np.array([0.25, 1.0]), slices)


@pytest.mark.parametrize("expiries", [[0.0, 1.0], [1.0, 0.25], [0.5, 0.5]])
def test_expiries_are_positive_and_rise(expiries: list[float]) -> None:
    slices = Slices(*(np.array(values) for values in GOOD.values()))
    EssviSurface(np.array([0.25, 1.0]), slices)
    with pytest.raises(MalformedCallError, match="expiry_years: expected positive times"):
        EssviSurface(np.array(expiries), slices)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [((1.0, 1.0, 0.4), "rho"), ((0.0, 0.0, 0.4), "eta"), ((0.0, 1.0, 0.6), "gamma")],
)
def test_a_power_law_outside_its_range_is_refused(
    parameters: tuple[float, float, float], name: str
) -> None:
    with pytest.raises(MalformedCallError, match=f"^{name}:"):
        PowerLaw(*parameters)
