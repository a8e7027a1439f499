"""The reserved withdrawals of all accounts, page by page: what waits for the back office."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Final

from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.cursors import MAX_POSITION, Pages
from zerodesk_aws.contracts.funds import ListReserved, ReservedPage, Withdrawal
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.views.funds import withdrawal_view

MAX_EXAMINED: Final = 200
"""Accounts looked at for one page, a read each. A page that finds few in so many ends early."""

END_OF_ACCOUNT: Final = MAX_POSITION - 1

Position = tuple[str, int, str]
"""(account, when it was reserved, its id): what the list is sorted by."""


class ReservedList:
    """Answers with what is reserved, by account, the oldest first in each."""

    def __init__(self, register: Register, accounts: AccountJournal, orders: Orders) -> None:
        self._register, self._accounts, self._orders = register, accounts, orders

    def page(self, asked: ListReserved) -> ReservedPage:
        """Return a page. What is reserved or ended meanwhile is in its place, or is not.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: no cursor of this list.
        """
        pages = Pages(str, "reserved")
        behind = _position(pages.position(asked.cursor))
        account_ids = sorted(self._register.entries())
        start = _first_examined(account_ids, behind)
        examined = account_ids[start : start + MAX_EXAMINED]
        found = list(islice(self._reserved(examined, behind), asked.limit))
        if len(found) == asked.limit:
            last: Position | None = found[-1]
        elif start + MAX_EXAMINED < len(account_ids):
            last = (examined[-1], END_OF_ACCOUNT, "")
        else:
            last = None
        return ReservedPage(
            withdrawals=list(self._shown(found)),
            next_cursor=None if last is None else pages.cursor(last[1], f"{last[0]}/{last[2]}"),
        )

    def _reserved(self, account_ids: list[str], behind: Position | None) -> Iterator[Position]:
        for account_id in account_ids:
            reserved = self._accounts.latest(account_id).state.withdrawals
            places = sorted((account_id, one.reserved_at_ms, key) for key, one in reserved.items())
            yield from (place for place in places if behind is None or place > behind)

    def _shown(self, found: list[Position]) -> Iterator[Withdrawal]:
        for account_id, places in groupby(found, key=lambda place: place[0]):
            gates = [gate for _, _, gate in places]
            items = self._orders.get_many(account_id, gates)
            yield from (withdrawal_view(items[gate]) for gate in gates)


def _position(read: tuple[int, str] | None) -> Position | None:
    """Return the position that a cursor names; one that was made up is somewhere in the list."""
    if read is None:
        return None
    account_id, _, gate = read[1].partition("/")
    return account_id, read[0], gate


def _first_examined(account_ids: list[str], behind: Position | None) -> int:
    """Return the index of the first account that may have something behind a position."""
    if behind is None:
        return 0
    search = bisect_right if behind[1] == END_OF_ACCOUNT else bisect_left
    return search(account_ids, behind[0])
