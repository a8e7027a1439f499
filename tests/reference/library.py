"""How the categories of a reference file are asked of the library: one function each."""

from collections.abc import Mapping
from typing import Any, Final

from tests.reference.checking import Category, Inputs
from zerodesk.pricing import black_scholes as bs
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


def _floats(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: float(value) for name, value in values.items()}


LIBRARY: Final[dict[str, Category]] = {
    "european": european,
    "black76": black76,
    "implied_vol": implied_vol,
}
