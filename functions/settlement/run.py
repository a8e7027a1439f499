"""One stretch of one book's journal, settled.

Every step may be repeated: the items are only ever moved forward, an account counts only the
records above its watermark, and the cursor moves last. Accounts need nothing of one another and are
settled at once.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from zerodesk.accounts import Change
from zerodesk.dues import Due, settle
from zerodesk.instruments import Product, product_of
from zerodesk.positions import FLAT
from zerodesk.settlement import dues_by_account, leaves_something
from zerodesk.turnover import TickValue, tick_value_in
from zerodesk.volume import with_trades
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.announcements import position_changed, trades_settled
from zerodesk_aws.at_once import at_once
from zerodesk_aws.bus import Announcement
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Journal, JournalRecord
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.cursors import Cursors, Taken, settlement_cursor
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.orders import Orders

MAX_RECORDS: Final = 100
"""Records settled in one run: bounds the run's time and the size of an account's record."""

MAX_TRADES: Final = 350
"""Trades settled in one run, or those of one record if it has more: their announcements travel
through a workflow, which carries 256 KB from one state to the next."""

FILLING: Final = frozenset({"TradeExecuted", "PositionSettled"})
"""Events that give an account something to be told of."""

LEASE_MS: Final = 10_000
"""How long one run has a book to itself. The lease only spares work: two runs at once are safe,
they would race for the same account records."""


class Settled(NamedTuple):
    """What a run did, as announcements, and whether it is worth another run."""

    announcements: tuple[Announcement, ...]
    more: bool


NOTHING: Final = Settled((), more=False)


class Settlement:
    """Settles books of one journal."""

    def __init__(
        self,
        journal: Journal,
        accounts: AccountJournal,
        orders: Orders,
        cursors: Cursors,
        holders: Holders,
    ) -> None:
        self._journal, self._accounts = journal, accounts
        self._orders, self._cursors, self._holders = orders, cursors, holders

    def run(self, symbol: str, owner: str) -> Settled:
        """Settle the records behind the cursor of a book.

        Whoever finds another run at work leaves: that run reads the journal again after it has
        given its lease back, so what was appended meanwhile is not forgotten. What owes nothing
        to anybody woke nobody, and waits for what does.

        Records never change, so those that were read before the lease was taken are settled under
        it, unless the cursor has moved since.
        """
        name = settlement_cursor(symbol)
        position = self._cursors.position(name)
        records = self._behind(symbol, position)
        if not records:
            return NOTHING
        now = now_ms()
        taken = self._cursors.acquire(name, owner, at_ms=now, until_ms=now + LEASE_MS)
        if taken is None:
            return NOTHING
        try:
            if taken.position != position:
                records = self._behind(symbol, taken.position)
            announcements = tuple(self._settle(symbol, records, owner, taken))
        except BaseException:
            self._cursors.release(name, owner)
            raise
        upto = records[-1].sequence if records else taken.position
        return Settled(announcements, more=self._owes(symbol, upto))

    def _owes(self, symbol: str, position: int) -> bool:
        """Whether a record behind a position leaves something to settle."""
        behind = self._journal.read(book_stream(symbol), position)
        return any(leaves_something(record.body) for record in behind)

    def _behind(self, symbol: str, position: int) -> list[JournalRecord]:
        behind: list[JournalRecord] = []
        trades = 0
        for record in self._journal.read(book_stream(symbol), position, limit=MAX_RECORDS):
            trades += sum(event["type"] in FILLING for event in record.body["events"])
            if behind and trades > MAX_TRADES:
                break
            behind.append(record)
        return behind

    def _settle(
        self, symbol: str, records: list[JournalRecord], owner: str, taken: Taken
    ) -> Iterator[Announcement]:
        if not records:
            self._cursors.release(settlement_cursor(symbol), owner)
            return
        upto = records[-1].sequence
        bodies = [(record.sequence, record.body) for record in records]
        self._orders.catch_up(bodies)
        tick = self._tick_value(symbol, taken, bodies)
        owed = dues_by_account(symbol, bodies, tick).items()
        settled = [partial(self._settle_account, one, symbol, upto, dues) for one, dues in owed]
        for account in at_once(settled):
            yield position_changed(symbol, account)
        yield from trades_settled(symbol, bodies)
        traded = with_trades(taken.traded, (body for _, body in bodies))
        self._cursors.advance_and_release(settlement_cursor(symbol), upto, owner, traded, tick)

    def _tick_value(
        self, symbol: str, taken: Taken, bodies: list[tuple[int, dict[str, Any]]]
    ) -> TickValue | None:
        """Return what a tick is worth, as the cursor knows it or the stretch lists it.

        A cursor that passed the listing before it kept this is told from the beginning again.
        """
        tick = taken.tick or tick_value_in(body for _, body in bodies)
        if tick is None and taken.position:
            records = self._journal.read(book_stream(symbol))
            tick = tick_value_in(record.body for record in records)
        return tick

    def _settle_account(self, account_id: str, symbol: str, upto: int, dues: list[Due]) -> Account:
        def decide(account: Account) -> Change | None:
            return settle(account.state, symbol, upto, dues)

        account = self._accounts.commit(account_id, decide)
        self._show_holder(symbol, account)
        return account

    def _show_holder(self, symbol: str, account: Account) -> None:
        """Show in the index of holders what a derivative's account has open as of its record."""
        if product_of(symbol) is not Product.SPOT:
            position = account.state.positions.get(symbol, FLAT)
            self._holders.show(symbol, account.account_id, account.sequence, position.quantity_lots)
