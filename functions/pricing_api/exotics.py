"""Exotic options: which function of the library prices which kind."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from pricing_api.answers import refusing, valued
from zerodesk.pricing.asian import arithmetic_asian, geometric_asian
from zerodesk.pricing.barrier import barrier
from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.digital import digital
from zerodesk.pricing.forward import forward_value
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.pricing import MAX_FIXINGS, PriceExotics, ValuedOptions
from zerodesk_aws.entry import count

_TERMS: Final = ("expiry_years", "rate", "dividend_yield", "volatility")
_KINDS: Final[dict[str, tuple[Callable[..., FloatArray], tuple[str, ...]]]] = {
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


def priced(asked: PriceExotics) -> ValuedOptions:
    """Return the prices.

    Raises
    ------
    ProblemError
        INTAKE_BAD_VALUE: more fixings of arithmetic Asians than one request may take.
    """
    if asked.kind == "arithmetic_asian":
        _bound_fixings(asked)
    formula, names = _KINDS[asked.kind]
    arguments: list[Any] = [getattr(asked, name) for name in names]
    if asked.kind == "barrier" and asked.rebate is None:
        arguments.pop()
    with refusing():
        price = formula(*arguments)
    count("OptionsPriced", asked.count)
    return valued({"price": price}, asked.count)


def _bound_fixings(asked: PriceExotics) -> None:
    fixings = np.broadcast_to(np.asarray(asked.fixings, np.float64), (asked.count,))
    total = float(fixings.sum())
    if total > MAX_FIXINGS:
        rule = f"at most {MAX_FIXINGS} fixings of all arithmetic Asians of a request together"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "fixings", f"{total:g}", rule)
