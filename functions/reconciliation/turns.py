"""Which accounts a run reads: those of which something is known, and some of the others in turn.

Only a read shows that an account has nothing new, and there may be tens of thousands. So a run
reads those that traded since they were compared, as their books say, and those in which something
was wrong or on its way the last time; of all the others so many, going round. An account that
stands still is read again after as many minutes as the accounts take turns.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

MOVED: Final = 2_000
"""Accounts read in one run because something is known of them; those beyond wait for the next."""

ROUND: Final = 1_000
"""Accounts read in one run of which nothing is known: ten thousand are through in ten minutes. With
those that moved, at some 5 ms a read, that is 15 of the 31 seconds that a run has for accounts."""


class Turns:
    """Remembers, from run to run, whose turn is next."""

    def __init__(self) -> None:
        self._last = ""
        self.awaited: frozenset[str] = frozenset()
        """The accounts in which something was wrong, or on its way, in the run before."""

    def moved(self, waiting: Iterable[Mapping[str, int]]) -> list[str]:
        """Return the accounts of which something is known, the longest waiting first.

        Parameters
        ----------
        waiting
            Of each book, the accounts that it did something to since they were compared, and the
            first record that did.
        """
        since: dict[str, int] = {}
        for by_account in waiting:
            for account_id, sequence in by_account.items():
                since[account_id] = min(sequence, since.get(account_id, sequence))
        traded = sorted(since, key=lambda account_id: since[account_id])
        return list(dict.fromkeys([*sorted(self.awaited), *traded]))[:MOVED]

    def in_turn(self, account_ids: Collection[str]) -> Iterator[str]:
        """Yield the accounts whose turn it is; one that is not taken keeps its turn."""
        names = sorted(account_ids)
        start = bisect_right(names, self._last)
        for account_id in (names[start:] + names[:start])[:ROUND]:
            yield account_id
            self._last = account_id
