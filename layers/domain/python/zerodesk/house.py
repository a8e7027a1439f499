"""The house: what the venue itself has of one currency, and from where.

Fees stay in each book's own state while it trades. By schedule they are swept here, a stretch of a
book's journal at a time; the house's watermark for the book says up to which record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from zerodesk.ledger import HOUSE, Entry, LedgerError, assert_balanced, fee_account

SWEEP: Final = "sweep"


@dataclass(frozen=True, slots=True)
class HouseState:
    """All that the house is in one currency; ``swept`` is the last record swept, by book."""

    balance_minor: int = 0
    swept: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON-able values, for a record."""
        return {"balance_minor": self.balance_minor, "swept": self.swept}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the state that ``to_dict`` wrote."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class HouseChange:
    """One record of the house's journal: why, the entries, and the state after."""

    cause: dict[str, Any]
    entries: tuple[Entry, ...]
    state: HouseState

    def __post_init__(self) -> None:
        """Refuse a change that creates or loses money, or takes back what was swept."""
        assert_balanced(self.entries)
        if self.state.balance_minor < 0:
            raise LedgerError(f"house overdrawn by {self.cause}: {self.state.balance_minor}")

    def to_body(self) -> dict[str, Any]:
        """Return the record's body."""
        return {
            "cause": self.cause,
            "entries": [list(entry) for entry in self.entries],
            "state": self.state.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Fees:
    """What a stretch of a book's journal collected, by record; ``upto`` is its last record."""

    symbol: str
    currency: str
    upto: int
    collected: tuple[tuple[int, int], ...]


def fees_of(symbol: str, currency: str, records: Iterable[tuple[int, dict[str, Any]]]) -> Fees:
    """Return what records of a book, (sequence, body) in order, collected in fees."""
    account = fee_account(symbol)
    upto = 0
    collected: list[tuple[int, int]] = []
    for sequence, body in records:
        upto = sequence
        fee_minor = sum(row[4] for row in body["postings"] if row[0] == account)
        if fee_minor:
            collected.append((sequence, fee_minor))
    return Fees(symbol, currency, upto, tuple(collected))


def sweep(state: HouseState, fees: Fees) -> HouseChange | None:
    """Return the house with a stretch of fees, or None if it has them already.

    Only records above the watermark count, so a repeat adds nothing.

    Examples
    --------
    >>> fees = Fees("BTC-USD", "USD", upto=9, collected=((3, 40), (7, 2)))
    >>> swept = sweep(HouseState(), fees).state
    >>> swept
    HouseState(balance_minor=42, swept={'BTC-USD': 9})
    >>> sweep(swept, fees) is None
    True
    """
    watermark = state.swept.get(fees.symbol, 0)
    if fees.upto <= watermark:
        return None
    amount_minor = sum(minor for sequence, minor in fees.collected if sequence > watermark)
    cause = {"kind": SWEEP, "book": fees.symbol, "from": watermark + 1, "to": fees.upto}
    entries: tuple[Entry, ...] = (
        (HOUSE, fees.currency, amount_minor),
        (fee_account(fees.symbol), fees.currency, -amount_minor),
    )
    return HouseChange(
        cause,
        entries if amount_minor else (),
        replace(
            state,
            balance_minor=state.balance_minor + amount_minor,
            swept=state.swept | {fees.symbol: fees.upto},
        ),
    )
