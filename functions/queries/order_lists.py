"""An account's orders: one, all of them page by page, or those that are open."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from zerodesk.orders import OrderStatus
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.contracts.order_lists import ListOrders, OrderPage
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.listings import Listings
from zerodesk_aws.tables.items import MAX_BATCH
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.orders import order_view

ID_PREFIX: Final = "o"
"""Of orders; the table's other items are cancels, amends, deposits. A path admits no other ids."""

MAX_EXAMINED: Final = 1_000
"""Items looked at for one page. A page that finds few of its filter in so many ends early."""

RECENT: Final = 100
"""Newest items in which orders are looked for that have no hold yet."""

Wanted = Callable[[OrderItem], bool]


class OrderLists:
    """Answers for orders."""

    def __init__(self, orders: Orders, accounts: AccountJournal, listings: Listings) -> None:
        self._orders, self._accounts, self._listings = orders, accounts, listings

    def one(self, account_id: str, order_id: str) -> Order:
        """Return an order of an account, or refuse with NOT_FOUND."""
        item = self._orders.get(account_id, order_id)
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no order of this id.")
        return self._view(item)

    def page(self, account_id: str, asked: ListOrders) -> OrderPage:
        """Return a page of an account's orders, newest first."""
        pages = Pages(str, "orders", account_id, asked.status, asked.symbol)
        behind = pages.position(asked.cursor)
        wanted = _wanted(asked)
        if asked.status == "open":
            found, last = self._open(account_id, wanted, behind, asked.limit)
        else:
            found, last = self._placed(account_id, wanted, behind, asked.limit)
        return OrderPage(
            orders=[self._view(item) for item in found],
            next_cursor=None if last is None else pages.cursor(*_position(last)),
        )

    def _view(self, item: OrderItem) -> Order:
        market = self._listings.get(item.request["symbol"])
        assert market is not None, "an order is taken only in a listed market"
        return order_view(item, market)

    def _placed(
        self, account_id: str, wanted: Wanted, behind: tuple[int, str] | None, limit: int
    ) -> tuple[list[OrderItem], OrderItem | None]:
        """Return a page by time of placing, and where to go on if there may be more."""
        keys = self._orders.newest(account_id, behind, limit=MAX_EXAMINED)
        found: list[OrderItem] = []
        examined = 0
        last: OrderItem | None = None
        while chunk := list(islice(keys, MAX_BATCH)):
            items = self._orders.get_many(account_id, _order_ids(chunk))
            for last in chunk:
                item = items.get(last.order_id)
                if item is not None and wanted(item):
                    found.append(item)
                    if len(found) == limit:
                        return found, last
            examined += len(chunk)
        return found, last if examined == MAX_EXAMINED else None

    def _open(
        self, account_id: str, wanted: Wanted, behind: tuple[int, str] | None, limit: int
    ) -> tuple[list[OrderItem], OrderItem | None]:
        """Return a page of the open orders.

        They are few and may be old, so they are not looked for among all orders ever placed: an
        open order has a hold in the account's latest record, or it came just now.
        """
        recent = self._orders.newest(account_id, None, limit=RECENT)
        held = self._accounts.latest(account_id).state.holds
        orders = [command_id for command_id in held if command_id.startswith(ID_PREFIX)]
        ids = dict.fromkeys([*orders, *_order_ids(recent)])
        items = [item for item in self._orders.get_many(account_id, ids).values() if wanted(item)]
        items.sort(key=_position, reverse=True)
        if behind is not None:
            items = [item for item in items if _position(item) < behind]
        return items[:limit], items[limit - 1] if len(items) > limit else None


def _order_ids(keys: Iterable[OrderItem]) -> list[str]:
    return [key.order_id for key in keys if key.order_id.startswith(ID_PREFIX)]


def _position(item: OrderItem) -> tuple[int, str]:
    return int(item.placed_at_ms), item.order_id


def _wanted(asked: ListOrders) -> Wanted:
    def wanted(item: OrderItem) -> bool:
        is_closed = OrderStatus(item.status).is_terminal
        return (asked.status == "all" or is_closed == (asked.status == "closed")) and (
            asked.symbol is None or item.request["symbol"] == asked.symbol
        )

    return wanted
