"""Cancel and replace: an order is taken out, its money comes back, and another one is placed.

Two requests in one, and no command of its own: each half happens once by its own id, so the same
request again goes on where the first one ended. An amend keeps the order's id and holds only what
it needs more; this one is another order in everything but its market, with a hold of its own, so
what the first one held has to be free before.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from order_intake.cancels import Cancels
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ProblemError, ended, refused
from zerodesk_aws.contracts.order_changes import ReplacedOrder, ReplaceOrder
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.listings import Listings
from zerodesk_aws.order_path import OrderPath, Waiting
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.orders import order_view

ALLOW_FAILURE: Final = "ALLOW_FAILURE"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of both orders."""

    replaced: ReplacedOrder
    status: HTTPStatus
    """That of the order that was placed."""


class Replacements:
    """Replaces orders of accounts."""

    def __init__(
        self,
        orders: Orders,
        listings: Listings,
        accounts: AccountJournal,
        cancels: Cancels,
        path: OrderPath,
        waiting: Waiting,
    ) -> None:
        self._orders, self._listings, self._accounts = orders, listings, accounts
        self._cancels, self._path, self._waiting = cancels, path, waiting

    def replace(self, account_id: str, order_id: str, asked: ReplaceOrder) -> Replaced:
        """Cancel an order and place another, or find what became of the same request before.

        Raises
        ------
        ProblemError
            NOT_FOUND, INTAKE_*: nothing has happened. ORDER_NOT_OPEN: the order ended otherwise,
            and nothing is placed. UNAVAILABLE: the cancel is on its way, or its money is; nothing
            is placed yet, and the same request again goes on.
        """
        deadline = self._waiting.deadline()
        item = self._orders.get(account_id, order_id)
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no order of this id.")
        self._check(item, asked)
        cancelled = self._cancelled(item, asked.mode)
        self._wait_for_the_money(item, deadline)
        placed = self._path.place(account_id, asked.order)
        return Replaced(ReplacedOrder(cancelled=cancelled, order=placed.order), placed.status)

    def _check(self, item: OrderItem, asked: ReplaceOrder) -> None:
        """Refuse before anything is cancelled what would be refused behind it."""
        if asked.order.symbol != item.request["symbol"]:
            raise refused(
                ProblemCode.INTAKE_BAD_VALUE,
                "order.symbol",
                asked.order.symbol,
                f"the order's own market, {item.request['symbol']}",
            )
        if asked.order.client_order_id == item.request["client_order_id"]:
            raise refused(
                ProblemCode.INTAKE_BAD_VALUE,
                "order.client_order_id",
                asked.order.client_order_id,
                "another one than that of the order that is replaced",
            )
        self._path.check(item.account_id, asked.order)

    def _cancelled(self, item: OrderItem, mode: str) -> Order:
        """Return the order once it has ended; otherwise than by a cancel only where that may be."""
        try:
            cancelled = self._cancels.cancel(item.account_id, item.order_id)
        except ProblemError as error:
            if error.problem.code is not ProblemCode.ORDER_NOT_OPEN or mode != ALLOW_FAILURE:
                raise
            standing = self._orders.get(item.account_id, item.order_id) or item
            return order_view(standing, self._listings.listed(item.request["symbol"]))
        if not cancelled.answered:
            raise _not_yet(item)
        return cancelled.order

    def _wait_for_the_money(self, item: OrderItem, deadline: float) -> None:
        """Wait until the account's journal holds nothing for the order any more."""

        def is_held() -> bool:
            return item.order_id in self._accounts.latest(item.account_id).state.holds

        if self._waiting.look(is_held, lambda held: not held, deadline):
            raise _not_yet(item)


def _not_yet(item: OrderItem) -> ProblemError:
    return ended(
        ProblemCode.UNAVAILABLE,
        f"The cancel of order {item.order_id} is on its way, or what it held is. Nothing is placed "
        "yet: the same request again goes on.",
    )
