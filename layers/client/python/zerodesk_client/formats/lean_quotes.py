"""Quotes of many venues as LEAN files record them, with a header row.

Columns: milliseconds since midnight in New York, bid in 1/10,000 USD and its shares, the same of
the ask, exchange, quote condition, suspicious (0 or 1). A row has 0 on the side that it leaves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from zerodesk.orders import Side
from zerodesk_client.formats.lean_trades import PRICE_DECIMALS, midnight_ms
from zerodesk_client.formats.trades import FormatError, SkippedRow

HEADER: Final = (
    "ms_since_midnight_ET",
    "bid_x10000",
    "bid_size",
    "ask_x10000",
    "ask_size",
    "exchange",
    "quote_condition",
    "suspicious",
)


@dataclass(frozen=True, slots=True)
class RecordedQuote:
    """What a venue quotes on one side from now on; quantity 0 takes its last quote back.

    ``row`` and ``time_ms`` are as those of a recorded trade.
    """

    row: int
    time_ms: int
    venue: str
    side: Side
    price: Decimal
    quantity: Decimal


class LeanQuotes:
    """The format ``lean_quotes``."""

    name = "lean_quotes"
    description = f"{','.join(HEADER)} (prices in 1/10,000 USD, shares, time of New York)"
    clock = "America/New_York"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header is LEAN's tick quotes'."""
        return tuple(header) == HEADER

    def read(
        self, path: Path, rows: Iterable[Sequence[str]]
    ) -> Iterator[RecordedQuote | SkippedRow]:
        """Yield the quotes, a row's bid before its ask; a suspicious row is skipped."""
        day_ms = midnight_ms(path)
        for row, fields in enumerate(rows, start=1):
            try:
                since_midnight_ms, *numbers = (int(text) for text in fields[:5])
                venue, suspicious = fields[5], fields[7]
            except (ValueError, IndexError) as error:
                raise FormatError(
                    f"{path}, row {row}: expected eight fields, the first five whole numbers: "
                    f"{','.join(fields)!r}"
                ) from error
            sides = [
                (side, price, size)
                for side, price, size in zip(Side, numbers[::2], numbers[1::2], strict=True)
                if price > 0
            ]
            if not venue.isascii() or not venue.isalnum():
                raise FormatError(f"{path}, row {row}: an exchange is letters or digits: {venue!r}")
            if suspicious != "0":
                yield SkippedRow(row, "flagged as suspicious")
            elif not sides or min(size for *_, size in sides) < 0:
                yield SkippedRow(row, "no price, or a size below 0")
            else:
                for side, price, size in sides:
                    yield RecordedQuote(
                        row,
                        day_ms + since_midnight_ms,
                        venue,
                        side,
                        Decimal(price).scaleb(-PRICE_DECIMALS),
                        Decimal(size),
                    )
