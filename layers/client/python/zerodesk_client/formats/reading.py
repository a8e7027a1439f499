"""Open a file of recorded trades, whatever format it has."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from zerodesk_client.formats.registry import known_formats
from zerodesk_client.formats.trades import FormatError, RecordedTrade, SkippedRow, TradeFormat

GZIP_MAGIC: Final = b"\x1f\x8b"
MAX_FIELD_CHARACTERS: Final = 4_096
"""No field of a trade is longer; a longer one is not such a file."""


@contextmanager
def open_trades(path: Path) -> Iterator[tuple[TradeFormat, Iterator[RecordedTrade | SkippedRow]]]:
    """Open ``path``, plain or gzip, and yield its format and its rows, read as they are needed.

    Raises
    ------
    FormatError
        The file cannot be read, its header is no known format's, or, while reading, a row is bad.
    """
    try:
        with open_text(path) as file:
            csv.field_size_limit(MAX_FIELD_CHARACTERS)
            rows = csv.reader(file)
            header = [name.strip() for name in next(rows, [])]
            trade_format = _format_of(path, header)
            yield trade_format, trade_format.read(path, header, rows)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{path}: {error}") from error


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a file of text, plain or gzip."""
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0)
        with (
            gzip.GzipFile(fileobj=raw) if packed else raw as plain,
            io.TextIOWrapper(plain, encoding="utf-8-sig", newline="") as text,
        ):
            yield text


def _format_of(path: Path, header: list[str]) -> TradeFormat:
    formats = known_formats()
    for trade_format in formats:
        if trade_format.recognises(header):
            return trade_format
    known = "\n".join(f"  {entry.name}: {entry.description}" for entry in formats)
    raise FormatError(f"{path}: no known format has the header {header!r}. Known formats:\n{known}")
