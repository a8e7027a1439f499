"""Which rows of a file are replayed: from where, how many, and which are left out."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Generic, TypeVar

from zerodesk_client.formats import (
    RecordedQuote,
    RecordedTrade,
    SkippedRow,
    open_quotes,
    open_trades,
)

Row = TypeVar("Row", RecordedTrade, RecordedQuote)

DAY_MS: Final = 24 * 60 * 60 * 1000
_TIME_OF_DAY: Final = re.compile(
    r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,3}))?)?"
)
START_RULE: Final = "a row number from 1, a time of day 09:30[:00[.000]], or an ISO 8601 time"


class SelectionError(ValueError):
    """Nothing to replay, or a start that cannot be read."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a replay begins: at a row, at a time of day or at a time, of the file's own clock."""

    row: int = 1
    time_of_day_ms: int | None = None
    time_ms: int | None = None

    def is_reached(self, row: int, time_ms: int | None) -> bool:
        """Whether a row is at or after the start; one without a time never reaches a time."""
        if self.time_of_day_ms is not None:
            return time_ms is not None and time_ms % DAY_MS >= self.time_of_day_ms
        if self.time_ms is not None:
            return time_ms is not None and time_ms >= self.time_ms
        return row >= self.row


@dataclass(frozen=True, slots=True)
class Selection(Generic[Row]):
    """The rows to replay, in the file's order, and those that were left out, by reason."""

    format_name: str
    clock: str
    rows: tuple[Row, ...]
    skipped: dict[str, int]


def parse_start(text: str) -> Start:
    """Return the start that ``text`` means.

    Raises
    ------
    SelectionError
        It is none of the three kinds.

    Examples
    --------
    >>> parse_start("1200").row, parse_start("9:30").time_of_day_ms
    (1200, 34200000)
    """
    if text.isascii() and text.isdecimal() and int(text) > 0:
        return Start(row=int(text))
    found = _TIME_OF_DAY.fullmatch(text)
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
        since_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000
        return Start(time_of_day_ms=since_ms + int((found.group(4) or "0").ljust(3, "0")))
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise SelectionError(f"{text!r} is no start: {START_RULE}") from error
    # A time without an offset is in the file's clock, as its trades are.
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return Start(time_ms=round(at.timestamp() * 1000))


def select(path: Path, start: Start, limit: int | None) -> Selection[RecordedTrade]:
    """Read the trades to replay.

    Raises
    ------
    FormatError
        The file cannot be read.
    SelectionError
        No trade is at or after the start.
    """
    with open_trades(path) as (trade_format, rows):
        found, skipped = _chosen(rows, start, limit)
    if not found:
        raise SelectionError(f"{path}: no trade at or after the start")
    return Selection(trade_format.name, trade_format.clock, found, skipped)


def select_quotes(path: Path, start: Start, limit: int | None) -> Selection[RecordedQuote]:
    """Read the quotes to replay, as ``select`` reads trades."""
    with open_quotes(path) as (quote_format, rows):
        found, skipped = _chosen(rows, start, limit)
    if not any(quote.quantity for quote in found):
        raise SelectionError(f"{path}: no quote at or after the start")
    return Selection(quote_format.name, quote_format.clock, found, skipped)


def _chosen(
    rows: Iterable[Row | SkippedRow], start: Start, limit: int | None
) -> tuple[tuple[Row, ...], dict[str, int]]:
    chosen: list[Row] = []
    skipped: Counter[str] = Counter()
    reached = False
    for row in rows:
        if limit is not None and len(chosen) >= limit:
            break
        time_ms = None if isinstance(row, SkippedRow) else row.time_ms
        reached = reached or start.is_reached(row.row, time_ms)
        if not reached:
            continue
        if isinstance(row, SkippedRow):
            skipped[row.reason] += 1
        else:
            chosen.append(row)
    return tuple(chosen), dict(skipped)
