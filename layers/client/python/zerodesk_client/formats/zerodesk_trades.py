"""The plain format: a CSV with a header, whose first three columns are time, price, quantity.

``time`` is ISO 8601 with an offset or Z; ``price`` in the quote currency's and ``quantity`` in the
base currency's units, plain decimals. Further columns are the author's own and are ignored.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from zerodesk.money import NumberError, parse_decimal
from zerodesk_client.formats.trades import FormatError, RecordedTrade, SkippedRow

HEADER: Final = ("time", "price", "quantity")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ZerodeskTrades:
    """The format ``zerodesk_trades``."""

    name = "zerodesk_trades"
    description = f"{','.join(HEADER)}[,...] (ISO 8601 with offset or Z, decimals)"
    clock = "UTC"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header begins with the three columns."""
        return tuple(header[: len(HEADER)]) == HEADER

    def read(
        self, path: Path, _header: Sequence[str], rows: Iterable[Sequence[str]], /
    ) -> Iterator[RecordedTrade | SkippedRow]:
        """Yield the trades; a row without quantity or price is skipped."""
        for row, fields in enumerate(rows, start=1):
            if not fields:
                continue
            try:
                time_ms = _time_ms(fields[0])
                price, quantity = parse_decimal(fields[1]), parse_decimal(fields[2])
            except (NumberError, ValueError, IndexError) as error:
                raise FormatError(f"{path}, row {row}: {error}: {','.join(fields)!r}") from error
            if quantity <= 0 or price <= 0:
                yield SkippedRow(row, "no quantity or no price")
            else:
                yield RecordedTrade(row, time_ms, price, quantity)


def _time_ms(text: str) -> int:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs an offset or Z")
    return (at - EPOCH) // timedelta(milliseconds=1)
