"""Which trades of a file are replayed: from where, how many, and which rows are left out."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from zerodesk_client.formats import RecordedTrade, SkippedRow, open_trades

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
class Selection:
    """The trades to replay, in the file's order, and the rows that were left out, by reason."""

    format_name: str
    clock: str
    trades: tuple[RecordedTrade, ...]
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


def select(path: Path, start: Start, limit: int | None) -> Selection:
    """Read the trades to replay.

    Raises
    ------
    FormatError
        The file cannot be read.
    SelectionError
        No trade is at or after the start.
    """
    trades: list[RecordedTrade] = []
    skipped: Counter[str] = Counter()
    reached = False
    with open_trades(path) as (trade_format, rows):
        for row in rows:
            if limit is not None and len(trades) >= limit:
                break
            time_ms = None if isinstance(row, SkippedRow) else row.time_ms
            reached = reached or start.is_reached(row.row, time_ms)
            if not reached:
                continue
            if isinstance(row, SkippedRow):
                skipped[row.reason] += 1
            else:
                trades.append(row)
        name, clock = trade_format.name, trade_format.clock
    if not trades:
        raise SelectionError(f"{path}: no trade at or after the start")
    return Selection(name, clock, tuple(trades), dict(skipped))
