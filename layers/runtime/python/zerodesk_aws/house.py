"""The house on its journals, one stream a currency: fees swept from the books, once each."""

from dataclasses import dataclass
from random import uniform
from typing import Final

from zerodesk.house import Fees, HouseState, fees_of, sweep
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.journal import EMPTY, Journal, SequenceTakenError, Tip
from zerodesk_aws.streams import book_stream

MAX_RECORDS: Final = 1_000
"""Records of a book swept at a time. A stretch of so many is swept even when it collected nothing,
so that no process begins with more than so many that were read before."""

COMMIT_ATTEMPTS: Final = 12
PAUSE_SECONDS_MAX: Final = 0.02


def house_stream(currency: str) -> str:
    """Return the name of the house's stream of a currency."""
    return f"house#{currency}"


@dataclass(frozen=True, slots=True)
class HouseAccount:
    """The house in one currency, as its latest record says; sequence 0 when it has none."""

    currency: str
    tip: Tip
    state: HouseState

    @property
    def sequence(self) -> int:
        """The sequence of the latest record."""
        return self.tip.sequence


class House:
    """The house of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._feeless: dict[str, int] = {}

    def latest(self, currency: str) -> HouseAccount:
        """Return the house in one currency as it stands now, read strongly."""
        record = self._journal.latest(house_stream(currency))
        if record is None:
            return HouseAccount(currency, EMPTY, HouseState())
        return HouseAccount(currency, record.tip, HouseState.from_dict(record.body["state"]))

    def sweep(self, symbol: str, currency: str, *, before_ms: int) -> bool:
        """Sweep a stretch of a book's fees; return whether anything was written.

        Nothing is swept before the first record of the stretch is older than ``before_ms``: so a
        book that trades costs the house a record now and then, not one at each look. Records in
        which this process found no fees are not read again.
        """
        stream = book_stream(symbol)
        watermark = self.latest(currency).state.swept.get(symbol, 0)
        looked = max(watermark, self._feeless.get(symbol, 0))
        first = next(self._journal.read(stream, looked, limit=1), None)
        if first is None or first.recorded_at_ms > before_ms:
            return False
        records = self._journal.read(stream, looked, limit=MAX_RECORDS)
        fees = fees_of(symbol, currency, ((record.sequence, record.body) for record in records))
        if not fees.collected:
            self._feeless[symbol] = fees.upto
            if fees.upto - watermark < MAX_RECORDS:
                return False
        return self._commit(fees)

    def _commit(self, fees: Fees) -> bool:
        """Append what the house lacks of these fees; False if another sweep brought all of them.

        Raises
        ------
        JournalContentionError
            Other writers were first at every try.
        """
        for attempt in range(COMMIT_ATTEMPTS):
            house = self.latest(fees.currency)
            change = sweep(house.state, fees)
            if change is None:
                return False
            stream = house_stream(fees.currency)
            try:
                self._journal.append(stream, house.tip, change.to_body(), at_ms=now_ms())
            except SequenceTakenError:
                sleep(uniform(0, PAUSE_SECONDS_MAX * attempt))  # noqa: S311 - spreads writers
                continue
            return True
        raise JournalContentionError(f"house {fees.currency}: {COMMIT_ATTEMPTS} lost races")
