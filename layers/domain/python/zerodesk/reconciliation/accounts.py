"""An account's journal, audited: each state must follow from the entries, record by record."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from zerodesk.deltas import State, state_after
from zerodesk.ledger import AVAILABLE, EXTERNAL, HELD, TRANSIT, clearing_account
from zerodesk.money import format_minor
from zerodesk.positions import FLAT, Position, with_fill
from zerodesk.reconciliation.fills import NONE, Fills
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings
from zerodesk.reconciliation.owed import Held
from zerodesk.reconciliation.transit import Transit

Balances = dict[str, int]
"""Minor units by currency."""

Rows = dict[str, list[int]]
"""Positions as a state has them, by book."""

Holds = dict[str, dict[str, Held]]
"""What is held, by book and order."""

_CLEARING = clearing_account("")


def _nothing() -> Balances:
    return defaultdict(int)


class AccountAudit:
    """An account's journal, audited up to ``sequence``.

    ``settled`` is what the account got from each book through its clearing entries, by symbol and
    currency; ``deposits`` what came from outside, ``withdrawals`` what went there; ``in_transit``
    what it sent to other accounts, less what it received from them; ``reversed`` which of
    its records were reversed.
    """

    def __init__(self, account_id: str, transit: Transit | None = None) -> None:
        self.account_id = account_id
        self.transit = transit or Transit(account_id)
        self.sequence = 0
        self.state: State | None = None
        self.available: Balances = {}
        self.held: Balances = {}
        self.holds: Holds = {}
        self.watermarks: dict[str, int] = {}
        self.deposits: Balances = defaultdict(int)
        self.withdrawals: Balances = defaultdict(int)
        self.in_transit: Balances = defaultdict(int)
        self.settled: dict[str, Balances] = defaultdict(_nothing)
        self.fills: dict[str, Fills] = {}
        self.reversed: set[int] = set()
        self.findings = Findings()

    @property
    def subject(self) -> str:
        """The account's name in a breach."""
        return f"account#{self.account_id}"

    def symbols(self) -> set[str]:
        """Return the books that this account has to do with."""
        return {*self.watermarks, *self.holds, *self.settled, *self.fills}

    def found(self) -> Findings:
        """Return what was found so far; what is wrong here is the trouble of all its books."""
        symbols = tuple(sorted(self.symbols()))
        breaches = [replace(breach, symbols=symbols) for breach in self.findings.breaches]
        return replace(self.findings, breaches=breaches)

    def apply(self, sequence: int, body: dict[str, Any]) -> None:
        """Audit the next record. What is wrong is found, not raised.

        Raises
        ------
        KeyError, TypeError, ValueError
            The body is no record of an account.
        """
        moved = self._entries(sequence, body["entries"])
        before = {} if self.state is None else self.state.get("positions", {})
        state = self.state = state_after(self.state, body)
        self._follow_positions(sequence, before, state.get("positions", {}), body["cause"])
        self._take_holds(state["holds"])
        self._take_watermarks(sequence, state["watermarks"])
        held: Balances = defaultdict(int)
        for hold in [*state["holds"].values(), *state.get("withdrawals", {}).values()]:
            held[hold["currency"]] += hold["held_minor"]
        self._follow(sequence, AVAILABLE, self.available, state["available"], moved)
        self._follow(sequence, HELD, self.held, held, moved)
        self.available, self.held = dict(state["available"]), dict(held)
        for fill in body["cause"].get("fills", ()):
            self._take_fill(body["cause"]["book"], fill)
        if body["cause"]["kind"] == "reverse":
            self._take_reversal(sequence, body["cause"]["record"])
        wrong = self.transit.apply(sequence, body)
        if wrong is not None:
            self._breach(BreachCode.TRANSFER_DIFFERS, sequence, wrong)
        self.sequence = sequence

    def _entries(self, sequence: int, entries: list[list[Any]]) -> dict[tuple[str, str], int]:
        """Return what the entries move by (ledger account, currency); they sum to zero."""
        self.findings.checked[Check.ENTRIES] += 1
        moved: dict[tuple[str, str], int] = defaultdict(int)
        totals: Balances = defaultdict(int)
        for ledger_account, currency, amount_minor in entries:
            moved[ledger_account, currency] += amount_minor
            totals[currency] += amount_minor
            if ledger_account == EXTERNAL:
                self._take_external(currency, amount_minor)
            elif ledger_account == TRANSIT:
                self.in_transit[currency] += amount_minor
            elif ledger_account.startswith(_CLEARING):
                self.settled[ledger_account.removeprefix(_CLEARING)][currency] -= amount_minor
        for currency, total_minor in sorted(totals.items()):
            if total_minor:
                detail = f"entries sum to {format_minor(total_minor, currency)} {currency}"
                self._breach(BreachCode.ENTRIES_NOT_ZERO, sequence, detail)
        return moved

    def _take_external(self, currency: str, amount_minor: int) -> None:
        if amount_minor < 0:
            self.deposits[currency] -= amount_minor
        else:
            self.withdrawals[currency] += amount_minor

    def _follow(
        self,
        sequence: int,
        ledger_account: str,
        before: Balances,
        after: Balances,
        moved: dict[tuple[str, str], int],
    ) -> None:
        """Compare a balance's change with the entries of its ledger account."""
        self.findings.checked[Check.BALANCES] += 1
        moved_currencies = {currency for account, currency in moved if account == ledger_account}
        for currency in sorted(before.keys() | after.keys() | moved_currencies):
            was_minor, is_minor = before.get(currency, 0), after.get(currency, 0)
            entered_minor = moved.get((ledger_account, currency), 0)
            if is_minor - was_minor != entered_minor:
                detail = (
                    f"{ledger_account} went from {format_minor(was_minor, currency)} to "
                    f"{format_minor(is_minor, currency)} {currency}, entries move "
                    f"{format_minor(entered_minor, currency)}"
                )
                self._breach(BreachCode.BALANCE_DIFFERS, sequence, detail)
            if is_minor < 0:
                detail = f"{ledger_account} is {format_minor(is_minor, currency)} {currency}"
                self._breach(BreachCode.OVERDRAWN, sequence, detail)

    def _follow_positions(
        self, sequence: int, before: Rows, after: Rows, cause: dict[str, Any]
    ) -> None:
        """Compare the positions with those that the fills of the record make of the ones before.

        Records of before there were positions have none, and are let be.
        """
        if not before and not after:
            return
        due = dict(before)
        if fills := cause.get("fills"):
            position = Position.from_row(before[cause["book"]]) if cause["book"] in before else FLAT
            for fill in fills:
                position = with_fill(position, fill)
            due[cause["book"]] = position.to_row()
        for symbol in sorted(due.keys() | after.keys()):
            if due.get(symbol) != after.get(symbol):
                detail = (
                    f"position in {symbol} is {after.get(symbol)}, the fills make {due.get(symbol)}"
                )
                self._breach(BreachCode.POSITION_DIFFERS, sequence, detail)

    def _take_holds(self, holds: dict[str, dict[str, Any]]) -> None:
        self.holds = {}
        for order_id, hold in holds.items():
            symbol = hold["command"]["symbol"]
            self.holds.setdefault(symbol, {})[order_id] = (hold["currency"], hold["held_minor"])

    def _take_watermarks(self, sequence: int, watermarks: dict[str, int]) -> None:
        # A watermark that is dropped from the state was passed by the cursor: it stays here.
        for symbol, watermark in watermarks.items():
            known = self.watermarks.get(symbol, 0)
            if watermark < known:
                detail = f"watermark of {symbol} went from {known} to {watermark}"
                self._breach(BreachCode.WATERMARK_WENT_BACK, sequence, detail)
            self.watermarks[symbol] = max(known, watermark)

    def _take_fill(self, symbol: str, told: dict[str, Any]) -> None:
        fill = Fills.of(told["side"], told["price_ticks"], told["quantity_lots"], told["fee_minor"])
        self.fills[symbol] = self.fills.get(symbol, NONE).plus(fill)

    def _take_reversal(self, sequence: int, reversed_sequence: int) -> None:
        if reversed_sequence in self.reversed or reversed_sequence >= sequence:
            detail = f"record {reversed_sequence} is reversed twice, or before it stands"
            self._breach(BreachCode.REVERSED_TWICE, sequence, detail)
        self.reversed.add(reversed_sequence)

    def _breach(self, code: BreachCode, sequence: int, detail: str) -> None:
        self.findings.breach(Breach(code, self.subject, detail, sequence))
