"""How the categories of a reference file are asked of the library: one function each."""

from collections.abc import Mapping
from typing import Any, Final

from tests.reference.checking import Category, Inputs
from zerodesk.pricing import american as americans
from zerodesk.pricing import asian as asians
from zerodesk.pricing import barrier as barriers
from zerodesk.pricing import black_scholes as bs
from zerodesk.pricing import digital as digitals
from zerodesk.pricing import lookback as lookbacks
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.quotes import QuoteStatus


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
}
