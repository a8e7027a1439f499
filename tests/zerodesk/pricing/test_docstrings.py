"""What a user of the library calls says of itself what it takes, gives and refuses, and by whom."""

import doctest
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from zerodesk.pricing import (
    american,
    asian,
    bachelier,
    barrier,
    black_scholes,
    digital,
    forward,
    implied_volatility,
    lookback,
    option_quote,
)
from zerodesk.pricing.surfaces import (
    arbitrage,
    calibration,
    early_exercise,
    essvi,
    mixture,
    mixture_fit,
    parity,
    smile,
    smile_fit,
    ssvi,
    svi_fit,
)

CALLED: tuple[Callable[..., Any], ...] = (
    american.american,
    american.american_implied_volatility,
    asian.arithmetic_asian,
    asian.geometric_asian,
    bachelier.bachelier,
    bachelier.bachelier_implied_volatility,
    barrier.barrier,
    black_scholes.black76,
    black_scholes.black_scholes,
    digital.digital,
    forward.forward_price,
    forward.forward_value,
    implied_volatility.implied_volatility,
    lookback.fixed_lookback,
    lookback.floating_lookback,
    calibration.calibrate,
    svi_fit.fit_svi,
    option_quote.quote_option,
)
# What stands behind these, and is called by whoever builds a surface of his own.
BUILDING_BLOCKS: tuple[Callable[..., Any], ...] = (
    arbitrage.has_butterfly_arbitrage,
    arbitrage.has_calendar_arbitrage,
    arbitrage.least_density,
    arbitrage.turning_points,
    calibration.inputs_sha256,
    early_exercise.without_early_exercise,
    essvi.EssviSurface,
    essvi.total_variance,
    implied_volatility.normalised_deviation,
    mixture.MixtureSurface,
    mixture.normalised,
    mixture_fit.fit_mixture,
    parity.imply_carry,
    smile.durrleman,
    smile.local_variance,
    smile_fit.fit_chart,
    ssvi.PowerLaw,
    ssvi.butterfly,
    ssvi.steepest_eta,
)
SECTIONS = ("Parameters", "Returns", "Raises", "References", "Examples")


def functions_of_the_analytics() -> set[Callable[..., Any]]:
    modules = (american, asian, barrier, black_scholes, digital, forward, lookback)
    return {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    }


def test_every_function_of_the_analytics_is_among_them() -> None:
    assert functions_of_the_analytics() <= set(CALLED)


@pytest.mark.parametrize("function", CALLED, ids=lambda one: one.__name__)
def test_a_docstring_has_every_section_and_every_parameter(function: Callable[..., Any]) -> None:
    text = inspect.getdoc(function) or ""
    for section in SECTIONS:
        assert f"{section}\n{'-' * len(section)}\n" in text, section
    described = text.partition("Parameters\n")[2].partition("\nReturns\n")[0]
    for name in inspect.signature(function).parameters:
        assert name in described, name


@pytest.mark.parametrize("function", CALLED + BUILDING_BLOCKS, ids=lambda one: one.__name__)
def test_its_examples_run(function: Callable[..., Any]) -> None:
    module = inspect.getmodule(function)
    assert module is not None
    [found] = [
        one
        for one in doctest.DocTestFinder(recurse=False).find(
            function, function.__name__, module=module, globs=dict(vars(module))
        )
        if one.examples
    ]
    ran = doctest.DocTestRunner(verbose=False).run(found)
    assert ran.attempted > 0
    assert ran.failed == 0
