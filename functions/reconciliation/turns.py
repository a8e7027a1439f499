"""Which accounts a run reads: those of which something is known, and some of the others in turn.

There may be tens of thousands. So a run reads on those that traded since they were compared, as
their books say, and those in which something was wrong or on its way the last time. At those that
it has read to their end before it takes a look, fifty at once, whether that is still their end, and
reads on where it is not. Of those that it has never read it reads so many, going round.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

MOVED: Final = 2_000
"""Accounts read in one run because something is known of them; those beyond wait for the next."""

ROUND: Final = 1_000
"""Accounts read in one run of which nothing is known: ten thousand are through in ten minutes. With
those that moved, at some 5 ms a read, that is 15 of the 31 seconds that a run has for accounts."""

LOOKS: Final = 20_000
"""Accounts looked at in one run: 400 reads of a hundred records. Of more than these each has its
look every other run, and so on."""

AT_ONCE: Final = 50
"""Accounts looked at with one read: two places of each, and a read asks for a hundred at most."""


class Turns:
    """Remembers, from run to run, whose turn is next."""

    def __init__(self) -> None:
        self._last = self._looked = ""
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
        for account_id in _behind(self._last, account_ids)[:ROUND]:
            yield account_id
            self._last = account_id

    def looks(self, account_ids: Collection[str]) -> Iterator[list[str]]:
        """Yield accounts to be looked at together; those of which none is taken keep their turn."""
        due = _behind(self._looked, account_ids)[:LOOKS]
        for start in range(0, len(due), AT_ONCE):
            together = due[start : start + AT_ONCE]
            yield together
            self._looked = together[-1]


def _behind(last: str, account_ids: Collection[str]) -> list[str]:
    """Return all accounts by name, those behind the last one first."""
    names = sorted(account_ids)
    start = bisect_right(names, last)
    return names[start:] + names[:start]
