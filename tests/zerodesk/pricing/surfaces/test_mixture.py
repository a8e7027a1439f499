"""Mixtures of two surfaces: prices in their shares, no arbitrage, and a fit where one fails."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.pricing.surfaces.chains import CARRY, EXPIRIES, RATE, SPOT, STRIKES, a_chain
from zerodesk.pricing.batch import FloatArray, MalformedCallError
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.surfaces.calibration import calibrate
from zerodesk.pricing.surfaces.chain import OptionChain
from zerodesk.pricing.surfaces.charts import EssviChart
from zerodesk.pricing.surfaces.essvi import EssviSurface, Slices
from zerodesk.pricing.surfaces.mixture import MixtureSurface
from zerodesk.pricing.surfaces.mixture_fit import SECOND_SHARE
from zerodesk.pricing.surfaces.surface import Provenance, VolatilitySurface

COUNT = 3
TIMES = np.array([0.05, 0.4, 1.5])
ONE_EXPIRY = np.array([0.5])


@st.composite
def mixtures(draw: st.DrawFn) -> MixtureSurface:
    """Any two points of the eSSVI box, in any share."""
    box = EssviChart(COUNT).box
    high = np.where(np.isfinite(box.high), box.high, 0.3)
    surfaces = []
    for _ in range(2):
        shares = draw(st.lists(st.floats(0.0, 1.0), min_size=high.size, max_size=high.size))
        free = box.low + np.array(shares) * (high - box.low)
        # Total variance that is next to nothing has no price to be shared.
        free[COUNT] = max(free[COUNT], 1e-4)
        surfaces.append(EssviSurface(TIMES, EssviChart(COUNT).slices(free)))
    return MixtureSurface(surfaces[0], surfaces[1], draw(st.floats(0.02, 0.98)))


def call_price(variance: FloatArray, k: FloatArray) -> FloatArray:
    """Undiscounted, of a forward of one."""
    return black76("call", 1.0, np.exp(k), 1.0, 0.0, np.sqrt(variance))["price"]


def shared_price(mixture: MixtureSurface, k: FloatArray, years: FloatArray) -> FloatArray:
    share = mixture.second_share
    one, other = (
        call_price(surface.total_variance(k, years), k)
        for surface in (mixture.first, mixture.second)
    )
    total: FloatArray = (1.0 - share) * one + share * other
    return total


@settings(deadline=None)
@given(mixtures(), st.floats(0.01, 4.0))
def test_a_price_is_shared_between_the_two_surfaces(mixture: MixtureSurface, years: float) -> None:
    k, time = np.linspace(-1.5, 1.5, 61), np.full(61, years)
    price = call_price(mixture.total_variance(k, time), k)
    assert price == pytest.approx(shared_price(mixture, k, time), rel=1e-9, abs=1e-13)


@settings(deadline=None)
@given(mixtures(), st.floats(0.01, 2.0), st.floats(1.01, 2.0))
def test_no_butterfly_and_no_calendar_gains_anything(
    mixture: MixtureSurface, years: float, factor: float
) -> None:
    strikes = np.linspace(0.3, 3.0, 200)
    k = np.log(strikes)
    near, far = (
        call_price(mixture.total_variance(k, np.full_like(k, time)), k)
        for time in (years, years * factor)
    )
    slopes = np.diff(near) / np.diff(strikes)
    assert np.all(slopes <= 1e-10)
    assert np.all(slopes >= -1.0 - 1e-10)
    assert np.all(np.diff(slopes) >= -1e-9)
    assert np.all(far >= near - 1e-12)


@settings(deadline=None)
@given(mixtures(), st.floats(0.06, 1.4), st.floats(-2.0, 2.0))
def test_local_variance_is_what_differences_of_prices_say(
    mixture: MixtureSurface, years: float, deviations: float
) -> None:
    if np.min(np.abs(TIMES - years)) < 1e-2:
        return  # A kink in time.
    at = np.array([years])
    theta = float(mixture.total_variance(np.zeros(1), at)[0])
    k = np.array([deviations * math.sqrt(theta)])
    step, moved = 1e-4 * years, 3e-4 * math.sqrt(theta)
    growth = shared_price(mixture, k, at + step) - shared_price(mixture, k, at - step)
    left, middle, right = (shared_price(mixture, k + h, at) for h in (-moved, 0.0, moved))
    # K^2 C_KK = C_kk - C_k in log-strikes.
    bend = (left - 2.0 * middle + right) / moved**2 - (right - left) / (2.0 * moved)
    if bend[0] < 1e-3 or growth[0] / (2.0 * step) < 1e-6:
        return  # Differences of prices say nothing.
    expected = growth / (2.0 * step) / (0.5 * bend)
    assert mixture.local_variance(k, at) == pytest.approx(expected, rel=2e-2)


@settings(deadline=None)
@given(mixtures(), st.floats(0.02, 3.0))
def test_the_skew_is_the_slope_at_the_money(mixture: MixtureSurface, years: float) -> None:
    at = np.array([years])
    root = math.sqrt(float(mixture.total_variance(np.zeros(1), at)[0]))
    h = 1e-5 * root
    up, down = (float(mixture.total_variance(np.array([k]), at)[0]) for k in (h, -h))
    assert float(mixture.skew(at)[0]) == pytest.approx((up - down) / (2.0 * h), abs=1e-5 * root)


def of_one_expiry(share: float) -> MixtureSurface:
    calm, wild = (
        EssviSurface(ONE_EXPIRY, Slices(np.array([theta]), np.array([-0.3]), np.array([psi])))
        for theta, psi in ((0.01, 0.002), (0.03, 0.01))
    )
    return MixtureSurface(calm, wild, share)


def test_wings_go_on_where_prices_vanish() -> None:
    mixture = of_one_expiry(0.1)
    k = np.linspace(2.0, 60.0, 4_001)
    years = np.full_like(k, 0.5)
    variance = mixture.total_variance(k, years)
    wider = mixture.second.total_variance(k, years)
    assert np.all(np.isfinite(variance))
    assert np.all((variance < wider) & (variance > mixture.first.total_variance(k, years)))
    # No seam between comparing prices and comparing their logarithms.
    slope = np.diff(variance) / np.diff(k)
    assert np.abs(np.diff(slope)).max() < 1e-4
    # Lee's bound, and in the end the wider surface's wing.
    assert np.all(variance < 2.0 * k)
    assert variance[-1] == pytest.approx(wider[-1], rel=1e-2)
    assert np.all(np.isfinite(mixture.local_variance(k, years)))


def test_two_equal_surfaces_mix_to_themselves() -> None:
    part = of_one_expiry(0.5).first
    mixture = MixtureSurface(part, part, 0.5)
    k, years = np.linspace(-0.4, 0.4, 81), np.full(81, 0.5)
    assert mixture.total_variance(k, years).tolist() == part.total_variance(k, years).tolist()
    assert mixture.local_variance(k, years) == pytest.approx(part.local_variance(k, years))


def a_mixture() -> VolatilitySurface:
    theta, rho = 0.05 * EXPIRIES, np.full(EXPIRIES.size, -0.2)
    calm = EssviSurface(EXPIRIES, Slices(0.8 * theta, rho, 0.25 * np.sqrt(theta)))
    wild = EssviSurface(EXPIRIES, Slices(3.2 * theta, rho, 1.5 * np.sqrt(theta)))
    return VolatilitySurface(
        MixtureSurface(calm, wild, 0.12),
        SPOT * np.exp((RATE - CARRY) * EXPIRIES),
        np.exp(-RATE * EXPIRIES),
        Provenance("XYZ", "2026-11-02T16:00:00Z", "mixture", "0f" * 32),
    )


def a_chain_of(surface: VolatilitySurface) -> OptionChain:
    sign, strike, years = (
        axis.ravel() for axis in np.meshgrid([1.0, -1.0], STRIKES, EXPIRIES, indexing="ij")
    )
    price = surface.evaluate(sign, strike, years)["price"]
    half = 0.01 + 2e-3 * price
    seen = price > 2.0 * half
    quotes = (sign, strike, years, price - half, price + half)
    return OptionChain.of(*(column[seen] for column in quotes))


def test_a_chain_that_no_single_surface_meets_gets_a_mixture() -> None:
    chain = a_chain_of(a_mixture())
    single, found = (
        calibrate(chain, underlying="XYZ", as_of="2026-11-02T16:00:00Z", model=model)
        for model in ("essvi", "auto")
    )
    assert single.misfit(single.is_used).half_spreads > 1.0
    assert found.misfit(found.is_used).half_spreads < 0.3
    assert found.surface.provenance.model == "mixture"
    assert isinstance(found.surface.variance, MixtureSurface)
    assert found.surface.variance.second_share == SECOND_SHARE


def test_a_chain_that_one_surface_meets_keeps_to_it() -> None:
    found = calibrate(a_chain(noise=0.5).chain, underlying="XYZ", as_of="2026-11-02T16:00:00Z")
    assert found.surface.provenance.model == "essvi"
    assert isinstance(found.surface.variance, EssviSurface)


def test_a_kept_mixture_is_the_same_and_small() -> None:
    surface = a_mixture()
    text = json.dumps(surface.to_dict())
    again = VolatilitySurface.from_dict(json.loads(text))
    assert again.to_dict() == surface.to_dict()
    assert surface.to_dict()["version"] == 2
    assert len(text) < 450 * EXPIRIES.size
    names = ("price", "volatility", "local_volatility")
    one, other = (s.evaluate("put", [70.0, 100.0], 0.4, names) for s in (surface, again))
    for name in names:
        assert one[name].tolist() == other[name].tolist()


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, math.nan])
def test_a_share_is_between_none_and_all(share: float) -> None:
    with pytest.raises(MalformedCallError, match="second_share: expected more than 0"):
        of_one_expiry(share)
    with pytest.raises(MalformedCallError, match="second_share"):
        VolatilitySurface.from_dict(a_mixture().to_dict() | {"second_share": share})


@pytest.mark.parametrize("share", [None, "half", True])
def test_a_document_without_a_share_is_refused(share: object) -> None:
    with pytest.raises(MalformedCallError, match="second_share: expected a number"):
        VolatilitySurface.from_dict(a_mixture().to_dict() | {"second_share": share})


def test_a_second_surface_with_arbitrage_is_refused() -> None:
    document = a_mixture().to_dict()
    document["expiries"][4]["second_theta"] *= 0.5
    with pytest.raises(MalformedCallError, match="variance at the money falls"):
        VolatilitySurface.from_dict(document)


def test_surfaces_of_other_expiries_do_not_mix() -> None:
    one = of_one_expiry(0.5).first
    other = EssviSurface(np.array([0.6]), one.slices)
    with pytest.raises(MalformedCallError, match="second: expected the expiries of the first"):
        MixtureSurface(one, other, 0.5)
