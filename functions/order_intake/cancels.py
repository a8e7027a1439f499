"""Cancels: a gate item, a command to the book, and the wait for what it answers."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from zerodesk.instruments import Market
from zerodesk.orders import OrderStatus, cancel_id_for
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.entry import logger
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.listings import Listings
from zerodesk_aws.order_path import Waiting
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.orders import order_view

if TYPE_CHECKING:
    from zerodesk.commands import CancelCommand

KIND: Final = "cancel"


class Cancelled(NamedTuple):
    """What became of a cancel."""

    order: Order
    answered: bool

    @property
    def status(self) -> HTTPStatus:
        """200 once the order is out of the book, 202 while the cancel is on its way."""
        return HTTPStatus.OK if self.answered else HTTPStatus.ACCEPTED


class Cancels:
    """Cancels orders of accounts."""

    def __init__(
        self, orders: Orders, listings: Listings, queue: CommandQueue, waiting: Waiting
    ) -> None:
        self._orders, self._listings = orders, listings
        self._queue, self._waiting = queue, waiting

    def cancel(self, account_id: str, order_id: str) -> Cancelled:
        """Cancel an order, or find that it is cancelled.

        Raises
        ------
        ProblemError
            NOT_FOUND: the account has no such order. ORDER_NOT_OPEN: it ended otherwise.
        """
        deadline = self._waiting.deadline()
        logger.set_correlation_id(order_id)
        item = self._orders.get(account_id, order_id)
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no order of this id.")
        market = self._listings.listed(item.request["symbol"])
        if not OrderStatus(item.status).is_terminal:
            self._send(item)
            item = self._waiting.until(_has_ended, item, deadline)
            logger.info("order cancelled", status=item.status, symbol=market.symbol)
        return self._answer(item, market)

    def _send(self, item: OrderItem) -> None:
        """Put the gate item if there is none, and send the cancel to the book.

        It is sent anew each time that it is asked for, as of now: the book knows it by its id, and
        one that got lost long ago must not be refused for its age.
        """
        order_id, at_ms = item.order_id, now_ms()
        command: CancelCommand = {
            "kind": "cancel",
            "command_id": cancel_id_for(order_id),
            "account_id": item.account_id,
            "symbol": item.request["symbol"],
            "order_id": order_id,
            "accepted_at_ms": at_ms,
        }
        self._orders.open_gate(
            item.account_id,
            command["command_id"],
            kind=KIND,
            fingerprint=fingerprint({"order_id": order_id}),
            request=dict(command),
            at_ms=at_ms,
        )
        self._queue.send(command)

    def _answer(self, item: OrderItem, market: Market) -> Cancelled:
        status = OrderStatus(item.status)
        if status.is_terminal and status is not OrderStatus.CANCELLED:
            raise ended(ProblemCode.ORDER_NOT_OPEN, f"The order is {status} and stays so.")
        return Cancelled(order_view(item, market), answered=status.is_terminal)


def _has_ended(item: OrderItem) -> bool:
    return OrderStatus(item.status).is_terminal
