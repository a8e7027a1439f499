"""One sweep: all books, then all accounts, none of them in the way of another."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from sweeper.accounts import AccountSweep
from sweeper.books import BookSweep
from sweeper.unsettled import Unsettled
from zerodesk_aws.entry import logger
from zerodesk_aws.journal import Journal
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.registers import ACCOUNTS, MARKETS, Register
from zerodesk_aws.tables.cursors import Cursors

MINUTE_MS: Final = 60_000

TimeIsUp = Callable[[], bool]


class Sweeper:
    """Finds what stands still, and drives it on."""

    def __init__(
        self, journal: Journal, cursors: Cursors, books: BookSweep, accounts: AccountSweep
    ) -> None:
        self._journal, self._cursors = journal, cursors
        self._books, self._accounts = books, accounts

    def run(self, now_ms: int, time_is_up: TimeIsUp) -> Counter[str]:
        """Sweep everything once, as far as the time goes; return how many of each were driven on.

        Books come first: they are few, and what holds them up is held up for all. The accounts
        begin with another one each minute, so that none is always the last.
        """
        driven: Counter[str] = Counter()
        listings = Register(self._journal, MARKETS).entries()
        limits = LimitRegister(self._journal).latest()
        for symbol, listing in sorted(listings.items()):
            kills = limits.kills(symbol)
            sweep = self._books.sweep(symbol, listing, kills, now_ms)
            self._drive(driven, f"book {symbol}", sweep)
        unsettled = Unsettled(self._journal, self._cursors)
        account_ids = sorted(Register(self._journal, ACCOUNTS).entries())
        for account_id in _rotated(account_ids, now_ms // MINUTE_MS):
            if time_is_up():
                driven["AccountsLeft"] += 1
                continue
            sweep = self._accounts.sweep(account_id, unsettled, limits, now_ms)
            self._drive(driven, f"account {account_id}", sweep)
        return driven

    def _drive(self, driven: Counter[str], subject: str, sweep: Iterator[str]) -> None:
        try:
            driven.update(sweep)
        except Exception:  # noqa: BLE001 - one account's trouble is not another's
            logger.exception("not driven on", subject=subject)
            driven["Failures"] += 1


def _rotated(names: list[str], by: int) -> list[str]:
    start = by % len(names) if names else 0
    return names[start:] + names[:start]
