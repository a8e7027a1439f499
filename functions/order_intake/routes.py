"""All routes of order_intake. Importing them needs no environment."""

from http import HTTPStatus
from typing import Final

from order_intake import order_routes
from order_intake.order_routes import OF_TERMS
from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Call
from zerodesk_aws.contracts.order_changes import (
    AmendedOrder,
    AmendOrder,
    CancelAfter,
    CancelledOrders,
    CancelOrders,
    CancelsAfter,
    PlacedOrders,
    PlaceOrders,
    ReplacedOrder,
    ReplaceOrder,
)
from zerodesk_aws.contracts.roles import Role

BATCH_BODY_BYTES: Final = 64 * 1024
"""Of the largest batch: an order with all its terms is some 700 bytes."""

api = order_routes.api
app = api.app


@api.route(
    "POST",
    "/v1/orders/batch",
    PlaceOrders,
    role=Role.TRADER,
    answers={HTTPStatus.OK: PlacedOrders},
    body_bytes=BATCH_BODY_BYTES,
)
def place_orders(call: Call, asked: PlaceOrders) -> Answer:
    """Place several orders, each as if it came alone.

    200: a result for each, in order, with the status, and the order or the problem, that it would
    have been answered with alone; one refused does not refuse another. What the book has not
    answered after two seconds is 202 if its money is held, and 503 if not even that is known; the
    same request again finds out, and places nothing twice.
    """
    from order_intake.account_operations import place_batch

    return place_batch(call.account_id, asked)


@api.route(
    "POST",
    "/v1/orders/cancel-after",
    CancelAfter,
    role=Role.TRADER,
    answers={HTTPStatus.OK: CancelsAfter},
    refuses=(ProblemCode.INTAKE_UNKNOWN_SYMBOL,),
)
def cancel_orders_after(call: Call, asked: CancelAfter) -> Answer:
    """Cancel all orders after some seconds, unless asked again before: a dead man's switch.

    Each request sets the time anew, 0 seconds switches it off; a market has a switch of its own,
    beside that of all. When its time is up all orders that something is held for are cancelled,
    a minute and a half late at most: by the sweeper, or by the next request, which then says so.
    """
    from order_intake.account_operations import cancel_after

    return cancel_after(call.account_id, asked)


@api.route(
    "PATCH",
    "/v1/orders/{order_id}",
    AmendOrder,
    role=Role.TRADER,
    answers={HTTPStatus.OK: AmendedOrder, HTTPStatus.ACCEPTED: AmendedOrder},
    refuses=(
        ProblemCode.NOT_FOUND,
        *OF_TERMS,
        ProblemCode.ORDER_NOT_OPEN,
    ),
)
def amend_order(call: Call, asked: AmendOrder) -> Answer:
    """Amend an order that rests.

    200: it is amended, or the amend is REJECTED with the numbers that decided and the order is as
    it was; a repeat with the same amend_id and body gets the same answer, and the order as it
    stands by then. 202: after two seconds the book has not answered yet; repeating the request
    shows what becomes of it. 409: the order does not rest. 503: repeat the request.
    """
    from order_intake.amend_operations import amend

    return amend(call.account_id, call.path["order_id"], asked)


@api.route(
    "POST",
    "/v1/orders/{order_id}/replace",
    ReplaceOrder,
    role=Role.TRADER,
    answers={HTTPStatus.CREATED: ReplacedOrder, HTTPStatus.ACCEPTED: ReplacedOrder},
    refuses=(
        ProblemCode.INTAKE_UNKNOWN_SYMBOL,
        *OF_TERMS,
        ProblemCode.ORDER_NOT_OPEN,
    ),
)
def replace_order(call: Call, asked: ReplaceOrder) -> Answer:
    """Cancel an order and place another one in its market.

    201, 202: the first order is cancelled, what it held is free, and the other one is placed, as
    POST /v1/orders would answer. 409: the first order ended otherwise, as by a fill, and nothing is
    placed, unless the mode allows it. 503: the cancel is on its way and nothing is placed yet; the
    same request again goes on, and each half happens once. What was filled of the first order
    before is not taken off the other.
    """
    from order_intake.account_operations import replace

    return replace(call.account_id, call.path["order_id"], asked)


@api.route(
    "DELETE",
    "/v1/orders",
    CancelOrders,
    role=Role.TRADER,
    answers={HTTPStatus.OK: CancelledOrders, HTTPStatus.ACCEPTED: CancelledOrders},
    refuses=(ProblemCode.INTAKE_UNKNOWN_SYMBOL, ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT),
)
def cancel_orders(call: Call, asked: CancelOrders) -> Answer:
    """Cancel all orders that something is held for, of one market or of every one.

    200: each of them is final, CANCELLED unless it ended before. 202: the books have not answered
    within two seconds; the cancel is on its way. It names what is held when it is first asked for:
    what is held later lives, and a repeat with the same cancel_id cancels nothing more.
    """
    from order_intake.account_operations import cancel_all

    return cancel_all(call.account_id, asked)
