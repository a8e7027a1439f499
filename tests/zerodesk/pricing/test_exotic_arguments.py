"""Bad values and malformed calls, the same for every exotic option."""

import math
from typing import Any

import pytest

from zerodesk.pricing.asian import FIXINGS_MAX, arithmetic_asian, geometric_asian
from zerodesk.pricing.barrier import barrier
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.digital import digital
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback

FORMULAS = {
    "digital": (digital, ("cash", "call", 100.0, 95.0, 0.5, 0.05, 0.02, 0.3), (2, 3, 4, 7)),
    "barrier": (
        barrier,
        ("up-out", "call", 100.0, 95.0, 120.0, 0.5, 0.05, 0.02, 0.3, 1.0),
        (2, 3, 4, 5, 8, 9),
    ),
    "floating": (
        floating_lookback, ("call", 100.0, 95.0, 0.5, 0.05, 0.02, 0.3), (1, 2, 3, 6)
    ),
    "fixed": (fixed_lookback, ("put", 100.0, 90.0, 95.0, 0.5, 0.05, 0.02, 0.3), (1, 2, 3, 4, 7)),
    "geometric": (geometric_asian, ("put", 100.0, 90.0, 0.5, 0.05, 0.02, 0.3, 4), (1, 2, 3, 6)),
    "arithmetic": (arithmetic_asian, ("put", 100.0, 90.0, 0.5, 0.05, 0.02, 0.3, 4), (1, 2, 3, 6)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_a_bad_value_gives_nan_in_its_place_and_nowhere_else(name: str) -> None:
    formula: Any
    formula, arguments, not_negative = FORMULAS[name]
    good = formula(*arguments)
    numeric = [i for i, argument in enumerate(arguments) if isinstance(argument, float)]
    for position in numeric:
        for bad in (math.nan, math.inf, *([-1.0] if position in not_negative else [])):
            terms: list[Any] = list(arguments)
            terms[position] = [terms[position], bad]
            values = formula(*terms)
            assert values[0] == pytest.approx(good, rel=1e-13)
            assert math.isnan(values[1]), (position, bad)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: digital("cheque", "call", 1, 1, 1, 0, 0, 0.2), r"payoff: expected cash"),
        (lambda: barrier("sideways", "call", 1, 1, 1, 1, 0, 0, 0.2), r"barrier_type: expected"),
        (lambda: barrier("up-in", "strangle", 1, 1, 1, 1, 0, 0, 0.2), r"option_type: expected"),
        (lambda: floating_lookback("call", "1", 1, 1, 0, 0, 0.2), r"spot: expected real numbers"),
        (lambda: geometric_asian("call", 1, 1, 1, 0, 0, 0.2, 1.5), r"fixings: expected whole"),
        (lambda: arithmetic_asian("call", 1, 1, 1, 0, 0, 0.2, -1), r"fixings: expected whole"),
        (
            lambda: arithmetic_asian("call", 1, 1, 1, 0, 0, 0.2, FIXINGS_MAX + 1),
            r"fixings: expected whole",
        ),
        (
            lambda: fixed_lookback("call", [1, 2], 1, [1, 2, 3], 1, 0, 0, 0.2),
            r"running_extremum: shape",
        ),
    ],
)
def test_a_malformed_call_is_refused_by_the_name_of_its_argument(call: Any, complaint: str) -> None:
    with pytest.raises(MalformedCallError, match=f"^{complaint}"):
        call()
