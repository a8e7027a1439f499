"""Cancels of all orders of an account, in one market or in every one."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from zerodesk.orders import mass_cancel_id_for
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.order_changes import CancelledOrders, CancelOrders
from zerodesk_aws.entry import logger
from zerodesk_aws.listings import Listings
from zerodesk_aws.mass_cancels import MassCancels, named, orders_of
from zerodesk_aws.order_path import Waiting
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.orders import order_view


@dataclass(frozen=True, slots=True)
class CancelledAll:
    """What became of a cancel of many."""

    cancelled: CancelledOrders

    @property
    def answered(self) -> bool:
        """Whether each order is final."""
        return self.cancelled.status == "DONE"

    @property
    def status(self) -> HTTPStatus:
        """200 once each order is final, 202 while the cancel is on its way."""
        return HTTPStatus.OK if self.answered else HTTPStatus.ACCEPTED


class CancelsOfAll:
    """Cancels what accounts hold orders for."""

    def __init__(
        self, mass_cancels: MassCancels, orders: Orders, listings: Listings, waiting: Waiting
    ) -> None:
        self._mass_cancels, self._orders = mass_cancels, orders
        self._listings, self._waiting = listings, waiting

    def cancel(self, account_id: str, asked: CancelOrders) -> CancelledAll:
        """Cancel all that an account holds orders for, or find what became of that before.

        Raises
        ------
        ProblemError
            INTAKE_UNKNOWN_SYMBOL, INTAKE_IDEMPOTENCY_CONFLICT: nothing was written.
        """
        deadline = self._waiting.deadline()
        command_id = mass_cancel_id_for(account_id, asked.cancel_id)
        logger.set_correlation_id(command_id)
        item = self._gate(account_id, command_id, asked)
        left = self._mass_cancels.left(item, orders_of(item))
        if left:
            self._mass_cancels.drive(item, left, now_ms())
            left = self._until_final(item, left, deadline)
            logger.info("orders cancelled", orders=len(orders_of(item)), left=len(left))
        if not left:
            self._mass_cancels.drive(item, left, now_ms())
        return self._answer(item, done=not left)

    def _gate(self, account_id: str, command_id: str, asked: CancelOrders) -> OrderItem:
        if asked.symbol is not None:
            self._listings.asked_for(asked.symbol)
        item = self._mass_cancels.open(
            account_id, command_id, asked.cancel_id, asked.symbol, at_ms=now_ms()
        )
        if item.fingerprint != named(asked.symbol):
            raise refused(
                ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
                "cancel_id",
                asked.cancel_id,
                "new, or for the same market as before",
            )
        return item

    def _until_final(self, item: OrderItem, left: set[str], deadline: float) -> set[str]:
        """Return the orders that are not final at the deadline; what is final is read once."""

        def still_left() -> set[str]:
            left.intersection_update(self._mass_cancels.left(item, left))
            return left

        return self._waiting.look(still_left, lambda some: not some, deadline)

    def _answer(self, item: OrderItem, *, done: bool) -> CancelledAll:
        request: dict[str, Any] = item.request
        found = self._orders.get_many(item.account_id, sorted(orders_of(item)))
        orders = [
            order_view(found[order_id], self._listings.listed(symbol))
            for symbol, named_orders in request["books"].items()
            for order_id, _ in named_orders
            if order_id in found
        ]
        return CancelledAll(
            CancelledOrders(
                cancel_id=request["cancel_id"],
                symbol=request["symbol"],
                status="DONE" if done else "PENDING",
                account_sequence=request["account_sequence"],
                orders=orders,
            )
        )
