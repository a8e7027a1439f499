"""How large a job and its chunks may be: one call prices a chunk, in a tenth of its time-out."""

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

MAX_ROWS: Final = 1_000_000
MAX_CHUNKS: Final = 500
"""As many as a million precise Americans need; one listing of a folder shows them all."""
ROWS: Final = 10_000
"""Of a chunk, as of a request: from half a second, to half a minute for American volatilities."""
ROWS_PRECISE: Final = 2_000
"""Of precise Americans, which take five times as long."""
FIXINGS: Final = 2_000
"""Of all arithmetic Asians of a chunk: each fixing is a convolution."""


class Capacity(NamedTuple):
    """What a chunk holds: so many rows, and together no more than a weight."""

    rows: int
    weight: float = math.inf
    weigh: Callable[[bytes], float] = lambda _: 0.0


def capacity_of(request: dict[str, Any]) -> Capacity:
    """Return what a chunk of a job holds.

    Examples
    --------
    >>> asian = {"kind": "arithmetic_asian", "fixings": 252.0}
    >>> capacity = capacity_of({"kind": "exotics", "terms": asian, "columns": ["spot", "strike"]})
    >>> capacity.weight, capacity.weigh(b"100,95")
    (2000, 252.0)
    """
    terms, columns = request["terms"], request["columns"]
    if terms.get("accuracy") == "precise":
        return Capacity(ROWS_PRECISE)
    if terms.get("kind") != "arithmetic_asian":
        return Capacity(ROWS)
    if "fixings" in terms:
        return Capacity(ROWS, FIXINGS, lambda _: max(1.0, terms["fixings"]))
    place = columns.index("fixings")
    return Capacity(ROWS, FIXINGS, lambda row: _fixings(row, place))


def _fixings(row: bytes, place: int) -> float:
    """Return how many fixings a row has; what cannot be read, or is too much, is not priced."""
    try:
        found = float(row.split(b",")[place].strip(b' "'))
    except (IndexError, ValueError):
        return 1.0
    return found if 1.0 <= found <= FIXINGS else 1.0
