"""Margin calls: a record of the account's journal for each crossing, then an event.

The record is first, and a note says what was told of it: who dies in between, or whose event is not
taken, leaves a call without one, and the next look tells it. So it is told at least once.
"""

from typing import Any, Final

from zerodesk.accounts import AccountState, Change
from zerodesk.margin_calls import MarginCall, ratio_bps
from zerodesk.risk.monitoring import Margin, call_margin, fresh_marks, has_crossed, margins
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.entry import logger
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.cursors import Cursors

RISK: Final = "zerodesk.risk"


class MarginCalls:
    """Calls accounts whose equity has fallen to a level."""

    def __init__(self, accounts: AccountJournal, cursors: Cursors, bus: Bus) -> None:
        self._accounts, self._cursors, self._bus = accounts, cursors, bus
        self._told: dict[str, dict[str, int]] = {}
        """What this process knows to be told: the fall of each call, by account and currency."""

    def look(self, account: Account, found: list[Margin], marks: Marks, at_ms: int) -> int:
        """Record what an account has crossed, and tell what is not told; return how many."""
        if has_crossed(account.state, found, at_ms):
            account = self._accounts.commit(
                account.account_id, lambda now: _crossing(now.state, marks, at_ms)
            )
        return self._tell(account.account_id, account.state.calls) if account.state.calls else 0

    def _tell(self, account_id: str, calls: dict[str, MarginCall]) -> int:
        falls = {currency: call.at_ms for currency, call in calls.items()}
        if self._told.get(account_id) == falls:
            return 0
        name = f"margin#{account_id}"
        told: dict[str, Any] = self._cursors.note(name) or {}
        fresh = [one for one, fell_ms in falls.items() if told.get(one) != fell_ms]
        if fresh:
            self._bus.publish([_called(account_id, one, calls[one]) for one in fresh])
            self._cursors.keep_note(name, falls)
            logger.warning("margin called", account_id=account_id, currencies=fresh)
        self._told[account_id] = falls
        return len(fresh)


def _crossing(state: AccountState, marks: Marks, at_ms: int) -> Change | None:
    """Return what an account has crossed, as far as its marks are known."""
    marked = fresh_marks(state, marks.of(state.derivatives()), at_ms)
    return call_margin(state, margins(state, marked), marked, at_ms)


def _called(account_id: str, currency: str, call: MarginCall) -> Announcement:
    detail = {
        "account_id": account_id,
        "currency": currency,
        "level_bps": call.level_bps,
        "equity_minor": call.equity_minor,
        "maintenance_minor": call.maintenance_minor,
        "ratio_bps": ratio_bps(call.equity_minor, call.maintenance_minor),
        "at": iso_ms(call.at_ms),
    }
    return Announcement(RISK, "MarginCalled", detail)
