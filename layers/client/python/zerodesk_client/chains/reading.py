"""Open a file of an option chain, whatever format it has."""

import csv
import zlib
from pathlib import Path
from typing import Final

from zerodesk_client.chains.lean_minutes import LeanMinutes
from zerodesk_client.chains.lean_universe import LeanUniverse
from zerodesk_client.chains.recorded import ChainFormat, ChainOptions, RecordedChain
from zerodesk_client.chains.zerodesk_chain import ZerodeskChain
from zerodesk_client.formats import FormatError, open_text

FORMATS: Final[tuple[ChainFormat, ...]] = (ZerodeskChain(), LeanUniverse(), LeanMinutes())


def read_chain(path: Path, options: ChainOptions) -> RecordedChain:
    """Return the chain in ``path``, plain or gzip.

    Raises
    ------
    FormatError
        The file cannot be read, its header is no known format's, a row is bad, or it does not say
        what the options would have to.
    """
    try:
        with open_text(path) as file:
            rows = csv.reader(file)
            header = [name.strip() for name in next(rows, [])]
            return _format_of(path, header).read(path, header, rows, options)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{path}: {error}") from error


def _format_of(path: Path, header: list[str]) -> ChainFormat:
    for chain_format in FORMATS:
        if chain_format.recognises(header):
            return chain_format
    known = "\n".join(f"  {entry.name}: {entry.description}" for entry in FORMATS)
    raise FormatError(f"{path}: no known format has the header {header!r}. Known formats:\n{known}")
