"""What the route of amends does: imported by the first who asks, for few orders are amended."""

from order_intake.amends import Amends
from order_intake.operations import listings, orders, waiting, workflow
from zerodesk_aws.api.routing import Answer
from zerodesk_aws.contracts.order_changes import AmendOrder
from zerodesk_aws.entry import count

amends = Amends(orders, listings, workflow, waiting)


def amend(account_id: str, order_id: str, asked: AmendOrder) -> Answer:
    """Amend an order and answer with what became of it."""
    amended = amends.amend(account_id, order_id, asked)
    count("OrdersAmended" if amended.answered else "AmendsUnanswered")
    return Answer(amended.amended, amended.status)
