"""A chain as a file has it: quotes at one time, and what the file says about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from zerodesk.pricing.surfaces.chain import OptionChain
from zerodesk_client.formats import FormatError

NEW_YORK: Final = ZoneInfo("America/New_York")
CLOSE: Final = time(16, 0)
OPEN: Final = time(9, 30)
SATURDAY: Final = 5
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ChainOptions:
    """What a user says about a file that does not say it itself."""

    as_of: datetime | None = None
    at: time | None = None
    """The time of day to take, of a file with many, where it was recorded."""
    spot: float | None = None
    underlying: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One option with its quote; NaN for a side that nobody quotes."""

    option_type: str
    strike: float
    expiry: datetime
    bid: float
    ask: float


@dataclass(frozen=True, slots=True)
class RecordedChain:
    """The quotes of one underlying at one time."""

    underlying: str
    as_of: datetime
    exercise: str
    """``european`` or ``american``."""
    spot: float | None
    contracts: tuple[Contract, ...]
    notes: tuple[str, ...] = ()
    """What a reader of figures made from it should know."""

    @property
    def chain(self) -> OptionChain:
        """Return the quotes as arrays; times to expiry in years of 365 days."""
        return OptionChain.of(
            [contract.option_type for contract in self.contracts],
            [contract.strike for contract in self.contracts],
            [(contract.expiry - self.as_of) / YEAR for contract in self.contracts],
            [contract.bid for contract in self.contracts],
            [contract.ask for contract in self.contracts],
        )

    @property
    def expiries(self) -> Mapping[float, datetime]:
        """Return the expiries by their times in years, as `chain` has them."""
        return {(expiry - self.as_of) / YEAR: expiry for expiry in self._expiries()}

    def _expiries(self) -> set[datetime]:
        return {contract.expiry for contract in self.contracts}


class ChainFormat(Protocol):
    """How one kind of file is read."""

    @property
    def name(self) -> str:
        """What the format is called."""

    @property
    def description(self) -> str:
        """Its columns and units, for those whose file is none."""

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether a file with this header line has the format."""

    def read(
        self,
        path: Path,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        options: ChainOptions,
        /,
    ) -> RecordedChain:
        """Return the chain of a file.

        Raises
        ------
        FormatError
            A row is none, or what the options must say is missing.
        """


def new_york(day: date, at: time) -> datetime:
    """Return a time of day in New York as UTC."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def last_trading_day(expiry: date) -> date:
    """Return when an option last traded: until 2015 monthly ones expired on a Saturday."""
    return expiry - timedelta(days=1) if expiry.weekday() == SATURDAY else expiry


def day_of(text: str) -> date:
    """Return a day written as ``20140609`` or ``2014-06-09``."""
    return date.fromisoformat(text)


def price_of(text: str, scale: float = 1.0) -> float:
    """Return a price, NaN for an empty field."""
    return float(text) / scale if text else float("nan")


def bad_row(path: Path, row: int, fields: Sequence[str], expected: str) -> FormatError:
    """Return the error of a row that is none."""
    return FormatError(f"{path}, row {row}: expected {expected}: {','.join(fields)[:200]!r}")
