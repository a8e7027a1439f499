"""Minute quotes of index options as LEAN records them, contracts joined into one table.

Prices and strikes are in 1/10,000 USD, times in milliseconds since midnight in New York, each the
beginning of a minute whose last bid and ask are taken.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from zerodesk_client.chains.recorded import (
    CLOSE,
    OPEN,
    ChainOptions,
    Contract,
    RecordedChain,
    bad_row,
    day_of,
    new_york,
    price_of,
)
from zerodesk_client.formats import FormatError

HEADER: Final = (
    "date",
    "underlying",
    "style",
    "right",
    "strike_x10000",
    "expiry",
    "ms_since_midnight_ET",
)
UNITS: Final = 10_000.0
MINUTE: Final = timedelta(minutes=1)
SETTLED_AT_OPEN: Final = frozenset({"spx"})
"""Roots that settle at the opening of their last day; the others do at its close."""


class _Row(NamedTuple):
    day: date
    underlying: str
    style: str
    minute: timedelta
    contract: Contract


class LeanMinutes:
    """The format ``lean_minutes``."""

    name = "lean_minutes"
    description = f"{','.join(HEADER)},...,bid_close,...,ask_close (1/10,000 USD, time of New York)"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header is that of minute quotes."""
        return tuple(header[: len(HEADER)]) == HEADER and {"bid_close", "ask_close"} <= {*header}

    def read(
        self,
        path: Path,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        options: ChainOptions,
        /,
    ) -> RecordedChain:
        """Return the chain at the end of one minute: the last one of those with most quotes."""
        bid, ask = header.index("bid_close"), header.index("ask_close")
        read = []
        for number, fields in enumerate(rows, start=1):
            try:
                read.append(_row(fields, bid, ask))
            except (ValueError, IndexError) as error:
                raise bad_row(path, number, fields, "a minute of quotes") from error
        if not read:
            raise FormatError(f"{path}: there is no quote in it")
        minute = _minute(path, read, options.at)
        chosen = [row for row in read if row.minute == minute]
        first = chosen[0]
        midnight = datetime.combine(first.day, time(0))
        end = (midnight + minute + MINUTE).time()
        return RecordedChain(
            options.underlying or first.underlying.upper(),
            (options.as_of or new_york(first.day, end)).astimezone(UTC),
            first.style,
            options.spot,
            tuple(row.contract for row in chosen),
        )


def _row(fields: Sequence[str], bid: int, ask: int) -> _Row:
    day, underlying, style, right, strike, expiry, since_midnight = fields[: len(HEADER)]
    settled = OPEN if underlying in SETTLED_AT_OPEN else CLOSE
    contract = Contract(
        right,
        float(strike) / UNITS,
        new_york(day_of(expiry), settled),
        price_of(fields[bid], UNITS),
        price_of(fields[ask], UNITS),
    )
    if right not in ("call", "put"):
        raise ValueError(right)
    return _Row(
        day_of(day), underlying, style, timedelta(milliseconds=int(since_midnight)), contract
    )


def _minute(path: Path, rows: Sequence[_Row], at: time | None) -> timedelta:
    counts = Counter(row.minute for row in rows if row.contract.bid > 0.0)
    if at is not None:
        wanted = timedelta(hours=at.hour, minutes=at.minute)
        if wanted not in counts:
            raise FormatError(f"{path}: there are no quotes of {at:%H:%M}, time of New York")
        return wanted
    if not counts:
        raise FormatError(f"{path}: there is no bid in it")
    most = max(counts.values())
    return max(minute for minute, count in counts.items() if count == most)
