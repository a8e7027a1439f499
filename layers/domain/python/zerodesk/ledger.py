"""Double entry: every record moves money between ledger accounts, and creates none.

Within an account's journal the ledger accounts are ``available`` and ``held``, and for each
isolated position its pot, ``isolated#<symbol>``; what comes from or goes to elsewhere passes
``external`` (deposits, withdrawals), ``transit`` (other accounts) or ``clearing#<symbol>`` (a
book). Seen from a book, the same movements are postings: rows that name the account, the order and
what changes in its hold and in what is free. The house has ``house`` against the fees of the books,
``fees#<symbol>``. A book in which nothing is delivered pays what was made or lost by closing out of
``open#<symbol>``, see ``zerodesk.matching.positions``.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

AVAILABLE: Final = "available"
HELD: Final = "held"
EXTERNAL: Final = "external"
TRANSIT: Final = "transit"
HOUSE: Final = "house"

Entry = tuple[str, str, int]
"""(ledger account, currency, amount in minor units; positive is what the account receives)."""

Posting = tuple[str, str, str, int, int]
"""(account_id, order_id, currency, change of held, change of available), minor units."""


class LedgerError(AssertionError):
    """A record that would create, lose or overdraw money. Never caught: it is a defect."""


def clearing_account(symbol: str) -> str:
    """Return the ledger account through which an account settles with a book."""
    return f"clearing#{symbol}"


def isolated_account(symbol: str) -> str:
    """Return the ledger account of the pot of an isolated position."""
    return f"isolated#{symbol}"


def is_own(ledger_account: str) -> bool:
    """Whether what is in a ledger account of an account's journal is the account's.

    Examples
    --------
    >>> [is_own(one) for one in (HELD, isolated_account("BTC-PERP"), EXTERNAL)]
    [True, True, False]
    """
    return ledger_account in (AVAILABLE, HELD) or ledger_account.startswith(isolated_account(""))


def fee_account(symbol: str) -> str:
    """Return the account that collects a book's fees until they are swept to the house."""
    return f"fees#{symbol}"


def open_account(symbol: str) -> str:
    """Return the account against which a book pays what closing positions made."""
    return f"open#{symbol}"


def own_accounts(symbol: str) -> frozenset[str]:
    """Return the accounts of a book's own postings, which are nobody's to settle."""
    return frozenset({fee_account(symbol), open_account(symbol)})


def assert_balanced(entries: Iterable[Entry]) -> None:
    """Refuse entries that do not sum to zero in each currency.

    Examples
    --------
    >>> assert_balanced([("available", "USD", -5), ("held", "USD", 5)])
    >>> assert_balanced([("available", "USD", -5), ("held", "USD", 4)])
    Traceback (most recent call last):
    ...
    zerodesk.ledger.LedgerError: entries do not sum to zero: {'USD': -1}
    """
    totals: dict[str, int] = defaultdict(int)
    for _, currency, amount_minor in entries:
        totals[currency] += amount_minor
    unbalanced = {currency: total for currency, total in totals.items() if total}
    if unbalanced:
        raise LedgerError(f"entries do not sum to zero: {unbalanced}")


def assert_postings_balanced(postings: Iterable[Posting]) -> None:
    """Refuse a book's postings that do not sum to zero in each currency."""
    assert_balanced(
        (account_id, currency, held_minor + available_minor)
        for account_id, _, currency, held_minor, available_minor in postings
    )
