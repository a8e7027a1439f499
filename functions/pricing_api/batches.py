"""Batches of options: the library's values in the contracts of the routes."""

from typing import Final, get_args

import numpy as np

from pricing_api.answers import column, refusing, valued
from zerodesk.pricing import batches
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.pricing import (
    MAX_FIXINGS,
    Columns,
    FindVolatility,
    FoundVolatility,
    PriceAmericans,
    PriceExotics,
    PriceOptions,
    ValuedAmericans,
    ValuedOptions,
    VolatilityStatus,
)
from zerodesk_aws.entry import count

STATUSES: Final[tuple[VolatilityStatus, ...]] = get_args(VolatilityStatus)
"""By their number in the library."""


def options(asked: PriceOptions) -> ValuedOptions:
    """Return prices and Greeks, as asked."""
    found = _found("options", asked)
    count("OptionsPriced", asked.count)
    return valued(found.columns, asked.count)


def exotics(asked: PriceExotics) -> ValuedOptions:
    """Return the prices.

    Raises
    ------
    ProblemError
        INTAKE_BAD_VALUE: more fixings of arithmetic Asians than one request may take.
    """
    if asked.kind == "arithmetic_asian":
        _bound_fixings(asked)
    found = _found("exotics", asked)
    count("OptionsPriced", asked.count)
    return valued(found.columns, asked.count)


def americans(asked: PriceAmericans) -> ValuedAmericans:
    """Return what is asked of each option, its volatility, and why there is none."""
    found = _found("american", asked)
    count("OptionsPriced", asked.count)
    columns = {name: column(values, asked.count) for name, values in found.columns.items()}
    return ValuedAmericans(
        count=asked.count,
        status=_statuses(found),
        volatility=columns.pop("volatility"),
        results=columns,
    )


def volatilities(asked: FindVolatility) -> FoundVolatility:
    """Return the volatility of each price, and why one has none."""
    found = _found("implied-volatility", asked)
    count("VolatilitiesFound", asked.count)
    return FoundVolatility(
        count=asked.count,
        status=_statuses(found),
        volatility=column(found.columns["volatility"], asked.count),
    )


def _found(kind: str, asked: Columns) -> batches.Valued:
    given = {name: getattr(asked, name) for name in type(asked).model_fields}
    with refusing():
        return batches.valued(kind, given, asked.count)


def _statuses(found: batches.Valued) -> tuple[VolatilityStatus, ...]:
    return tuple(STATUSES[status] for status in found.status.tolist())


def _bound_fixings(asked: PriceExotics) -> None:
    fixings = np.broadcast_to(np.asarray(asked.fixings, np.float64), (asked.count,))
    total = float(fixings.sum())
    if total > MAX_FIXINGS:
        rule = f"at most {MAX_FIXINGS} fixings of all arithmetic Asians of a request together"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "fixings", f"{total:g}", rule)
