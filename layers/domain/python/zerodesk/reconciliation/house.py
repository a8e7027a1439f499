"""The house's journal of one currency, audited: what it has, and what each book gave it."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final, Self

from zerodesk.ledger import HOUSE, fee_account
from zerodesk.money import format_minor
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings

_FEES: Final = fee_account("")


class HouseAudit:
    """The house in one currency, audited up to ``sequence``.

    ``fees`` is what each book gave through its entries, ``swept`` up to which of its records.
    """

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.sequence = 0
        self.balance_minor = 0
        self.fees: dict[str, int] = defaultdict(int)
        self.swept: dict[str, int] = {}
        self.findings = Findings()

    @classmethod
    def behind(cls, currency: str, sequence: int, state: dict[str, Any]) -> Self:
        """Return an audit that begins behind a record, with the house as that left it."""
        audit = cls(currency)
        audit.sequence, audit.balance_minor = sequence, state["balance_minor"]
        audit.swept = dict(state["swept"])
        return audit

    @property
    def subject(self) -> str:
        """The house's name in a breach."""
        return f"house#{self.currency}"

    def found(self) -> Findings:
        """Return what was found so far; what is wrong here is the trouble of all its books."""
        symbols = tuple(sorted(self.swept))
        breaches = [replace(breach, symbols=symbols) for breach in self.findings.breaches]
        return replace(self.findings, breaches=breaches)

    def apply(self, sequence: int, body: dict[str, Any]) -> None:
        """Audit the next record. What is wrong is found, not raised.

        Raises
        ------
        KeyError, TypeError, ValueError
            The body is no record of the house.
        """
        moved_minor = self._entries(sequence, body["entries"])
        state = body["state"]
        self._balance(sequence, state["balance_minor"], moved_minor)
        for symbol, swept in state["swept"].items():
            if swept < self.swept.get(symbol, 0):
                detail = f"swept {symbol} up to {swept}, was at {self.swept[symbol]} before"
                self._breach(BreachCode.WATERMARK_WENT_BACK, sequence, detail)
            self.swept[symbol] = max(swept, self.swept.get(symbol, 0))
        self.sequence = sequence

    def _entries(self, sequence: int, entries: list[list[Any]]) -> int:
        """Return what the entries bring the house; they sum to zero."""
        self.findings.checked[Check.ENTRIES] += 1
        total_minor = moved_minor = 0
        for ledger_account, _, amount_minor in entries:
            total_minor += amount_minor
            if ledger_account == HOUSE:
                moved_minor += amount_minor
            elif ledger_account.startswith(_FEES):
                self.fees[ledger_account.removeprefix(_FEES)] -= amount_minor
        if total_minor:
            detail = f"entries sum to {format_minor(total_minor, self.currency)} {self.currency}"
            self._breach(BreachCode.ENTRIES_NOT_ZERO, sequence, detail)
        return moved_minor

    def _balance(self, sequence: int, balance_minor: int, moved_minor: int) -> None:
        """Compare the balance's change with the entries."""
        self.findings.checked[Check.BALANCES] += 1
        if balance_minor != self.balance_minor + moved_minor or balance_minor < 0:
            detail = (
                f"went from {format_minor(self.balance_minor, self.currency)} to "
                f"{format_minor(balance_minor, self.currency)} {self.currency}, entries move "
                f"{format_minor(moved_minor, self.currency)}"
            )
            self._breach(BreachCode.BALANCE_DIFFERS, sequence, detail)
        self.balance_minor = balance_minor

    def _breach(self, code: BreachCode, sequence: int, detail: str) -> None:
        self.findings.breach(Breach(code, self.subject, detail, sequence))
