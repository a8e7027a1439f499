"""Accounts against books: each account with its books as of its own watermark.

Trading goes on while the journals are read, one after the other. No false alarm comes of that,
because of the order of reading: first the cursors and where the books end, then the accounts and
the house, then the books, then the items; all strongly. What is compared then follows from what
each writer did before what:

- A book read after an account knows every record that the account was settled with, for settlement
  reads the book before it appends to the account. So no watermark, and no cursor, is beyond it.
- A cursor moves after every account is settled up to it. So an account read after the cursor has
  been settled with every due up to that position: none may be missing in (watermark, cursor].
- An account is as its book says not only at its watermark, but up to the next record that owes it
  something. Up to there, and not beyond where the book ended before the account was read, its
  clearing entries are exactly the book's postings, and its holds exactly what the book counts on:
  an order reaches its book only after its hold stands, so an order that was open in the book then
  was held when the account was read.
- A hold of an order that the book does not have open there is on its way: it came to the book
  later (then a later record names it), or not yet. Those that no record names are let stand for a
  bound, see ``standstill``.
- In ``deposits - withdrawals = users + in transit + fees + house + open + in clearing`` each
  account counts as of its own record, and what the book owes it beyond that is counted as in
  clearing. So the sum is exact at every moment, too.
- A transfer is sent before it is received, but its sender may be read before both and its receiver
  after. So one side without the other is let stand for a bound, whichever it is; two sides that
  differ are a breach at once, see ``transit``.
- The house, read before the books, is swept up to a record that each book has. Up to there the fees
  of the book are the house's, and beyond it they are the book's.
"""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from zerodesk.money import format_minor
from zerodesk.reconciliation.accounts import AccountAudit, Balances
from zerodesk.reconciliation.books import BookAudit
from zerodesk.reconciliation.fills import NONE
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings
from zerodesk.reconciliation.house import HouseAudit
from zerodesk.reconciliation.owed import Owed
from zerodesk.reconciliation.standstill import Standing
from zerodesk.reconciliation.transit import match

FIRST: Final = 0


@dataclass(slots=True)
class Readings:
    """What one run has read, in the order of reading. ``ends`` is where the books ended at first.

    Accounts and books are those that were read to their ends. ``whole`` is False when there are
    others: then sums over everything mean nothing. ``still`` are the accounts that an earlier run
    has read: each counts in sums as of its own record, and is compared when it is read again.
    """

    cursors: dict[str, int]
    ends: dict[str, int]
    accounts: dict[str, AccountAudit]
    books: dict[str, BookAudit]
    shown_markets: dict[str, int]
    known_accounts: frozenset[str]
    listed: frozenset[str]
    whole: bool = True
    houses: dict[str, HouseAudit] = field(default_factory=dict)
    still: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Totals:
    """One currency over all accounts and books, minor units."""

    currency: str
    deposits_minor: int
    withdrawals_minor: int
    users_minor: int
    in_transit_minor: int
    fees_minor: int
    house_minor: int
    owed_minor: int
    open_minor: int
    """Of the books in which nothing is delivered: minus the cost of all that is open."""

    @property
    def in_clearing_minor(self) -> int:
        """What is nowhere else: it must be what the books still owe."""
        came_in_minor = self.deposits_minor - self.withdrawals_minor
        earned_minor = self.fees_minor + self.house_minor
        elsewhere_minor = self.in_transit_minor + earned_minor + self.open_minor
        return came_in_minor - self.users_minor - elsewhere_minor


@dataclass(slots=True)
class Comparison:
    """Compares readings; ``findings`` and ``standings`` are what comes of it.

    ``awaited`` are the accounts in which something is wrong or on its way: what becomes of it shows
    when they are read again.
    """

    readings: Readings
    findings: Findings = field(default_factory=Findings)
    standings: list[Standing] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    awaited: frozenset[str] = frozenset()

    def run(self) -> "Comparison":
        """Compare everything with everything that it must agree with."""
        books = self.readings.books
        for book in books.values():
            self._cursor(book)
            self._standing_book(book)
        for account_id in sorted(self.readings.accounts.keys() - self.readings.still):
            account, before = self.readings.accounts[account_id], self._told()
            trading = {symbol for symbol in books if account_id in books[symbol].owed}
            for symbol in sorted(trading | (account.symbols() & books.keys())):
                self._account(account, books[symbol])
            if self._told() != before:
                self.awaited |= {account_id}
        self._transfers()
        self._houses()
        self._unknown_accounts()
        self._totals()
        return self

    def _told(self) -> int:
        """Return how much is wrong or stands still so far."""
        return self.findings.failed.total() + len(self.standings)

    def _cursor(self, book: BookAudit) -> None:
        cursor = self.readings.cursors.get(book.symbol, FIRST)
        self.findings.checked[Check.POSITIONS] += 1
        if cursor > book.sequence:
            detail = f"settled up to {cursor}, the book ends at {book.sequence}"
            self._breach(BreachCode.CURSOR_AHEAD, f"cursor of {book.symbol}", detail, book)
        if cursor < book.settled_sequence:
            detail = f"settled up to {cursor}, was at {book.settled_sequence} before"
            self._breach(BreachCode.CURSOR_WENT_BACK, f"cursor of {book.symbol}", detail, book)
        book.settled_sequence = cursor

    def _standing_book(self, book: BookAudit) -> None:
        symbol, sequence = book.symbol, book.sequence
        cursor = self.readings.cursors.get(symbol, FIRST)
        shown = self.readings.shown_markets.get(symbol, FIRST)
        self.findings.checked[Check.STANDSTILLS] += 2
        if cursor < sequence:
            detail = f"records {cursor + 1} to {sequence} are not settled"
            self._stands(
                BreachCode.SETTLEMENT_STANDS_STILL, book.subject, detail, symbol, anchor=cursor
            )
        if book.market is not None and shown < sequence:
            detail = f"the market shows record {shown}, the book ends at {sequence}"
            self._stands(
                BreachCode.MARKET_STANDS_STILL, f"market {symbol}", detail, symbol, anchor=shown
            )
        if symbol in self.readings.listed and not sequence:
            detail = "listed, and its book is empty"
            self._stands(BreachCode.LISTING_STANDS_STILL, f"market {symbol}", detail, symbol)

    def _account(self, account: AccountAudit, book: BookAudit) -> None:
        """Compare one account with one book."""
        symbol = book.symbol
        watermark = account.watermarks.get(symbol, FIRST)
        owed = book.owed.get(account.account_id) or Owed()
        if watermark > book.sequence:
            detail = f"settled up to {watermark} of {symbol}, which ends at {book.sequence}"
            self._breach(BreachCode.WATERMARK_AHEAD, account.subject, detail, book)
            watermark = book.sequence
        cursor = self.readings.cursors.get(symbol, FIRST)
        end = min(max(cursor, self.readings.ends.get(symbol, FIRST)), book.sequence)
        due = owed.first_due(watermark, end)
        if due is not None and due <= cursor:
            detail = f"settled up to {watermark} of {symbol}; the cursor has passed {due}"
            self._breach(BreachCode.SETTLEMENT_SKIPPED, account.subject, detail, book, due)
        owed.fold(max(watermark, end if due is None else due - 1))
        self._position(account, book, owed)
        self._holds(account, book, owed)

    def _position(self, account: AccountAudit, book: BookAudit, owed: Owed) -> None:
        """Hold what the account got from the book against what the book posted, and its fills."""
        self.findings.checked[Check.POSITIONS] += 1
        got: Balances = account.settled.get(book.symbol, {})
        for currency in sorted(got.keys() | owed.settled.keys()):
            got_minor, posted_minor = got.get(currency, 0), owed.settled.get(currency, 0)
            if got_minor != posted_minor:
                detail = (
                    f"got {format_minor(got_minor, currency)} {currency} from {book.symbol}, "
                    f"the book posted {format_minor(posted_minor, currency)} up to record "
                    f"{owed.folded}"
                )
                self._breach(BreachCode.POSITION_DIFFERS, account.subject, detail, book)
        fills = account.fills.get(book.symbol, NONE)
        if fills != owed.fills:
            detail = f"fills in {book.symbol} add up to {fills}, the book's trades to {owed.fills}"
            self._breach(BreachCode.FILLS_DIFFER, account.subject, detail, book)

    def _holds(self, account: AccountAudit, book: BookAudit, owed: Owed) -> None:
        """Hold the open orders against the holds; a hold too many may be on its way."""
        holds = account.holds.get(book.symbol, {})
        for order_id, (currency, held_minor) in owed.open.items():
            self.findings.checked[Check.HOLDS] += 1
            hold = holds.get(order_id)
            if hold == (currency, held_minor):
                continue
            subject = _hold(order_id, account)
            needs = f"open in {book.symbol} with {format_minor(held_minor, currency)} {currency}"
            if hold is None:
                detail = f"{needs}, nothing is held for it"
                self._breach(BreachCode.HOLD_MISSING, subject, detail, book)
            else:
                detail = f"{needs}, {format_minor(hold[1], hold[0])} {hold[0]} is held"
                self._breach(BreachCode.HOLD_DIFFERS, subject, detail, book)
        on_the_way = holds.keys() - owed.open.keys()
        if not on_the_way:
            return
        self.findings.checked[Check.STANDSTILLS] += len(on_the_way)
        for order_id in sorted(on_the_way - owed.waiting_orders()):
            detail = f"{book.symbol} has not answered the order"
            subject = _hold(order_id, account)
            self._stands(BreachCode.HOLD_STANDS_STILL, subject, detail, book.symbol)

    def _transfers(self) -> None:
        """Match the transfers; one that has only one side may be on its way."""
        accounts = self.readings.accounts
        transits = {account_id: account.transit for account_id, account in accounts.items()}
        for found in match(transits, self.findings):
            self.awaited |= {found.account_id, found.other_account_id}
            symbols = tuple(sorted(accounts[found.account_id].symbols()))
            self.standings.append(
                Standing(found.code, found.subject, found.sequence, found.detail, symbols)
            )

    def _houses(self) -> None:
        """Hold what the house got from each book against what the book collected up to there."""
        for currency, house in self.readings.houses.items():
            for symbol, watermark in sorted(house.swept.items()):
                book = self.readings.books.get(symbol)
                if book is None:
                    continue
                self.findings.checked[Check.TOTALS] += 1
                book.fold_fees(watermark)
                got_minor, due_minor = house.fees[symbol], book.swept[currency]
                if watermark > book.sequence:
                    detail = f"swept {symbol} up to {watermark}, which ends at {book.sequence}"
                    self._breach(BreachCode.WATERMARK_AHEAD, house.subject, detail, book)
                elif got_minor != due_minor:
                    detail = (
                        f"got {format_minor(got_minor, currency)} {currency} of {symbol}, which "
                        f"collected {format_minor(due_minor, currency)} up to record {watermark}"
                    )
                    self._breach(BreachCode.FEES_DIFFER, house.subject, detail, book)

    def _unknown_accounts(self) -> None:
        # An account that trades was opened before, but perhaps after the accounts were listed.
        for book in self.readings.books.values():
            for account_id in sorted(book.owed.keys() - self.readings.known_accounts):
                subject, detail = f"account#{account_id}", f"trades in {book.symbol}, not listed"
                self._stands(BreachCode.ACCOUNT_UNKNOWN, subject, detail, book.symbol)

    def _totals(self) -> None:
        deposits: Balances = defaultdict(int)
        withdrawals: Balances = defaultdict(int)
        users: Balances = defaultdict(int)
        in_transit: Balances = defaultdict(int)
        fees: Balances = defaultdict(int)
        house: Balances = defaultdict(int)
        owed: Balances = defaultdict(int)
        open_: Balances = defaultdict(int)
        for account in self.readings.accounts.values():
            _add(deposits, account.deposits)
            _add(withdrawals, account.withdrawals)
            _add(users, account.available)
            _add(users, account.held)
            for pot in account.isolated.values():
                _add(users, pot)
            _add(in_transit, account.in_transit)
        for currency, one_house in self.readings.houses.items():
            house[currency] += one_house.balance_minor
            fees[currency] -= sum(one_house.fees.values())
        for book in self.readings.books.values():
            _add(fees, book.fees)
            _add(open_, book.open)
            for one in book.owed.values():
                _add(owed, one.waiting())
        kinds = (deposits, withdrawals, users, in_transit, fees, house, owed, open_)
        for currency in sorted({currency for kind in kinds for currency in kind}):
            totals = Totals(
                currency=currency,
                deposits_minor=deposits[currency],
                withdrawals_minor=withdrawals[currency],
                users_minor=users[currency],
                in_transit_minor=in_transit[currency],
                fees_minor=fees[currency],
                house_minor=house[currency],
                owed_minor=owed[currency],
                open_minor=open_[currency],
            )
            self.totals.append(totals)
            if self.readings.whole:
                self._total(totals)

    def _total(self, totals: Totals) -> None:
        self.findings.checked[Check.TOTALS] += 1
        if totals.in_clearing_minor == totals.owed_minor:
            return
        currency = totals.currency
        detail = (
            f"deposits {format_minor(totals.deposits_minor, currency)}, "
            f"withdrawals {format_minor(totals.withdrawals_minor, currency)}, "
            f"users {format_minor(totals.users_minor, currency)}, "
            f"in transit {format_minor(totals.in_transit_minor, currency)}, "
            f"fees {format_minor(totals.fees_minor, currency)}, "
            f"house {format_minor(totals.house_minor, currency)}, "
            f"open {format_minor(totals.open_minor, currency)}: "
            f"{format_minor(totals.in_clearing_minor, currency)} in clearing, "
            f"the books owe {format_minor(totals.owed_minor, currency)}"
        )
        symbols = tuple(
            sorted(
                symbol
                for symbol, book in self.readings.books.items()
                if book.market is not None and currency in (book.market.base, book.market.quote)
            )
        )
        self.findings.breach(Breach(BreachCode.TOTALS_DIFFER, currency, detail, None, symbols))

    def _breach(
        self,
        code: BreachCode,
        subject: str,
        detail: str,
        book: BookAudit,
        sequence: int | None = None,
    ) -> None:
        self.findings.breach(Breach(code, subject, detail, sequence, (book.symbol,)))

    def _stands(
        self, code: BreachCode, subject: str, detail: str, symbol: str, *, anchor: int = FIRST
    ) -> None:
        self.standings.append(Standing(code, subject, anchor, detail, (symbol,)))


def _hold(order_id: str, account: AccountAudit) -> str:
    return f"hold of {order_id} of {account.subject}"


def _add(totals: Balances, balances: Balances) -> None:
    for currency, amount_minor in balances.items():
        totals[currency] += amount_minor
