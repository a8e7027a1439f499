"""An account's journal, audited: each state must follow from the entries, record by record."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final, Self

from zerodesk.accounts import may_overdraw
from zerodesk.deltas import State, changed_names, state_after
from zerodesk.ledger import (
    AVAILABLE,
    EXTERNAL,
    HELD,
    TRANSIT,
    clearing_account,
    isolated_account,
)
from zerodesk.money import format_minor
from zerodesk.positions import FLAT, Position, with_fill, with_funding
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

HOLDING: Final = ("holds", "withdrawals")
"""The parts of a state in which money is held."""

_CLEARING = clearing_account("")


def _nothing() -> Balances:
    return defaultdict(int)


class AccountAudit:
    """An account's journal, audited up to ``sequence``.

    ``isolated`` has the pots by market; ``settled`` is what the account got from each book through
    its clearing entries, by symbol and currency; ``deposits`` what came from outside,
    ``withdrawals`` what went there; ``in_transit`` what it sent to other accounts, less what it
    received from them; ``reversed`` which of its records were reversed.
    """

    def __init__(self, account_id: str, transit: Transit | None = None) -> None:
        self.account_id = account_id
        self.transit = transit or Transit(account_id)
        self.sequence = 0
        self.state: State | None = None
        self.available: Balances = {}
        self.held: Balances = {}
        self.isolated: dict[str, Balances] = {}
        self.watermarks: dict[str, int] = {}
        self.deposits: Balances = defaultdict(int)
        self.withdrawals: Balances = defaultdict(int)
        self.in_transit: Balances = defaultdict(int)
        self.settled: dict[str, Balances] = defaultdict(_nothing)
        self.fills: dict[str, Fills] = {}
        self.reversed: set[int] = set()
        self.findings = Findings()

    @classmethod
    def behind(cls, account_id: str, sequence: int, state: State) -> Self:
        """Return an audit that begins behind a record, with the account as that left it.

        What came from where before is not known to it.
        """
        audit = cls(account_id, Transit(account_id, sequence))
        audit.sequence, audit.state = sequence, state
        audit.available, audit.watermarks = dict(state["available"]), dict(state["watermarks"])
        audit.isolated = _pots(state)
        for part in HOLDING:
            _move_held(audit.held, {}, part, {}, state.get(part, {}))
        return audit

    @property
    def subject(self) -> str:
        """The account's name in a breach."""
        return f"account#{self.account_id}"

    @property
    def holds(self) -> Holds:
        """What is held for orders, by book and order."""
        holds: Holds = {}
        for order_id, hold in (self.state or {}).get("holds", {}).items():
            by_order = holds.setdefault(hold["command"]["symbol"], {})
            by_order[order_id] = (hold["currency"], hold["held_minor"])
        return holds

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
        moved, cause = self._entries(sequence, body["entries"]), body["cause"]
        before, state = self.state or {}, state_after(self.state, body)
        self.state = state
        rows, after = before.get("positions", {}), state.get("positions", {})
        self._follow_positions(sequence, rows, after, cause)
        if state["watermarks"] != before.get("watermarks"):
            self._take_watermarks(sequence, state["watermarks"])
        held = dict(self.held)
        for part in HOLDING:
            _move_held(held, body, part, before.get(part, {}), state.get(part, {}))
        self._follow(sequence, AVAILABLE, self.available, state["available"], moved)
        self._follow(sequence, HELD, self.held, held, moved)
        self._follow_pots(sequence, _pots(state), moved, cause)
        if not may_overdraw(cause):
            self._look_for_overdrafts(sequence, AVAILABLE, self.available, state["available"])
        self.available, self.held = dict(state["available"]), held
        for fill in cause.get("fills", ()):
            self._take_fill(cause["book"], fill)
        if cause["kind"] == "reverse":
            self._take_reversal(sequence, cause["record"])
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
        if any(totals.values()):
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
        due = dict(before)
        for (account, currency), amount_minor in moved.items():
            if account == ledger_account:
                due[currency] = due.get(currency, 0) + amount_minor
        if due == after:
            return
        for currency in sorted(due.keys() | after.keys()):
            was_minor, is_minor = before.get(currency, 0), after.get(currency, 0)
            entered_minor = moved.get((ledger_account, currency), 0)
            if is_minor - was_minor != entered_minor:
                detail = (
                    f"{ledger_account} went from {format_minor(was_minor, currency)} to "
                    f"{format_minor(is_minor, currency)} {currency}, entries move "
                    f"{format_minor(entered_minor, currency)}"
                )
                self._breach(BreachCode.BALANCE_DIFFERS, sequence, detail)

    def _follow_pots(
        self,
        sequence: int,
        pots: dict[str, Balances],
        moved: dict[tuple[str, str], int],
        cause: dict[str, Any],
    ) -> None:
        """Compare each pot's change with the entries of its ledger account."""
        for symbol in sorted(self.isolated.keys() | pots.keys()):
            purse = isolated_account(symbol)
            before, after = self.isolated.get(symbol, {}), pots.get(symbol, {})
            self._follow(sequence, purse, before, after, moved)
            if not may_overdraw(cause):
                self._look_for_overdrafts(sequence, purse, before, after)
        self.isolated = pots

    def _look_for_overdrafts(
        self, sequence: int, ledger_account: str, before: Balances, after: Balances
    ) -> None:
        """Find what was taken of a balance that is not there, other than by a derivative's loss."""
        for currency, is_minor in sorted(after.items()):
            if is_minor < min(0, before.get(currency, 0)):
                detail = f"{ledger_account} is {format_minor(is_minor, currency)} {currency}"
                self._breach(BreachCode.OVERDRAWN, sequence, detail)

    def _follow_positions(
        self, sequence: int, before: Rows, after: Rows, cause: dict[str, Any]
    ) -> None:
        """Compare the positions with those that fills and fundings make of the ones before.

        Records of before there were positions have none, and are let be.
        """
        counts = before or after
        fills = cause.get("fills", ()) if counts else ()
        fundings = cause.get("fundings", ()) if counts else ()
        if not fills and not fundings and before == after:
            return
        due = dict(before)
        if fills or fundings:
            position = Position.from_row(before[cause["book"]]) if cause["book"] in before else FLAT
            for fill in fills:
                position = with_fill(position, fill)
            for funding in fundings:
                position = with_funding(position, funding)
            due[cause["book"]] = position.to_row()
        for symbol in sorted(due.keys() | after.keys()):
            if due.get(symbol) != after.get(symbol):
                detail = (
                    f"position in {symbol} is {after.get(symbol)}, the fills make {due.get(symbol)}"
                )
                self._breach(BreachCode.POSITION_DIFFERS, sequence, detail)

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


def _pots(state: State) -> dict[str, Balances]:
    """Return what is in the pots of a state, by market."""
    return {
        symbol: {pot["currency"]: pot["minor"]} for symbol, pot in state.get("isolated", {}).items()
    }


def _move_held(
    held: Balances, body: dict[str, Any], part: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Bring what is held up to date with a record, at the cost of what the record changes."""
    changed = changed_names(body, part)
    if changed is None:
        gone, there = [*before.values()], [*after.values()]
    else:
        gone = [before[name] for name in changed if name in before]
        there = [after[name] for name in changed if name in after]
    for hold in gone:
        currency = hold["currency"]
        held[currency] = held.get(currency, 0) - hold["held_minor"]
    for hold in there:
        currency = hold["currency"]
        held[currency] = held.get(currency, 0) + hold["held_minor"]
