"""Follow journals: each run reads only what was appended since the last one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from zerodesk.reconciliation import Breach, BreachCode, Check, Findings
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import EMPTY, Journal, JournalRecord, Tip

TimeIsUp = Callable[[], bool]


class Audit(Protocol):
    """What a journal's records are given to."""

    @property
    def subject(self) -> str:
        """The stream's name."""

    def apply(self, sequence: int, body: dict[str, Any]) -> None:
        """Take the next record in."""

    def found(self) -> Findings:
        """Return what was found so far."""


A = TypeVar("A", bound=Audit)


@dataclass(slots=True)
class Followed(Generic[A]):
    """One journal and its audit. ``current`` says that the audit has seen it to its end."""

    audit: A
    tip: Tip = EMPTY
    current: bool = False
    trouble: Breach | None = None
    checked: int = 0
    readable: bool = True

    def read(self, journal: Journal, time_is_up: TimeIsUp) -> None:
        """Read on from where the last run ended, to the end or until the time is up.

        Once it is up nothing is asked of the journal any more: to find that a stream has nothing
        new takes a read, too, and there may be thousands of them.
        """
        if not self.readable:
            return
        self.current, self.trouble = False, None
        if time_is_up():
            return
        try:
            self.current = self._read(journal, time_is_up)
        except JournalCorruptError as fault:
            self._in_trouble(BreachCode.CHAIN_BROKEN, str(fault))
        except (KeyError, TypeError, ValueError) as fault:
            # The audit may have taken in half of the record: it has to begin anew.
            self.readable = False
            self._in_trouble(BreachCode.RECORD_UNREADABLE, f"not a record: {fault!r}")

    def _read(self, journal: Journal, time_is_up: TimeIsUp) -> bool:
        for record in self._behind(journal):
            self.audit.apply(record.sequence, record.body)
            self.tip = record.tip
            self.checked += 1
            if time_is_up():
                return False
        return True

    def _behind(self, journal: Journal) -> Iterator[JournalRecord]:
        """Yield the records behind the tip, after finding the tip as it was.

        The chain alone would not show that a record was replaced which this process has read.
        """
        stream, known = self.audit.subject, self.tip
        records = journal.read(stream, max(known.sequence - 1, 0))
        if known.sequence:
            standing = next(records, None)
            if standing is None or standing.tip != known:
                raise JournalCorruptError(f"{stream}: record {known.sequence} is not what it was")
        yield from records

    def _in_trouble(self, code: BreachCode, detail: str) -> None:
        self.trouble = Breach(code, self.audit.subject, detail, self.tip.sequence + 1)

    def found(self, symbols: tuple[str, ...]) -> Findings:
        """Return what the audit found, and what is wrong with the journal itself."""
        findings = Findings().add(self.audit.found())
        findings.checked[Check.CHAINS] += self.checked
        if self.trouble is not None:
            findings.breach(replace(self.trouble, symbols=symbols))
        return findings
