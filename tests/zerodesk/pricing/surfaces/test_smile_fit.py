"""The fit in a box: exact on its own kind, and deaf to a few wild quotes."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from zerodesk.pricing.surfaces.arbitrage import has_calendar_arbitrage
from zerodesk.pricing.surfaces.boxes import Box
from zerodesk.pricing.surfaces.charts import EssviChart, SsviChart
from zerodesk.pricing.surfaces.essvi import Slices, total_variance
from zerodesk.pricing.surfaces.smile_fit import SmileQuotes, fit_chart, fit_each
from zerodesk.pricing.surfaces.ssvi import PowerLaw

if TYPE_CHECKING:
    from zerodesk.pricing.batch import FloatArray

TRUTH = Slices(
    np.array([0.004, 0.02, 0.09]), np.array([-0.3, -0.4, -0.5]), np.array([0.07, 0.15, 0.3])
)


def quotes_of(slices: Slices, wild: int = 0) -> SmileQuotes:
    """Quotes of each slice within three deviations; in the first, a few are wrong by half."""
    rows: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for theta, rho, psi in zip(*slices, strict=True):
        k = np.sqrt(theta) * np.linspace(-3.0, 3.0, 61)
        variance = total_variance(k, Slices(theta, rho, psi))
        wrong = variance.copy()
        if not rows:
            wrong[10 : 10 + wild] *= 1.5
        rows.append((k, wrong, 200.0 / variance))
    return SmileQuotes.of(rows)


def test_slices_are_found_again_one_by_one_and_together() -> None:
    for found in (fit_each(quotes_of(TRUTH)), fit_chart(EssviChart(3), quotes_of(TRUTH)).slices):
        for values, truth in zip(found, TRUTH, strict=True):
            assert values == pytest.approx(truth, rel=1e-3)


def test_a_power_law_is_found_again() -> None:
    theta = np.array([0.004, 0.02, 0.09])
    truth = Slices.of_power_law(PowerLaw(-0.45, 0.9, 0.35), theta)
    found = fit_chart(SsviChart(3), quotes_of(truth)).slices
    for values, expected in zip(found, truth, strict=True):
        assert values == pytest.approx(expected, rel=2e-3)


def test_three_wild_quotes_of_sixty_move_nothing_much() -> None:
    found = fit_chart(EssviChart(3), quotes_of(TRUTH, wild=3)).slices
    assert found.theta[0] == pytest.approx(TRUTH.theta[0], rel=5e-3)
    assert found.psi[0] == pytest.approx(TRUTH.psi[0], rel=2e-2)


def test_slices_that_cross_are_fitted_without_crossing() -> None:
    crossing = TRUTH._replace(theta=np.array([0.02, 0.018, 0.09]))
    assert has_calendar_arbitrage(crossing.svi(0), crossing.svi(1))
    found = fit_chart(EssviChart(3), quotes_of(crossing)).slices
    assert not has_calendar_arbitrage(found.svi(0), found.svi(1))
    # What contradicts nobody is met as if nothing were.
    assert found.theta[2] == pytest.approx(TRUTH.theta[2], rel=1e-3)
    assert found.theta[1] == pytest.approx(0.018, rel=0.03)


def test_an_expiry_with_two_quotes_leans_on_its_neighbours() -> None:
    whole = quotes_of(TRUTH)
    weight = whole.weight.copy()
    weight[1, :] = 0.0
    weight[1, [30, 31]] = whole.weight[1, [30, 31]]
    found = fit_chart(EssviChart(3), whole._replace(weight=weight)).slices
    assert found.rho[1] == pytest.approx(-0.4, abs=0.01)
    assert found.psi[1] == pytest.approx(TRUTH.psi[1], rel=0.03)
    assert found.theta[1] == pytest.approx(TRUTH.theta[1], rel=0.02)


def test_a_step_leaves_what_is_pushed_against_a_bound() -> None:
    box = Box(np.zeros(3), np.ones(3))
    normal = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    step = box.step(np.array([0.0, 0.5, 1.0]), np.array([1.0, 1.0, -1.0]), normal, 0.0)
    assert step == pytest.approx([0.0, -0.5, 0.0])
    # What would leave the box stops at its bound, and the others make the best of that.
    onto = box.step(np.array([0.5, 0.5, 0.5]), np.array([0.0, -1.2, 0.0]), normal, 0.0)
    assert onto == pytest.approx([-0.25, 0.5, 0.0])
    assert box.inside(np.array([-1.0, 0.5, 2.0])).tolist() == [0.0, 0.5, 1.0]
