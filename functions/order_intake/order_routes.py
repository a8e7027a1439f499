"""The routes of a single order, which most requests ask for. Importing them needs no environment.

All others are in ``order_intake.routes``, with what they read and answer: they are imported by the
first request that is for none of these.
"""

from http import HTTPStatus
from typing import Final

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.orders import Order, PlaceOrder
from zerodesk_aws.contracts.roles import Role


def _others() -> None:
    import order_intake.routes  # noqa: F401 - they declare


api = Api("order_intake", others=_others)

OF_TERMS: Final = (
    ProblemCode.INTAKE_OFF_TICK,
    ProblemCode.INTAKE_OFF_LOT,
    ProblemCode.INTAKE_ABOVE_MAX_QUANTITY,
    ProblemCode.INTAKE_BELOW_MIN_NOTIONAL,
    ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
)
"""What the terms of an order or of an amend are refused for, by the market and by an id."""


@api.route(
    "POST",
    "/v1/orders",
    PlaceOrder,
    role=Role.TRADER,
    answers={HTTPStatus.CREATED: Order, HTTPStatus.ACCEPTED: Order},
    refuses=(
        ProblemCode.INTAKE_UNKNOWN_SYMBOL,
        *OF_TERMS,
    ),
)
def place_order(call: Call, asked: PlaceOrder) -> Answer:
    """Place an order.

    201: the order after matching, or REJECTED with the numbers that decided; a repeat with the
    same client_order_id and body gets the same order as it stands by then. 202: after two seconds
    the book has not answered yet; the order's money is held and GET shows what becomes of it. 503:
    not even that is known; repeat the request.
    """
    from order_intake.operations import place

    return place(call.account_id, asked)


@api.route(
    "DELETE",
    "/v1/orders/{order_id}",
    Nothing,
    role=Role.TRADER,
    answers={HTTPStatus.OK: Order, HTTPStatus.ACCEPTED: Order},
    refuses=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_NOT_OPEN),
)
def cancel_order(call: Call, _: Nothing) -> Answer:
    """Cancel an order.

    200: the order is cancelled, now or before. 202: the book has not answered within two seconds;
    the cancel is on its way. 409: the order ended otherwise. Repeating is harmless.
    """
    from order_intake.operations import cancel

    return cancel(call.account_id, call.path["order_id"])
