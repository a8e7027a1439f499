"""Rows of text to columns of numbers, and values back to rows.

What cannot be read is NaN, and the library answers NaN for that: a bad row has a status of its own
and disturbs no other.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from zerodesk.pricing.batch import BoolArray, FloatArray
from zerodesk.pricing.batches import valued
from zerodesk.pricing.quotes import QuoteStatus

WORDS: Final = {
    "option_type": ("call", "put"),
    "barrier_type": ("down-in", "down-out", "up-in", "up-out"),
    "payoff": ("cash", "asset"),
}
"""What the columns hold that are no numbers."""
MAX_CHARACTERS: Final = 40
"""Of a number, as in a request: twice what binary64 has digits for."""
MAX_FIXINGS: Final = 2_000
FIXINGS: Final = np.arange(MAX_FIXINGS + 1)
"""Of one Asian: the library refuses a whole call for any other number."""


def priced(request: dict[str, Any], rows: bytes) -> bytes:
    """Return the result of a chunk: for each row its status and its values, nothing for NaN."""
    lines = rows.decode("utf-8", errors="replace").split("\n")
    given, unreadable = _read(request["columns"], lines)
    if "fixings" in given:
        _replace(given["fixings"], ~np.isin(given["fixings"], FIXINGS), 0.0, unreadable)
    found = valued(request["kind"], request["terms"] | given, len(lines))
    status = np.where(unreadable, QuoteStatus.INVALID, found.status)
    for_all = [np.where(unreadable, np.nan, values) for values in found.columns.values()]
    return _written([QuoteStatus(one).name for one in status.tolist()], for_all)


def _read(columns: Sequence[str], lines: Sequence[str]) -> tuple[dict[str, Any], BoolArray]:
    """Return the columns, and which rows hold another number of cells or unknown words."""
    cells = [line.split(",") for line in lines]
    unreadable = np.array([len(row) != len(columns) for row in cells])
    nothing = [""] * len(columns)
    whole = [nothing if bad else row for row, bad in zip(cells, unreadable.tolist(), strict=True)]
    given: dict[str, Any] = {}
    for name, texts in zip(columns, zip(*whole, strict=True), strict=True):
        if name in WORDS:
            words = [text.strip(' "') for text in texts]
            known = np.isin(words, WORDS[name])
            unreadable |= ~known
            given[name] = np.where(known, words, WORDS[name][0])
        else:
            given[name] = np.array([_number(text) for text in texts])
    return given, unreadable


def _replace(column: FloatArray, bad: BoolArray, stand_in: float, unreadable: BoolArray) -> None:
    """Take values out of a column, and remember that their rows have none."""
    column[bad] = stand_in
    unreadable |= bad


def _number(text: str) -> float:
    if len(text) > MAX_CHARACTERS or "_" in text or not text.isascii():
        return math.nan
    try:
        return float(text.strip(' "'))
    except ValueError:
        return math.nan


def _written(status: Sequence[str], columns: Sequence[FloatArray]) -> bytes:
    texts = [[_text(value) for value in values.tolist()] for values in columns]
    rows = zip(status, *texts, strict=True)
    return "".join(f"{','.join(row)}\n" for row in rows).encode()


def _text(value: float) -> str:
    """Return the shortest text that reads as the same number; nothing for NaN and infinity."""
    return repr(value) if math.isfinite(value) else ""
