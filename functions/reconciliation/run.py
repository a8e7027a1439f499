"""One run: read in order, compare, tell.

What has been read stays in memory, so that a warm process reads only what came since. It is a cache
and nothing else: a new process reads everything again and comes to the same report. The books are
read first, for they know who traded, and once more after the accounts: see ``turns``.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from reconciliation.following import A, Followed, TimeIsUp
from reconciliation.turns import Turns
from zerodesk.instruments import Product, product_of
from zerodesk.reconciliation import (
    AccountAudit,
    BookAudit,
    Breach,
    BreachCode,
    Check,
    Comparison,
    Findings,
    HouseAudit,
    Readings,
    Shown,
    Transit,
    Watch,
    differing_holders,
    report,
)
from zerodesk.times import iso_ms
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Entry, Register
from zerodesk_aws.streams import account_stream
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import OrderItem, Orders

MAX_ITEMS: Final = 5_000
"""Order items compared in one run and book: some 50 reads of a hundred each. What is left over is
compared in the next run."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found: the report, all that is wrong, the watch, the books that stay stopped."""

    report: dict[str, Any]
    breaches: tuple[Breach, ...]
    watch: Watch
    stopped: frozenset[str]


class Reconciliation:
    """Reconciles one venue, run after run."""

    def __init__(
        self,
        journal: Journal,
        orders: Orders,
        markets: Markets,
        cursors: Cursors,
        holders: Holders,
    ) -> None:
        self._journal, self._orders, self._holders = journal, orders, holders
        self._markets, self._cursors = markets, cursors
        self._accounts: dict[str, Followed[AccountAudit]] = {}
        self._books: dict[str, Followed[BookAudit]] = {}
        self._houses: dict[str, Followed[HouseAudit]] = {}
        self._transits: dict[str, Transit] = {}
        self._turns = Turns()

    def run(
        self,
        watch: Watch,
        now_ms: int,
        no_more_accounts: TimeIsUp,
        time_is_up: TimeIsUp,
        no_more_items: TimeIsUp,
    ) -> Result:
        """Read on, compare everything, and return what came of it.

        Parameters
        ----------
        watch
            What the run before remembered.
        no_more_accounts
            Asked before each account, so that time is left for the books behind them.
        time_is_up
            Asked before each stream and after each record: a run that is cut short reports itself
            as not complete, and the next one goes on from there.
        no_more_items
            Asked before the items of each book: those that are left over are compared next time.
        """
        findings = Findings()
        readings = self._read(no_more_accounts, time_is_up, findings)
        comparison = Comparison(readings).run()
        self._turns.awaited = comparison.awaited | self._troubled()
        findings.add(self._journal_findings()).add(comparison.findings)
        findings.add(self._compare_items(readings, no_more_items))
        findings.add(self._compare_holders(readings, no_more_items))
        watch, lasting = watch.after(comparison.standings, now_ms)
        for breach in lasting:
            findings.breach(breach)
        return Result(
            report(readings, findings, comparison.totals, iso_ms(now_ms)),
            tuple(findings.breaches),
            watch,
            frozenset(symbol for symbol, book in readings.books.items() if book.stays_stopped),
        )

    def _read(
        self, no_more_accounts: TimeIsUp, time_is_up: TimeIsUp, findings: Findings
    ) -> Readings:
        """Read everything in the order that makes it comparable."""
        self._forget_unreadable()
        account_ids = self._registered(ACCOUNTS, findings).keys() | self._accounts.keys()
        listed = self._registered(MARKETS, findings)
        symbols = listed.keys() | self._books.keys()
        cursors = {one: self._cursors.position(settlement_cursor(one)) for one in sorted(symbols)}
        ends = {symbol: self._read_book(symbol, time_is_up) for symbol in sorted(symbols)}
        quotes = {listing["quote"] for listing in listed.values()}
        for currency in sorted(quotes | self._houses.keys()):
            house = self._houses.setdefault(currency, Followed(HouseAudit(currency)))
            house.read(self._journal, time_is_up)
        fresh = self._read_accounts(account_ids, no_more_accounts)
        for account in self._accounts.values():
            symbols = symbols | account.audit.symbols()
        shown_markets = {symbol: self._shown(symbol) for symbol in sorted(symbols)}
        for symbol in sorted(symbols):
            self._read_book(symbol, time_is_up)
        accounts, books = _current(self._accounts), _current(self._books)
        houses = _current(self._houses)
        read = len(accounts), len(books), len(houses)
        known = len(account_ids), len(self._books), len(self._houses)
        return Readings(
            cursors=cursors,
            ends=ends,
            accounts=accounts,
            still=accounts.keys() - fresh,
            books=books,
            shown_markets=shown_markets,
            known_accounts=frozenset(account_ids),
            listed=frozenset(listed),
            whole=read == known,
            houses=houses,
        )

    def _read_book(self, symbol: str, time_is_up: TimeIsUp) -> int:
        """Read a book on; return up to where it is read."""
        book = self._books.setdefault(symbol, Followed(BookAudit(symbol)))
        book.read(self._journal, time_is_up)
        return book.tip.sequence

    def _read_accounts(self, account_ids: Set[str], time_is_up: TimeIsUp) -> set[str]:
        """Read on those accounts whose turn it is; return those that are known to their end."""
        waiting = [book.audit.waiting() for book in self._books.values()]
        moved = [one for one in self._turns.moved(waiting) if one in account_ids]
        fresh: set[str] = set()
        stirred = self._stirred(fresh, time_is_up)
        for account_id in chain(moved, stirred, self._turns.in_turn(account_ids)):
            if time_is_up():
                break
            if account_id not in fresh:
                self._account(account_id).read(self._journal, time_is_up)
                fresh.add(account_id)
        return fresh

    def _stirred(self, fresh: set[str], time_is_up: TimeIsUp) -> Iterator[str]:
        """Yield the accounts that do not end where they did, whoever wrote there.

        Those that do are as fresh as if they had been read.
        """
        ends = {key: one.tip for key, one in self._accounts.items() if one.current}
        for together in self._turns.looks(ends.keys() - fresh):
            if time_is_up():
                return
            tips = {account_stream(key): ends[key] for key in together}
            unmoved = self._journal.unmoved(tips)
            fresh.update(key for key in together if account_stream(key) in unmoved)
            yield from (key for key in together if account_stream(key) not in unmoved)

    def _troubled(self) -> frozenset[str]:
        """Return the accounts whose journal is in trouble, to look at them again at once."""
        return frozenset(key for key, one in self._accounts.items() if one.trouble is not None)

    def _account(self, account_id: str) -> Followed[AccountAudit]:
        transit = self._transits.setdefault(account_id, Transit(account_id))
        return self._accounts.setdefault(account_id, Followed(AccountAudit(account_id, transit)))

    def _registered(self, stream: str, findings: Findings) -> dict[str, Entry]:
        """Return what is in a register, by name; nothing if it cannot be believed."""
        findings.checked[Check.CHAINS] += 1
        try:
            return Register(self._journal, stream).entries()
        except JournalCorruptError as fault:
            symbols = tuple(sorted(self._books))
            findings.breach(Breach(BreachCode.CHAIN_BROKEN, stream, str(fault), symbols=symbols))
            return {}

    def _forget_unreadable(self) -> None:
        self._accounts = {key: one for key, one in self._accounts.items() if one.readable}
        self._books = {key: one for key, one in self._books.items() if one.readable}
        self._houses = {key: one for key, one in self._houses.items() if one.readable}

    def _shown(self, symbol: str) -> int:
        listed = self._markets.get(symbol, consistent=True)
        return 0 if listed is None else listed.book_sequence

    def _journal_findings(self) -> Findings:
        """Return what the audits found, record by record, since they began."""
        findings = Findings()
        for symbol, book in self._books.items():
            findings.add(book.found((symbol,)))
        for house in self._houses.values():
            findings.add(house.found(tuple(sorted(house.audit.swept))))
        for account_id, account in self._accounts.items():
            trading = {s for s, book in self._books.items() if account_id in book.audit.owed}
            symbols = tuple(sorted(trading | account.audit.symbols()))
            findings.add(account.found(symbols))
        return findings

    def _compare_items(self, readings: Readings, no_more: TimeIsUp) -> Findings:
        """Compare the items of orders with the journals. The items are read last."""
        findings = Findings()
        for symbol, book in readings.books.items():
            if no_more():
                break
            cursor = min(readings.cursors.get(symbol, 0), book.sequence)
            due = book.shown.due(cursor, MAX_ITEMS)
            items = self._orders.progress(due)
            for key in due:
                findings.checked[Check.PROJECTIONS] += 1
                difference = book.shown.compare(key, _shown(items.get(key)), cursor)
                if difference is not None:
                    code, detail = difference
                    subject = f"item {key[1]} of account#{key[0]}"
                    findings.breach(Breach(code, subject, detail, None, (symbol,)))
        return findings

    def _compare_holders(self, readings: Readings, no_more: TimeIsUp) -> Findings:
        """Compare the index of holders with the accounts. It is read last."""
        findings = Findings()
        for symbol, book in readings.books.items():
            if product_of(symbol) is Product.SPOT or no_more():
                continue
            shown = {
                str(item.account_id): (int(item.account_sequence), int(item.quantity_lots))
                for item in self._holders.items(symbol)
            }
            cursor = min(readings.cursors.get(symbol, 0), book.sequence)
            findings.checked[Check.PROJECTIONS] += len(shown)
            for breach in differing_holders(symbol, shown, readings.accounts, cursor):
                findings.breach(breach)
        return findings


def _current(followed: dict[str, Followed[A]]) -> dict[str, A]:
    return {key: one.audit for key, one in followed.items() if one.current}


def _shown(item: OrderItem | None) -> Shown | None:
    if item is None:
        return None
    return Shown(
        int(item.book_sequence or 0),
        item.status,
        int(item.filled_lots),
        int(item.filled_notional_minor),
        int(item.fee_minor),
    )
