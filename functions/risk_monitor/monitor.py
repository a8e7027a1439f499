"""One market's holders, marked anew.

The index says whom to look at, and the account's own journal what it has. A run has a market to
itself by a lease, which only spares work: whoever finds another run at work leaves, and that one
looks once more when the mark has moved behind its back.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from risk_monitor.calls import MarginCalls
from risk_monitor.liquidations import Liquidations
from zerodesk.margin_calls import ratio_bps
from zerodesk.risk.monitoring import Margin, fresh_marks, margins, stale_marks
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.entry import logger
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets

RISK: Final = "zerodesk.risk"
LEASE_MS: Final = 60_000
"""As long as an invocation may take. Two runs at once are safe, they find the same."""

TOLD_AT_ONCE: Final = 200
"""Margins in one event: some 160 bytes each, of the 256 KB that a call to the bus takes."""

TimeIsUp = Callable[[], bool]


class RiskMonitor:
    """Marks the accounts that hold an instrument."""

    def __init__(
        self,
        accounts: AccountJournal,
        holders: Holders,
        markets: Markets,
        cursors: Cursors,
        bus: Bus,
        calls: MarginCalls,
        liquidations: Liquidations,
    ) -> None:
        self._accounts, self._holders, self._markets = accounts, holders, markets
        self._cursors, self._bus = cursors, bus
        self._calls, self._liquidations = calls, liquidations

    def drive_on(self, time_is_up: TimeIsUp) -> Counter[str]:
        """See that liquidations which are under way go on; return what was seen."""
        seen: Counter[str] = Counter()
        for account_id in self._liquidations.listed():
            if time_is_up():
                break
            try:
                seen["Liquidations"] += self._liquidations.drive_on(account_id)
            except Exception:  # noqa: BLE001 - one account's trouble is not another's
                logger.exception("liquidation not driven on", account_id=account_id)
                seen["Failures"] += 1
        return seen

    def run(self, symbol: str, owner: str, time_is_up: TimeIsUp) -> Counter[str]:
        """Mark all who hold an instrument, again while its mark moves; return what was seen."""
        seen: Counter[str] = Counter()
        name = f"risk#{symbol}"
        while not time_is_up():
            at_ms = now_ms()
            if self._cursors.acquire(name, owner, at_ms=at_ms, until_ms=at_ms + LEASE_MS) is None:
                break
            try:
                listed = self._markets.get(symbol, consistent=True)
                if listed is not None:
                    self._mark(listed, name, time_is_up, seen)
            finally:
                self._cursors.release(name, owner)
            if not self._moved(symbol, listed):
                break
        return seen

    def _moved(self, symbol: str, since: Listed | None) -> bool:
        """Whether the mark is another one than it was."""
        now = self._markets.get(symbol, consistent=True)
        if now is None or since is None:
            return False
        return now.mark_price_ticks != since.mark_price_ticks

    def _mark(self, listed: Listed, name: str, time_is_up: TimeIsUp, seen: Counter[str]) -> None:
        """Look at each holder, from behind the one at which the last run ran out of time."""
        symbol = listed.market.symbol
        marks = Marks(self._markets, [listed])
        rows: list[dict[str, Any]] = []
        note = self._cursors.note(name) or {}
        ids = _from_behind(self._holders.of(symbol), note.get("after", ""))
        last = ""
        for number, account_id in enumerate(ids):
            if time_is_up():
                seen["AccountsLeft"] += len(ids) - number
                logger.warning("accounts left for the next run", symbol=symbol, left=len(ids))
                break
            try:
                rows += self._look(account_id, marks, seen)
            except Exception:  # noqa: BLE001 - one account's trouble is not another's
                logger.exception("not marked", account_id=account_id)
                seen["Failures"] += 1
            last = account_id
        else:
            last = ""
        if last != note.get("after", ""):
            self._cursors.keep_note(name, {"after": last})
        self._bus.publish(_updated(listed, rows))

    def _look(self, account_id: str, marks: Marks, seen: Counter[str]) -> Iterator[dict[str, Any]]:
        """Yield what an account has and needs by currency; call it, or have it liquidated.

        What a stale mark hides is left as it is: an isolated position, or all that is not isolated.
        """
        account, at_ms = self._accounts.latest(account_id), now_ms()
        marked = marks.of(account.state.derivatives())
        stale = stale_marks(account.state, marked, at_ms)
        if stale:
            logger.warning("margin not known", account_id=account_id, stale=stale)
            seen["Stale"] += 1
            marked = fresh_marks(account.state, marked, at_ms)
        found = margins(account.state, marked)
        if not found and stale:
            return
        seen["Accounts"] += 1
        seen["Calls"] += self._calls.look(account, found, marks, at_ms)
        seen["Liquidations"] += self._liquidations.look(account, found, marks, at_ms)
        for margin in found:
            yield _row(account, margin)


def _from_behind(account_ids: list[str], after: str) -> list[str]:
    """Return accounts by name, those behind the last one of the run before first."""
    return [one for one in account_ids if one > after] + [
        one for one in account_ids if one <= after
    ]


def _row(account: Account, margin: Margin) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "account_sequence": account.sequence,
        **margin._asdict(),
        "ratio_bps": ratio_bps(margin.equity_minor, margin.maintenance_minor),
    }


def _updated(listed: Listed, rows: list[dict[str, Any]]) -> Iterator[Announcement]:
    """Yield what accounts have and need at a mark, many at a time."""
    for first in range(0, len(rows), TOLD_AT_ONCE):
        detail = {
            "symbol": listed.market.symbol,
            "mark_price_ticks": listed.mark_price_ticks,
            "marked_at": iso_ms(listed.marked_at_ms),
            "margins": rows[first : first + TOLD_AT_ONCE],
        }
        yield Announcement(RISK, "MarginRatiosUpdated", detail)
