"""Open a file of recorded trades or quotes, whatever format it has."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from zerodesk_client.formats.lean_quotes import LeanQuotes, RecordedQuote
from zerodesk_client.formats.registry import known_formats
from zerodesk_client.formats.trades import FormatError, RecordedTrade, SkippedRow, TradeFormat

QUOTES: Final = LeanQuotes()
"""The one format of quotes."""
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
    with _open_rows(path) as (header, rows):
        trade_format = _format_of(path, header)
        yield trade_format, trade_format.read(path, header, rows)


@contextmanager
def open_quotes(path: Path) -> Iterator[tuple[LeanQuotes, Iterator[RecordedQuote | SkippedRow]]]:
    """Open a file of quotes as ``open_trades`` opens one of trades."""
    with _open_rows(path) as (header, rows):
        if not QUOTES.recognises(header):
            raise FormatError(f"{path}: no quotes are in a file with the header {header!r}")
        yield QUOTES, QUOTES.read(path, rows)


def holds_quotes(path: Path) -> bool:
    """Say whether a file has quotes and not trades."""
    with _open_rows(path) as (header, _):
        return QUOTES.recognises(header)


@contextmanager
def _open_rows(path: Path) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """Yield the header and the rows of a file."""
    try:
        with open_text(path) as file:
            csv.field_size_limit(MAX_FIELD_CHARACTERS)
            rows = csv.reader(file)
            header = [name.strip() for name in next(rows, [])]
            yield header, rows
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
    described = [(one.name, one.description) for one in formats]
    described.append((QUOTES.name, QUOTES.description))
    known = "\n".join(f"  {name}: {description}" for name, description in described)
    raise FormatError(f"{path}: no known format has the header {header!r}. Known formats:\n{known}")
