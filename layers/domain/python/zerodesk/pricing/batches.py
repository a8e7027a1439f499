"""Batches by kind: what the pricing routes and the pricing jobs ask of the library, by name.

A batch is told by the fields of its route. Each is one value for all options or an array with one
for each; what is asked of every option comes back in columns, with a status.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing.american import american, american_implied_volatility
from zerodesk.pricing.asian import arithmetic_asian, geometric_asian
from zerodesk.pricing.bachelier import bachelier_implied_volatility
from zerodesk.pricing.barrier import barrier
from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.black_scholes import black76, black_scholes
from zerodesk.pricing.digital import digital
from zerodesk.pricing.forward import forward_value
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback
from zerodesk.pricing.quotes import QuoteStatus

Given = Mapping[str, Any]
"""The fields of a batch; one that may be left out is absent or None."""

_OK: Final = np.asarray(QuoteStatus.OK, np.int8)
_TERMS: Final = ("expiry_years", "rate", "dividend_yield", "volatility")
_EXOTICS: Final[dict[str, tuple[Callable[..., FloatArray], tuple[str, ...]]]] = {
    "arithmetic_asian": (arithmetic_asian, ("option_type", "spot", "strike", *_TERMS, "fixings")),
    "barrier": (
        barrier,
        ("barrier_type", "option_type", "spot", "strike", "barrier_level", *_TERMS, "rebate"),
    ),
    "digital": (digital, ("payoff", "option_type", "spot", "strike", *_TERMS)),
    "fixed_lookback": (
        fixed_lookback,
        ("option_type", "spot", "strike", "running_extremum", *_TERMS),
    ),
    "floating_lookback": (floating_lookback, ("option_type", "spot", "running_extremum", *_TERMS)),
    "forward": (forward_value, ("spot", "strike", "expiry_years", "rate", "dividend_yield")),
    "geometric_asian": (geometric_asian, ("option_type", "spot", "strike", *_TERMS, "fixings")),
}


class Valued(NamedTuple):
    """What was asked of each option: float64 columns, NaN where there is no value, and why."""

    status: NDArray[np.int8]
    """A `QuoteStatus` for each option."""
    columns: dict[str, FloatArray]


def valued(kind: str, given: Given, count: int) -> Valued:
    """Return what a batch asks.

    Parameters
    ----------
    kind : str
        ``options``, ``implied-volatility``, ``american`` or ``exotics``: the name of its route.
    given : mapping of str to array_like
        The fields of that route, in its units.
    count : int
        How many options it is about: the length of every column that comes back.

    Returns
    -------
    Valued
        The outputs that were asked for; ``volatility`` before them for Americans, and alone where
        it is what is looked for; ``price`` alone of exotics. Status OK where all of them are
        finite.

    Raises
    ------
    MalformedCallError
        A field makes no sense for the whole batch; the text begins with its name.

    Examples
    --------
    >>> terms = {"forward": 100.0, "strike": [90.0, -1.0], "expiry_years": 0.5}
    >>> asked = {"option_type": "call", "rate": 0.0, "volatility": 0.2, "outputs": ("price",)}
    >>> found = valued("options", terms | asked, 2)
    >>> found.columns["price"].round(2), found.status
    (array([11.77,   nan]), array([0, 4], dtype=int8))
    """
    found = _VALUED[kind](given)
    columns = {name: np.broadcast_to(values, (count,)) for name, values in found.columns.items()}
    status = np.broadcast_to(found.status, (count,)).copy()
    for values in columns.values():
        status[~np.isfinite(values) & (status == QuoteStatus.OK)] = QuoteStatus.INVALID
    return Valued(status, columns)


def _options(given: Given) -> Valued:
    option = (given["strike"], given["expiry_years"], given["rate"])
    asked = (given["volatility"], given["outputs"])
    if given.get("forward") is not None:
        return _fine(black76(given["option_type"], given["forward"], *option, *asked))
    dividend_yield = given.get("dividend_yield")
    carry = 0.0 if dividend_yield is None else dividend_yield
    return _fine(black_scholes(given["option_type"], given["spot"], *option, carry, *asked))


def _americans(given: Given) -> Valued:
    carry = (given["strike"], given["expiry_years"], given["rate"], given["dividend_yield"])
    accuracy, volatility = given["accuracy"], given.get("volatility")
    status = _OK
    if volatility is None:
        volatility, status = american_implied_volatility(
            given["option_type"], given["price"], given["spot"], *carry, accuracy=accuracy
        )
    results = american(
        given["option_type"],
        given["spot"],
        *carry,
        volatility,
        given["outputs"],
        accuracy=accuracy,
    )
    return Valued(status, {"volatility": np.asarray(volatility, np.float64), **results})


def _volatilities(given: Given) -> Valued:
    bachelier = given["model"] == "bachelier"
    model = bachelier_implied_volatility if bachelier else implied_volatility
    names = ("option_type", "price", "forward", "strike", "expiry_years", "discount")
    found = model(*(given[name] for name in names))
    return Valued(found.status, {"volatility": found.volatility})


def _exotics(given: Given) -> Valued:
    formula, names = _EXOTICS[given["kind"]]
    if given.get("rebate") is None:
        names = tuple(name for name in names if name != "rebate")
    return _fine({"price": formula(*(given[name] for name in names))})


def _fine(columns: dict[str, FloatArray]) -> Valued:
    return Valued(_OK, columns)


_VALUED: Final[dict[str, Callable[[Given], Valued]]] = {
    "options": _options,
    "implied-volatility": _volatilities,
    "american": _americans,
    "exotics": _exotics,
}
