"""What an order's routes do, on the tables, the workflow and the queue of the settings."""

from order_intake.cancels import Cancels
from order_intake.settings import (
    COMMAND_QUEUE_URL,
    MARKET_TABLE,
    ORDER_WORKFLOW_ARN,
    ORDERS_TABLE,
)
from zerodesk_aws.api.routing import Answer
from zerodesk_aws.contracts.orders import PlaceOrder
from zerodesk_aws.entry import count
from zerodesk_aws.listings import Listings
from zerodesk_aws.order_path import OrderPath, Waiting
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.workflows import Workflow

orders = Orders(ORDERS_TABLE)
listings = Listings(Markets(MARKET_TABLE))
waiting = Waiting(orders)
workflow = Workflow(ORDER_WORKFLOW_ARN)
path = OrderPath(orders, listings, workflow, waiting)
queue = CommandQueue(COMMAND_QUEUE_URL)
cancels = Cancels(orders, listings, queue, waiting)


def place(account_id: str, asked: PlaceOrder) -> Answer:
    """Place an order and answer with it."""
    placed = path.place(account_id, asked)
    count("OrdersPlaced" if placed.answered else "OrdersUnanswered")
    location = {"Location": f"/v1/orders/{placed.order.order_id}"}
    return Answer(placed.order, placed.status, location)


def cancel(account_id: str, order_id: str) -> Answer:
    """Cancel an order and answer with it."""
    cancelled = cancels.cancel(account_id, order_id)
    count("OrdersCancelled" if cancelled.answered else "CancelsUnanswered")
    return Answer(cancelled.order, cancelled.status)
