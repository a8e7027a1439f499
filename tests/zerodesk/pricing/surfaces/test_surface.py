"""A surface as it is kept and asked."""

import copy
import json
import math
from typing import Any

import numpy as np
import pytest

from tests.zerodesk.pricing.surfaces.chains import CARRY, EXPIRIES, RATE, SPOT, a_surface
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.surfaces.surface import OUTPUTS, VolatilitySurface


def test_prices_and_greeks_are_those_of_its_own_volatility() -> None:
    strike, years = np.array([80.0, 100.0, 130.0]), np.array([[0.3], [1.7]])
    names = ("price", "delta", "vega", "volatility", "forward", "discount")
    got = a_surface().evaluate("put", strike, years, names)
    forward = SPOT * np.exp((RATE - CARRY) * years)
    assert got["forward"] == pytest.approx(np.broadcast_to(forward, (2, 3)))
    assert got["discount"] == pytest.approx(np.broadcast_to(np.exp(-RATE * years), (2, 3)))
    model = black76(
        "put", forward, strike, years, RATE, got["volatility"], ("price", "delta", "vega")
    )
    for name, values in model.items():
        assert got[name] == pytest.approx(values, rel=1e-9)


def test_rates_and_growth_go_on_beyond_the_last_expiry() -> None:
    names = ("forward", "discount")
    got = a_surface().evaluate("call", 100.0, [0.001, 5.0], names)
    years = np.array([0.001, 5.0])
    assert got["discount"] == pytest.approx(np.exp(-RATE * years), rel=1e-12)
    assert got["forward"] == pytest.approx(SPOT * np.exp((RATE - CARRY) * years), rel=1e-12)


def test_far_wings_keep_within_lees_bound() -> None:
    surface = a_surface()
    strikes = SPOT * np.exp(np.array([-40.0, 40.0]))
    volatility = surface.evaluate("call", strikes, 0.5, ("volatility",))["volatility"]
    variance = volatility**2 * 0.5
    assert np.all(variance < 2.0 * 40.0)


def test_volatility_stands_still_in_deviations_before_the_first_expiry() -> None:
    surface = a_surface()
    first = EXPIRIES[0]
    early = 0.25 * first
    forwards = surface.forward_at(np.array([early, first]))
    shift = 0.1
    strikes = forwards * np.exp([0.5 * shift, shift])
    volatility = surface.evaluate("call", strikes, [early, first], ("volatility",))["volatility"]
    assert volatility[0] == pytest.approx(volatility[1], rel=1e-12)


@pytest.mark.parametrize("strike", [math.nan, 0.0, -1.0, math.inf])
def test_a_strike_that_makes_no_sense_gives_nan_in_its_place(strike: float) -> None:
    got = a_surface().evaluate("call", [strike, 100.0], 0.5, OUTPUTS)
    for values in got.values():
        assert np.isnan(values).tolist() == [True, False]


@pytest.mark.parametrize("years", [math.nan, 0.0, -1.0, math.inf])
def test_a_time_that_makes_no_sense_gives_nan_in_its_place(years: float) -> None:
    got = a_surface().evaluate("call", 100.0, [years, 0.5], OUTPUTS)
    for values in got.values():
        assert np.isnan(values).tolist() == [True, False]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ((["call"] * 2, [90.0, 100.0, 110.0], 0.5, ("price",)), "does not broadcast"),
        (("call", 100.0, 0.5, ("smell",)), "outputs: no 'smell'"),
        (("call", "100", 0.5, ("price",)), "strike: expected real numbers"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(call: tuple[Any, ...], message: str) -> None:
    with pytest.raises(MalformedCallError, match=message):
        a_surface().evaluate(*call)


def test_a_kept_surface_is_the_same_surface() -> None:
    surface = a_surface()
    again = VolatilitySurface.from_dict(json.loads(json.dumps(surface.to_dict())))
    assert again.to_dict() == surface.to_dict()
    assert again.provenance == surface.provenance
    one, other = (
        s.evaluate("put", [70.0, 100.0], 0.4, ("price", "local_volatility"))
        for s in (surface, again)
    )
    assert one["price"].tolist() == other["price"].tolist()
    assert one["local_volatility"].tolist() == other["local_volatility"].tolist()


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    document: Any = copy.deepcopy(a_surface().to_dict())
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    kept: dict[str, Any] = document
    return kept


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed(("format",), "zerodesk.book"), "format: expected 'zerodesk.surface'"),
        (changed(("version",), 3), "version: expected 1 or 2, was 3"),
        (changed(("underlying",), None), "underlying: expected text"),
        (changed(("expiries",), []), "expiries: expected a list"),
        (changed(("expiries", 3), "row"), "expiries.3.expiry_years: expected a number"),
        (changed(("expiries", 3, "rho"), "low"), "expiries.3.rho: expected a number, was 'low'"),
        (changed(("expiries", 3, "forward"), -1.0), "forward: expected positive numbers"),
        (changed(("expiries", 3, "theta"), 1.5e-3), "theta: variance at the money falls"),
    ],
)
def test_a_document_that_is_no_surface_is_refused_by_field(
    document: dict[str, Any], message: str
) -> None:
    with pytest.raises(MalformedCallError, match=message):
        VolatilitySurface.from_dict(document)


def test_forwards_are_one_an_expiry() -> None:
    surface = a_surface()
    with pytest.raises(MalformedCallError, match="forward: expected one number an expiry"):
        VolatilitySurface(surface.variance, np.array([100.0]), surface.discount, surface.provenance)


def test_local_volatility_of_a_flat_surface_is_its_volatility() -> None:
    surface = a_surface()
    at = (surface.forward_at(np.array([0.4])), 0.4, ("local_volatility", "volatility"))
    got = surface.evaluate("call", *at)
    # At the forward of a smile it is the growth of variance over a density near one.
    assert float(got["local_volatility"][0]) == pytest.approx(float(got["volatility"][0]), rel=0.1)
