"""The report: what a person, the command line and the alarm read."""

from typing import Any

from zerodesk.money import format_minor
from zerodesk.reconciliation.books import BookAudit
from zerodesk.reconciliation.compare import Readings, Totals
from zerodesk.reconciliation.findings import Check, Findings


def report(
    readings: Readings, findings: Findings, totals: list[Totals], checked_at: str
) -> dict[str, Any]:
    """Return the report of a run; amounts are decimal strings.

    ``balanced`` means that everything was read and nothing is wrong. ``complete`` is False as long
    as a journal was not read to its end, be it by a run before; the next run goes on from there.
    """
    return {
        "balanced": findings.clean and readings.whole,
        "complete": readings.whole,
        "checked_at": checked_at,
        "checks": [
            {
                "name": check.value,
                "checked": findings.checked[check],
                "breaches": findings.failed[check],
            }
            for check in Check
        ],
        "books": [_book(book, readings) for _, book in sorted(readings.books.items())],
        "accounts": len(readings.accounts),
        "totals": [_totals(one) for one in totals],
        "breaches": [breach.to_dict() for breach in findings.breaches],
    }


def _book(book: BookAudit, readings: Readings) -> dict[str, Any]:
    return {
        "symbol": book.symbol,
        "sequence": book.sequence,
        "settled_sequence": readings.cursors.get(book.symbol, 0),
        "records": book.sequence,
        "trades": book.trades,
        "open_orders": len(book.orders),
        "fees": {
            currency: format_minor(fee_minor, currency)
            for currency, fee_minor in sorted(book.fees.items())
        },
    }


def _totals(totals: Totals) -> dict[str, str]:
    currency = totals.currency
    return {
        "currency": currency,
        "deposits": format_minor(totals.deposits_minor, currency),
        "withdrawals": format_minor(totals.withdrawals_minor, currency),
        "users": format_minor(totals.users_minor, currency),
        "in_transit": format_minor(totals.in_transit_minor, currency),
        "fees": format_minor(totals.fees_minor, currency),
        "house": format_minor(totals.house_minor, currency),
        "open": format_minor(totals.open_minor, currency),
        "in_clearing": format_minor(totals.in_clearing_minor, currency),
    }
