"""One run: read in order, compare, tell.

What has been read stays in memory, so that a warm process reads only what came since. It is a cache
and nothing else: a new process reads everything again and comes to the same report.
"""

from dataclasses import dataclass
from typing import Any, Final

from reconciliation.following import A, Followed, TimeIsUp
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
    report,
)
from zerodesk_aws.clock import iso_ms
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Entry, Register
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor
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
        self, journal: Journal, orders: Orders, markets: Markets, cursors: Cursors
    ) -> None:
        self._journal, self._orders = journal, orders
        self._markets, self._cursors = markets, cursors
        self._accounts: dict[str, Followed[AccountAudit]] = {}
        self._books: dict[str, Followed[BookAudit]] = {}
        self._houses: dict[str, Followed[HouseAudit]] = {}
        self._transits: dict[str, Transit] = {}

    def run(
        self, watch: Watch, now_ms: int, time_is_up: TimeIsUp, no_more_items: TimeIsUp
    ) -> Result:
        """Read on, compare everything, and return what came of it.

        Parameters
        ----------
        watch
            What the run before remembered.
        time_is_up
            Asked before each stream and after each record: a run that is cut short reports itself
            as not complete, and the next one goes on from there.
        no_more_items
            Asked before the items of each book: those that are left over are compared next time.
        """
        findings = Findings()
        readings = self._read(time_is_up, findings)
        comparison = Comparison(readings).run()
        findings.add(self._journal_findings()).add(comparison.findings)
        findings.add(self._compare_items(readings, no_more_items))
        watch, lasting = watch.after(comparison.standings, now_ms)
        for breach in lasting:
            findings.breach(breach)
        return Result(
            report(readings, findings, comparison.totals, iso_ms(now_ms)),
            tuple(findings.breaches),
            watch,
            frozenset(symbol for symbol, book in readings.books.items() if book.stays_stopped),
        )

    def _read(self, time_is_up: TimeIsUp, findings: Findings) -> Readings:
        """Read everything in the order that makes it comparable."""
        self._forget_unreadable()
        account_ids = self._registered(ACCOUNTS, findings).keys() | self._accounts.keys()
        listed = self._registered(MARKETS, findings)
        symbols = listed.keys() | self._books.keys()
        cursors = {one: self._cursors.position(settlement_cursor(one)) for one in sorted(symbols)}
        ends = {symbol: self._end(symbol) for symbol in sorted(symbols)}
        for account_id in sorted(account_ids):
            self._account(account_id).read(self._journal, time_is_up)
        for account in self._accounts.values():
            symbols = symbols | account.audit.symbols()
        quotes = {listing["quote"] for listing in listed.values()}
        for currency in sorted(quotes | self._houses.keys()):
            house = self._houses.setdefault(currency, Followed(HouseAudit(currency)))
            house.read(self._journal, time_is_up)
        shown_markets = {symbol: self._shown(symbol) for symbol in sorted(symbols)}
        for symbol in sorted(symbols):
            book = self._books.setdefault(symbol, Followed(BookAudit(symbol)))
            book.read(self._journal, time_is_up)
        accounts, books = _current(self._accounts), _current(self._books)
        houses = _current(self._houses)
        read, known = (len(accounts), len(books), len(houses)), self._known()
        return Readings(
            cursors=cursors,
            ends=ends,
            accounts=accounts,
            books=books,
            shown_markets=shown_markets,
            known_accounts=frozenset(account_ids),
            listed=frozenset(listed),
            whole=read == known,
            houses=houses,
        )

    def _known(self) -> tuple[int, int, int]:
        return len(self._accounts), len(self._books), len(self._houses)

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

    def _end(self, symbol: str) -> int:
        """Return where a book ends now; what is wrong with it shows when it is read."""
        try:
            latest = self._journal.latest(book_stream(symbol))
        except JournalCorruptError:
            return 0
        return 0 if latest is None else latest.sequence

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
