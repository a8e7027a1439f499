"""Arrays of the library to columns of an answer, and its refusals to problems."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from zerodesk.pricing.batch import FloatArray, MalformedCallError
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.pricing import ValuedOptions


def column(values: FloatArray, count: int) -> tuple[float | None, ...]:
    """Return one value for each option, None where there is none."""
    whole = np.broadcast_to(values, (count,))
    return tuple(value if np.isfinite(value) else None for value in whole.tolist())


def valued(results: Mapping[str, FloatArray], count: int) -> ValuedOptions:
    """Return what was asked of each option, and whether all of it has a value."""
    columns = {name: column(values, count) for name, values in results.items()}
    finite = np.ones(count, np.bool_)
    for values in results.values():
        finite &= np.isfinite(values)
    return ValuedOptions(
        count=count,
        status=tuple("OK" if is_finite else "INVALID" for is_finite in finite.tolist()),
        results=columns,
    )


@contextmanager
def refusing(place: str = "") -> Iterator[None]:
    """Turn the library's refusal of a call into the problem of a field, whose name it begins with.

    Parameters
    ----------
    place
        Where in the request its arguments are, with the point behind.
    """
    try:
        yield
    except MalformedCallError as error:
        field, _, told = str(error).partition(": ")
        rule, _, value = told.partition(", was ")
        raise refused(ProblemCode.INTAKE_BAD_VALUE, f"{place}{field}", value, rule) from error
