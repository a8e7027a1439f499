"""How the categories of a reference file are asked of the library: one function each."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tests.reference.checking import Category, Inputs
from zerodesk.pricing import american as americans
from zerodesk.pricing import asian as asians
from zerodesk.pricing import barrier as barriers
from zerodesk.pricing import black_scholes as bs
from zerodesk.pricing import digital as digitals
from zerodesk.pricing import lookback as lookbacks
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, least_density
from zerodesk.pricing.surfaces.essvi import SliceRates, Slices, smile_and_growth, total_variance
from zerodesk.pricing.surfaces.smile import durrleman, local_variance
from zerodesk.pricing.surfaces.ssvi import STEEPEST, PowerLaw, butterfly
from zerodesk.pricing.surfaces.svi import SviSlice

# The tables found minima by golden section around the lowest of 801 points, so one at the end of
# the range was sought up to one point beyond it.
SVI_SCAN_STEPS: Final = 800


def european(case: Inputs) -> Mapping[str, Any]:
    return _floats(
        bs.black_scholes(
            case["type"],
            case["S"],
            case["K"],
            case["T"],
            case["r"],
            case["q"],
            case["sigma"],
            outputs=bs.OUTPUTS,
        )
    )


def black76(case: Inputs) -> Mapping[str, Any]:
    return _floats(
        bs.black76(
            case["type"],
            case["F"],
            case["K"],
            case["T"],
            case["r"],
            case["sigma"],
            outputs=bs.OUTPUTS,
        )
    )


def implied_vol(case: Inputs) -> Mapping[str, Any]:
    volatility, status = implied_volatility(
        case["type"], case["price"], case["F"], case["K"], case["T"], case["discount"]
    )
    return {"sigma": float(volatility), "status": QuoteStatus(int(status)).name.lower()}


def american(case: Inputs) -> Mapping[str, Any]:
    option = (case["type"], case["S"], case["K"], *_terms(case))
    price = float(americans.american(*option)["price"])
    european = float(bs.black_scholes(*option)["price"])
    return {"price": price, "european": european, "premium": price - european}


def digital(case: Inputs) -> Mapping[str, Any]:
    payoff = "asset" if case["kind"].startswith("asset") else "cash"
    return _price(digitals.digital(payoff, case["type"], case["S"], case["K"], *_terms(case)))


def barrier(case: Inputs) -> Mapping[str, Any]:
    levels = (case["S"], case["K"], case["H"])
    terms = (*_terms(case), case["rebate"])
    return _price(barriers.barrier(case["barrier"], case["type"], *levels, *terms))


def lookback(case: Inputs) -> Mapping[str, Any]:
    if case["kind"] == "floating":
        levels = (case["S"], case["running_extremum"])
        return _price(lookbacks.floating_lookback(case["type"], *levels, *_terms(case)))
    strikes = (case["S"], case["K"], case["running_extremum"])
    return _price(lookbacks.fixed_lookback(case["type"], *strikes, *_terms(case)))


def asian_geometric(case: Inputs) -> Mapping[str, Any]:
    levels = (case["S"], case["K"])
    terms = (*_terms(case), case["n_fixings"])
    return _price(asians.geometric_asian(case["type"], *levels, *terms))


def asian_arithmetic(case: Inputs) -> Mapping[str, Any]:
    levels = (case["S"], case["K"])
    terms = (*_terms(case), case["n_fixings"])
    return _price(asians.arithmetic_asian(case["type"], *levels, *terms))


def svi(case: Inputs) -> Mapping[str, Any]:
    svi_slice = _svi_slice(case)
    low, high = case["k_range"]
    step = (high - low) / SVI_SCAN_STEPS
    smile = svi_slice.smile(case["k_points"])
    least = least_density(svi_slice, low - step, high + step)
    return {
        "total_variance": smile.variance.tolist(),
        "g": durrleman(np.array(case["k_points"]), smile).tolist(),
        "g_min": least.value,
        "k_at_g_min": least.moneyness,
        "butterfly_arbitrage_free": not has_butterfly_arbitrage(svi_slice),
        "w_min": svi_slice.least_variance,
        "lee_left_slope": svi_slice.left_slope,
        "lee_right_slope": svi_slice.right_slope,
    }


def svi_jw(case: Inputs) -> Mapping[str, Any]:
    wings = _svi_slice(case).jump_wings(case["T"])
    return dict(zip(("v", "psi", "p", "c", "v_tilde"), wings, strict=True))


def ssvi(case: Inputs) -> Mapping[str, Any]:
    theta = np.array(case["theta"])
    law = PowerLaw(case["rho"], case["eta"], case["gamma"])
    slices = Slices.of_power_law(law, theta)
    wing, bend = butterfly(theta, slices.rho, law.bend(theta).phi)
    return {
        "total_variance": total_variance(np.array(case["k_points"]), slices).tolist(),
        "theta_phi_cond": float(wing),
        "theta_phi2_cond": float(bend),
        "sufficient_butterfly_free": bool(wing < STEEPEST and bend <= STEEPEST),
    }


def local_vol(case: Inputs) -> Mapping[str, Any]:
    theta = np.array(case["s2"] * case["T"])
    law = PowerLaw(case["rho"], case["eta"], 0.5)
    phi, derivative = law.bend(theta)
    psi, psi_growth = theta * phi, case["s2"] * (phi + theta * derivative)
    growths = (np.array(case["s2"]), psi_growth, case["rho"] * psi_growth)
    rates = SliceRates(theta, psi, case["rho"] * psi, *growths)
    moneyness = np.array(case["k"])
    variance = float(local_variance(moneyness, *smile_and_growth(moneyness, rates)))
    return {"local_variance": variance, "local_vol": variance**0.5}


def _svi_slice(case: Inputs) -> SviSlice:
    return SviSlice(case["a"], case["b"], case["rho"], case["m"], case["sigma"])


def _terms(case: Inputs) -> tuple[Any, Any, Any, Any]:
    return case["T"], case["r"], case["q"], case["sigma"]


def _price(price: Any) -> Mapping[str, Any]:
    return {"price": float(price)}


def _floats(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: float(value) for name, value in values.items()}


LIBRARY: Final[dict[str, Category]] = {
    "european": european,
    "black76": black76,
    "implied_vol": implied_vol,
    "american": american,
    "asian_geometric": asian_geometric,
    "asian_arithmetic": asian_arithmetic,
    "barrier": barrier,
    "lookback": lookback,
    "digital": digital,
    "svi": svi,
    "svi_jw": svi_jw,
    "ssvi": ssvi,
    "local_vol": local_vol,
}
