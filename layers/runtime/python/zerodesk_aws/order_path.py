"""From a request to an order: filters, the gate, the workflow, and the wait for the book's answer.

HTTP and partners' events come this way, with the same idempotency and the same answers.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

from zerodesk.instruments import Market
from zerodesk.orders import OrderStatus, TimeInForce, following_id_for, order_id_for
from zerodesk_aws.api.problems import ProblemCode, ProblemError, ended, inside, refused
from zerodesk_aws.clock import monotonic, now_ms, sleep
from zerodesk_aws.contracts.orders import Order, PlaceOrder
from zerodesk_aws.entry import logger
from zerodesk_aws.filters import (
    bad_expiry,
    bad_worth,
    end_of_day_ms,
    fingerprint,
    order_terms,
)
from zerodesk_aws.listings import Listings
from zerodesk_aws.tables.orders import STILL_PENDING, OrderItem, Orders
from zerodesk_aws.views.orders import order_view
from zerodesk_aws.workflows import Workflow

T = TypeVar("T")

KIND: Final = "order"

ANSWER_SECONDS: Final = 2.0
"""How long an answer may take, the workflow included. The order goes on without its client."""

FIRST_PAUSE_SECONDS: Final = 0.01
LONGEST_PAUSE_SECONDS: Final = 0.1
PAUSE_GROWTH: Final = 1.5
"""Pauses between two looks at an item: a book answers within milliseconds, or not for a while."""

RECORDED: Final = frozenset(("HELD", "DONE", "REJECTED"))
"""Verdicts of the workflow after which the order stands in its account's journal."""


HELD: Final = "HELD"
"""The verdict after which the book has been asked, so that its answer is still to come."""


class Placed(NamedTuple):
    """What became of a request to place an order."""

    order: Order
    answered: bool
    """Whether the book has answered; if not, the order's money is held and it is on its way."""

    @property
    def status(self) -> HTTPStatus:
        """201 with an answer, 202 while it is still to come."""
        return HTTPStatus.CREATED if self.answered else HTTPStatus.ACCEPTED


def is_answered(item: OrderItem) -> bool:
    """Whether the item of an order or an amend has its answer."""
    return item.status not in STILL_PENDING


def is_final(output: dict[str, Any] | None) -> bool:
    """Whether a workflow said that no book will be asked."""
    return output is not None and output["verdict"] != HELD


def not_known(order_id: str) -> ProblemError:
    """Return the problem of an order of which nobody knows in time whether its money is held."""
    return ended(
        ProblemCode.UNAVAILABLE,
        f"Order {order_id} is known, and whether its money is held is not. It may yet be carried "
        f"out: GET /v1/orders/{order_id} shows what becomes of it, and the same request again, "
        "with the same client_order_id, happens once.",
    )


class Waiting:
    """Looks at items until something has become of them, within a bound."""

    def __init__(
        self,
        orders: Orders,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._orders, self._clock, self._pause = orders, clock, pause

    def deadline(self) -> float:
        """Return the moment by which the request of this moment must be answered."""
        return self._clock() + ANSWER_SECONDS

    def until(
        self,
        done: Callable[[OrderItem], bool],
        item: OrderItem,
        deadline: float,
        *,
        at_once: bool = False,
    ) -> OrderItem:
        """Return the item as soon as it is done, or as it is at the deadline. Reads strongly."""
        return self.look(lambda: self._orders.moved(item) or item, done, deadline, at_once=at_once)

    def look(
        self,
        at: Callable[[], T],
        done: Callable[[T], bool],
        deadline: float,
        *,
        at_once: bool = False,
    ) -> T:
        """Return what is looked at as soon as it is done, or as it is at the deadline.

        The first look comes after a pause, too: what is waited for was sent a moment ago, and to
        look at once would be in vain. ``at_once`` is for what may be done already.
        """
        pause_seconds = FIRST_PAUSE_SECONDS
        if not at_once:
            self._pause(pause_seconds)
        while True:
            seen = at()
            if done(seen) or self._clock() + pause_seconds > deadline:
                return seen
            self._pause(pause_seconds)
            pause_seconds = min(LONGEST_PAUSE_SECONDS, pause_seconds * PAUSE_GROWTH)


class OrderPath:
    """Places orders for accounts."""

    def __init__(
        self, orders: Orders, listings: Listings, workflow: Workflow, waiting: Waiting
    ) -> None:
        self._orders, self._listings = orders, listings
        self._workflow, self._waiting = workflow, waiting

    def place(self, account_id: str, asked: PlaceOrder) -> Placed:
        """Place an order, or find the one that the same request placed before.

        Raises
        ------
        ProblemError
            INTAKE_*: refused before anything was written. UNAVAILABLE: in the time that there
            was it did not become known whether the order's money is held; the same request again
            finds out.
        """
        deadline = self._waiting.deadline()
        order_id = order_id_for(account_id, asked.client_order_id)
        logger.set_correlation_id(order_id)
        item, market = self.accept(account_id, asked)
        if item.status != OrderStatus.QUEUED:
            return Placed(order_view(item, market), answered=True)
        # Whoever repeats a request that is still queued drives it on.
        output = self._workflow.run(item.request)
        item = self._waiting.until(is_answered, item, deadline, at_once=is_final(output))
        answered = is_answered(item)
        if not answered and (output is None or output["verdict"] not in RECORDED):
            raise not_known(order_id)
        logger.info("order placed", status=item.status, symbol=market.symbol, side=asked.side)
        return Placed(order_view(item, market), answered)

    def accept(self, account_id: str, asked: PlaceOrder) -> tuple[OrderItem, Market]:
        """Return the item of an order, just put or found, and its market; nothing else happens.

        Raises
        ------
        ProblemError
            INTAKE_*: refused, and nothing was written.
        """
        market = self._listings.asked_for(asked.symbol)
        order_id = order_id_for(account_id, asked.client_order_id)
        return self._gate(account_id, order_id, asked, market), market

    def check(self, account_id: str, asked: PlaceOrder) -> None:
        """Refuse an order that ``accept`` would refuse, and write nothing."""
        market = self._listings.asked_for(asked.symbol)
        order_id = order_id_for(account_id, asked.client_order_id)
        terms, _ = self._terms(account_id, order_id, asked, market)
        standing = self._orders.get(account_id, order_id)
        if standing is not None:
            _check_same(standing, fingerprint(terms), asked)

    def _gate(self, account_id: str, order_id: str, asked: PlaceOrder, market: Market) -> OrderItem:
        """Return the item of an order: the one just put, or the one that was there."""
        terms, at_ms = self._terms(account_id, order_id, asked, market)
        asked_for = fingerprint(terms)
        item, _ = self._orders.open_gate(
            account_id,
            order_id,
            kind=KIND,
            fingerprint=asked_for,
            request=stored_order(terms, account_id, order_id, at_ms),
            at_ms=at_ms,
        )
        _check_same(item, asked_for, asked)
        return item

    def _terms(
        self, account_id: str, order_id: str, asked: PlaceOrder, market: Market
    ) -> tuple[dict[str, Any], int]:
        """Return what is asked for in the market's own units, and when, or refuse it."""
        terms = order_terms(asked, market)
        if asked.price is None and asked.trigger is None:
            mark_ticks = self._listings.mark_price_ticks(market)
            worth = bad_worth(market, mark_ticks, terms)
            self._check_new(account_id, order_id, worth)
        at_ms = now_ms()
        if "expires_at_ms" in terms:
            self._check_new(account_id, order_id, bad_expiry(terms["expires_at_ms"], at_ms))
        ends_at_ms = terms.get("then", {}).get("expires_at_ms")
        if ends_at_ms is not None:
            refusal = bad_expiry(ends_at_ms, at_ms)
            self._check_new(account_id, order_id, refusal and inside("then", refusal))
        return terms, at_ms

    def _check_new(self, account_id: str, order_id: str, refusal: ProblemError | None) -> None:
        """Refuse an order for what changes with time, the mark or the clock, if there is a reason.

        What passed once might not pass again: a repeat is no new order.
        """
        if refusal is not None and self._orders.get(account_id, order_id) is None:
            raise refusal


def stored_order(
    terms: dict[str, Any], account_id: str, order_id: str, at_ms: int
) -> dict[str, Any]:
    """Return an order as its item and the workflow have it, with the one that follows it."""
    stored = terms | {"account_id": account_id, "order_id": order_id, "accepted_at_ms": at_ms}
    if terms["time_in_force"] == TimeInForce.DAY:
        stored["expires_at_ms"] = end_of_day_ms(at_ms)
    if "then" in terms:
        names = {name: terms[name] for name in ("client_order_id", "symbol")}
        following_id = following_id_for(account_id, terms["client_order_id"])
        then = stored_order(terms["then"] | names, account_id, following_id, at_ms)
        stored["then"] = then | {"after": order_id}
    return stored


def _check_same(item: OrderItem, asked_for: str, asked: PlaceOrder) -> None:
    """Refuse an order whose id was used with another body."""
    if item.fingerprint != asked_for:
        raise refused(
            ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
            "client_order_id",
            asked.client_order_id,
            "new, or with the same body as before",
        )
