"""Reconciliation of journals alone: what archives say, with no table beside them.

The accounts, the books and the house are held against each other as in ``compare``; what takes the
cursors or the items to know, only the live reconciliation can say. Export the accounts before the
books: an account that was settled with more than its book has would be a breach.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from zerodesk.reconciliation.accounts import AccountAudit
from zerodesk.reconciliation.books import BookAudit
from zerodesk.reconciliation.compare import Comparison, Readings
from zerodesk.reconciliation.findings import Findings
from zerodesk.reconciliation.house import HouseAudit
from zerodesk.reconciliation.report import report

Watermarks = dict[str, dict[str, int]]
"""Up to which record of each book, by symbol, each account is settled."""


def watermarks_of(accounts: Iterable[AccountAudit]) -> Watermarks:
    """Return the watermarks of accounts."""
    found: Watermarks = defaultdict(dict)
    for account in accounts:
        for symbol, watermark in account.watermarks.items():
            found[symbol][account.account_id] = watermark
    return dict(found)


def compared(audits: Iterable[AccountAudit | BookAudit | HouseAudit]) -> dict[str, Any]:
    """Hold audits against each other; return the report, see ``zerodesk.reconciliation.report``.

    It is complete if every account that a book knows is there, and every book that an account
    knows; sums over everything are compared only then. ``checked_at`` is empty: no clock was read.
    """
    accounts: dict[str, AccountAudit] = {}
    books: dict[str, BookAudit] = {}
    houses: dict[str, HouseAudit] = {}
    findings = Findings()
    for audit in audits:
        findings.add(audit.found())
        match audit:
            case AccountAudit():
                accounts[audit.account_id] = audit
            case BookAudit():
                books[audit.symbol] = audit
            case HouseAudit():
                houses[audit.currency] = audit
    traded = {account_id for book in books.values() for account_id in book.owed}
    used = {symbol for account in accounts.values() for symbol in account.symbols()}
    swept = {symbol for house in houses.values() for symbol in house.swept}
    readings = Readings(
        cursors={},
        ends={},
        accounts=accounts,
        books=books,
        shown_markets={},
        known_accounts=frozenset(accounts),
        listed=frozenset(),
        whole=traded <= accounts.keys() and used | swept <= books.keys(),
        houses=houses,
    )
    comparison = Comparison(readings).run()
    findings.add(comparison.findings)
    return report(readings, findings, comparison.totals, "")
