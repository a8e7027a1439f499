"""What reconciliation looked at, and what it found wrong."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

MAX_BREACHES_KEPT: Final = 100
"""Breaches kept in full by one set of findings; all are counted. A journal that is wrong from
end to end would otherwise be copied into its own report."""

ID_DIGITS: Final = 20


class Check(StrEnum):
    """What must hold, in the words of the report."""

    ENTRIES = "entries sum to zero"
    BALANCES = "balances equal entries"
    HOLDS = "holds equal open orders"
    POSITIONS = "positions equal fills"
    PROJECTIONS = "projections equal the journal"
    TRANSFERS = "transfers arrive as they were sent"
    CHAINS = "hash chains intact"
    TOTALS = "deposits equal users plus fees"
    STANDSTILLS = "nothing stands still"


class BreachCode(StrEnum):
    """What is wrong. ``CHECK_OF`` says which check found it."""

    ENTRIES_NOT_ZERO = "ENTRIES_NOT_ZERO"
    BALANCE_DIFFERS = "BALANCE_DIFFERS"
    OVERDRAWN = "OVERDRAWN"
    REVERSED_TWICE = "REVERSED_TWICE"
    HOLD_DIFFERS = "HOLD_DIFFERS"
    HOLD_MISSING = "HOLD_MISSING"
    HOLD_NOT_NEED = "HOLD_NOT_NEED"
    EXECUTION_DIFFERS = "EXECUTION_DIFFERS"
    POSTINGS_DIFFER = "POSTINGS_DIFFER"
    POSITION_DIFFERS = "POSITION_DIFFERS"
    FILLS_DIFFER = "FILLS_DIFFER"
    SETTLEMENT_SKIPPED = "SETTLEMENT_SKIPPED"
    WATERMARK_AHEAD = "WATERMARK_AHEAD"
    WATERMARK_WENT_BACK = "WATERMARK_WENT_BACK"
    CURSOR_AHEAD = "CURSOR_AHEAD"
    CURSOR_WENT_BACK = "CURSOR_WENT_BACK"
    PROJECTION_DIFFERS = "PROJECTION_DIFFERS"
    PROJECTION_MISSING = "PROJECTION_MISSING"
    HOLDER_DIFFERS = "HOLDER_DIFFERS"
    TRANSFER_DIFFERS = "TRANSFER_DIFFERS"
    RECEIPT_UNSENT = "RECEIPT_UNSENT"
    CHAIN_BROKEN = "CHAIN_BROKEN"
    RECORD_UNREADABLE = "RECORD_UNREADABLE"
    TOTALS_DIFFER = "TOTALS_DIFFER"
    FEES_DIFFER = "FEES_DIFFER"
    SETTLEMENT_STANDS_STILL = "SETTLEMENT_STANDS_STILL"
    HOLD_STANDS_STILL = "HOLD_STANDS_STILL"
    MARKET_STANDS_STILL = "MARKET_STANDS_STILL"
    LISTING_STANDS_STILL = "LISTING_STANDS_STILL"
    TRANSFER_STANDS_STILL = "TRANSFER_STANDS_STILL"
    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"


CHECK_OF: Final[dict[BreachCode, Check]] = {
    BreachCode.ENTRIES_NOT_ZERO: Check.ENTRIES,
    BreachCode.BALANCE_DIFFERS: Check.BALANCES,
    BreachCode.OVERDRAWN: Check.BALANCES,
    BreachCode.REVERSED_TWICE: Check.BALANCES,
    BreachCode.HOLD_DIFFERS: Check.HOLDS,
    BreachCode.HOLD_MISSING: Check.HOLDS,
    BreachCode.HOLD_NOT_NEED: Check.HOLDS,
    BreachCode.EXECUTION_DIFFERS: Check.POSITIONS,
    BreachCode.POSTINGS_DIFFER: Check.POSITIONS,
    BreachCode.POSITION_DIFFERS: Check.POSITIONS,
    BreachCode.FILLS_DIFFER: Check.POSITIONS,
    BreachCode.SETTLEMENT_SKIPPED: Check.POSITIONS,
    BreachCode.WATERMARK_AHEAD: Check.POSITIONS,
    BreachCode.WATERMARK_WENT_BACK: Check.POSITIONS,
    BreachCode.CURSOR_AHEAD: Check.POSITIONS,
    BreachCode.CURSOR_WENT_BACK: Check.POSITIONS,
    BreachCode.PROJECTION_DIFFERS: Check.PROJECTIONS,
    BreachCode.PROJECTION_MISSING: Check.PROJECTIONS,
    BreachCode.HOLDER_DIFFERS: Check.PROJECTIONS,
    BreachCode.TRANSFER_DIFFERS: Check.TRANSFERS,
    BreachCode.RECEIPT_UNSENT: Check.TRANSFERS,
    BreachCode.CHAIN_BROKEN: Check.CHAINS,
    BreachCode.RECORD_UNREADABLE: Check.CHAINS,
    BreachCode.TOTALS_DIFFER: Check.TOTALS,
    BreachCode.FEES_DIFFER: Check.TOTALS,
    BreachCode.SETTLEMENT_STANDS_STILL: Check.STANDSTILLS,
    BreachCode.HOLD_STANDS_STILL: Check.STANDSTILLS,
    BreachCode.MARKET_STANDS_STILL: Check.STANDSTILLS,
    BreachCode.LISTING_STANDS_STILL: Check.STANDSTILLS,
    BreachCode.TRANSFER_STANDS_STILL: Check.STANDSTILLS,
    BreachCode.ACCOUNT_UNKNOWN: Check.STANDSTILLS,
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong: where, with the numbers, and which books it halts.

    ``subject`` is a stream or an item by name; ``sequence`` the record, where there is one.
    """

    code: BreachCode
    subject: str
    detail: str
    sequence: int | None = None
    symbols: tuple[str, ...] = ()

    @property
    def breach_id(self) -> str:
        """The same for the same trouble in every run, whatever its numbers are by then."""
        place = f"{self.code}\n{self.subject}\n{self.sequence}\n{self.symbols}"
        return hashlib.sha256(place.encode()).hexdigest()[:ID_DIGITS]

    def to_dict(self) -> dict[str, Any]:
        """Return the breach as it stands in the report."""
        told: dict[str, Any] = {
            "code": self.code.value,
            "subject": self.subject,
            "detail": self.detail,
        }
        if self.sequence is not None:
            told["sequence"] = self.sequence
        return told


@dataclass(slots=True)
class Findings:
    """How often each check was made and failed, and the first breaches in full."""

    checked: Counter[Check] = field(default_factory=Counter)
    failed: Counter[Check] = field(default_factory=Counter)
    breaches: list[Breach] = field(default_factory=list)

    def breach(self, breach: Breach) -> None:
        """Take a breach in."""
        self.failed[CHECK_OF[breach.code]] += 1
        if len(self.breaches) < MAX_BREACHES_KEPT:
            self.breaches.append(breach)

    def add(self, other: "Findings") -> Self:
        """Take other findings in."""
        self.checked.update(other.checked)
        self.failed.update(other.failed)
        room = MAX_BREACHES_KEPT - len(self.breaches)
        self.breaches += other.breaches[:room]
        return self

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failed.total()
