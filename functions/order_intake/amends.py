"""Amends: a gate item, the way of an order to the book, and the wait for what it answers."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from zerodesk.instruments import Market
from zerodesk.orders import OrderStatus, Side, amend_id_for
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.order_changes import AmendedOrder, AmendOrder
from zerodesk_aws.contracts.orders import Rejection
from zerodesk_aws.entry import logger
from zerodesk_aws.filters import amend_changes, below_min_notional, fingerprint
from zerodesk_aws.listings import Listings
from zerodesk_aws.order_path import RECORDED, Waiting, is_answered, is_final
from zerodesk_aws.tables.orders import DONE, OrderItem, Orders
from zerodesk_aws.views.orders import order_view
from zerodesk_aws.workflows import Workflow

KIND: Final = "amend"

RESTS: Final = (OrderStatus.OPEN.value, OrderStatus.PARTIALLY_FILLED.value)
"""An order that waits for its trigger has no place in a queue yet."""

STATUSES: Final[Mapping[str, Literal["DONE", "REJECTED"]]] = MappingProxyType(
    {DONE: "DONE", OrderStatus.REJECTED.value: "REJECTED"}
)


class Amended(NamedTuple):
    """What became of an amend."""

    amended: AmendedOrder
    answered: bool

    @property
    def status(self) -> HTTPStatus:
        """200 once the book, or the risk check, has answered; 202 while the amend is on its way."""
        return HTTPStatus.OK if self.answered else HTTPStatus.ACCEPTED


class Amends:
    """Amends orders of accounts."""

    def __init__(
        self, orders: Orders, listings: Listings, workflow: Workflow, waiting: Waiting
    ) -> None:
        self._orders, self._listings = orders, listings
        self._workflow, self._waiting = workflow, waiting

    def amend(self, account_id: str, order_id: str, asked: AmendOrder) -> Amended:
        """Amend an order, or find what became of the same amend before.

        Raises
        ------
        ProblemError
            INTAKE_*, NOT_FOUND, ORDER_NOT_OPEN: refused before anything was written. UNAVAILABLE:
            it did not become known whether the amend is held; the same request again finds out.
        """
        deadline = self._waiting.deadline()
        logger.set_correlation_id(order_id)
        order = self._orders.get(account_id, order_id)
        if order is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no order of this id.")
        market = self._listings.listed(order.request["symbol"])
        gate = self._gate(order, asked, market)
        if not is_answered(gate):
            # Whoever repeats a request that is still queued drives it on.
            output = self._workflow.run(gate.request)
            gate = self._waiting.until(is_answered, gate, deadline, at_once=is_final(output))
            if not is_answered(gate) and (output is None or output["verdict"] not in RECORDED):
                raise ended(
                    ProblemCode.UNAVAILABLE,
                    f"Amend {asked.amend_id} is known, and whether it is held is not. Repeat the "
                    "request with the same amend_id: it happens once.",
                )
            logger.info("order amended", status=gate.status, symbol=market.symbol)
        return self._answer(gate, market)

    def _gate(self, order: OrderItem, asked: AmendOrder, market: Market) -> OrderItem:
        """Return the item of an amend: the one that was there, or one just put."""
        account_id = order.account_id
        amend_id = amend_id_for(account_id, asked.amend_id)
        changes = amend_changes(asked, market)
        asked_for = fingerprint(changes | {"order_id": order.order_id})
        gate = self._orders.get(account_id, amend_id)
        if gate is None:
            at_ms = now_ms()
            request = _request(order, asked, market, changes) | {
                "command_id": amend_id,
                "accepted_at_ms": at_ms,
            }
            gate, _ = self._orders.open_gate(
                account_id,
                amend_id,
                kind=KIND,
                fingerprint=asked_for,
                request=request,
                at_ms=at_ms,
            )
        if gate.fingerprint != asked_for:
            raise refused(
                ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
                "amend_id",
                asked.amend_id,
                "new, or for the same order with the same body as before",
            )
        return gate

    def _answer(self, gate: OrderItem, market: Market) -> Amended:
        order = self._orders.get(gate.account_id, gate.request["order_id"])
        assert order is not None, "an amend is of an order"
        rejection: dict[str, Any] | None = gate.rejection
        amended = AmendedOrder(
            amend_id=gate.request["amend_id"],
            status=STATUSES.get(gate.status, "PENDING"),
            rejection=None if rejection is None else Rejection(**rejection),
            order=order_view(order, market),
        )
        return Amended(amended, answered=is_answered(gate))


def _request(
    order: OrderItem, asked: AmendOrder, market: Market, changes: dict[str, int]
) -> dict[str, Any]:
    """Return what is stored of a new amend, or refuse one that the order cannot have."""
    if order.status not in RESTS:
        raise ended(ProblemCode.ORDER_NOT_OPEN, f"The order is {order.status}.")
    limit_ticks = order.limit_ticks
    assert limit_ticks is not None, "what rests has a limit"
    price_ticks = changes.get("price_ticks", limit_ticks)
    quantity_lots = changes.get("quantity_lots", order.quantity_lots)
    too_small = below_min_notional(market, price_ticks, quantity_lots)
    if too_small is not None:
        raise too_small
    placed: dict[str, Any] = order.request
    # Said here once for all tries: by the next one, the order may have changed.
    may_need_more = market.may_need_more(
        price_ticks,
        quantity_lots,
        than=(limit_ticks, order.quantity_lots),
        is_buy=placed["side"] == Side.BUY,
    )
    slides = {"slides": True} if placed.get("slides") else {}
    return {
        "kind": KIND,
        "amend_id": asked.amend_id,
        "account_id": order.account_id,
        "order_id": order.order_id,
        "symbol": market.symbol,
        "side": placed["side"],
        "price_ticks": price_ticks,
        "quantity_lots": quantity_lots,
        "changes": changes,
        "may_need_more": may_need_more,
        "post_only": placed["post_only"],
        "tick_value_minor": market.tick_value_minor,
        "delivered_minor": market.delivered_minor,
    } | slides
