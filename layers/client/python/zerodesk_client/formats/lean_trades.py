"""Tick trades as LEAN files record them, with a header row.

Columns: milliseconds since midnight in New York, price in 1/10,000 USD, shares, exchange, sale
condition, suspicious (0 or 1). The day is in the file's name, ``spy_20131008_trades.csv.gz``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from zerodesk_client.formats.trades import FormatError, RecordedTrade, SkippedRow

HEADER: Final = (
    "ms_since_midnight_ET",
    "price_x10000",
    "size",
    "exchange",
    "sale_condition",
    "suspicious",
)
PRICE_DECIMALS: Final = 4
_DAY: Final = re.compile(r"(?<![0-9])((?:19|20)[0-9]{6})(?![0-9])")


class LeanTrades:
    """The format ``lean_trades``."""

    name = "lean_trades"
    description = f"{','.join(HEADER)} (price in 1/10,000 USD, size in shares, time of New York)"
    clock = "America/New_York"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header is LEAN's tick trades'."""
        return tuple(header) == HEADER

    def read(
        self, path: Path, _header: Sequence[str], rows: Iterable[Sequence[str]], /
    ) -> Iterator[RecordedTrade | SkippedRow]:
        """Yield the trades; a row flagged as suspicious, or without size or price, is skipped."""
        day_ms = midnight_ms(path)
        for row, fields in enumerate(rows, start=1):
            try:
                since_midnight_ms, price, size = (int(text) for text in fields[:3])
                suspicious = fields[5]
            except (ValueError, IndexError) as error:
                raise FormatError(
                    f"{path}, row {row}: expected six fields, the first three whole numbers: "
                    f"{','.join(fields)!r}"
                ) from error
            if suspicious != "0":
                yield SkippedRow(row, "flagged as suspicious")
            elif size <= 0 or price <= 0:
                yield SkippedRow(row, "no size or no price")
            else:
                yield RecordedTrade(
                    row,
                    day_ms + since_midnight_ms,
                    Decimal(price).scaleb(-PRICE_DECIMALS),
                    Decimal(size),
                )


def midnight_ms(path: Path) -> int:
    """Return the day that the file's name carries, or 1970-01-01 where it carries none."""
    day = _DAY.search(path.name)
    if day is None:
        return 0
    try:
        midnight = datetime.strptime(day.group(1), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int(midnight.timestamp()) * 1000
