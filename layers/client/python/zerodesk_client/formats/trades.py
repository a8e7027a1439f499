"""What a format is, and what it yields."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol


class FormatError(ValueError):
    """A file that cannot be read as recorded trades; the text names the row and the rule."""


@dataclass(frozen=True, slots=True)
class RecordedTrade:
    """One trade of a file.

    ``row`` counts the data rows from 1. ``time_ms`` is milliseconds since 1970-01-01 00:00 in the
    file's own clock (``TradeFormat.clock``): differences and times of day are what matters, so no
    time zone is converted. Price and quantity keep the decimals that the file writes.
    """

    row: int
    time_ms: int
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no trade to replay, and why; the replay reports it."""

    row: int
    reason: str


class TradeFormat(Protocol):
    """An adapter for one kind of file."""

    @property
    def name(self) -> str:
        """A short name, ``lean_trades``."""

    @property
    def description(self) -> str:
        """The header and the units in one line, for the list of known formats."""

    @property
    def clock(self) -> str:
        """The clock of ``time_ms``: a time zone's name or UTC."""

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether a header line is this format's."""

    def read(
        self, path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], /
    ) -> Iterator[RecordedTrade | SkippedRow]:
        """Yield each data row, in the order of the file.

        Raises
        ------
        FormatError
            A row that cannot be read.
        """
