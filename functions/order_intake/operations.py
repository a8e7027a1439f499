"""What the routes do, on the tables, the workflow and the queue of the settings."""

from order_intake.amends import Amends
from order_intake.batches import Batches
from order_intake.cancels import Cancels
from order_intake.mass_cancels import CancelsOfAll
from order_intake.replacements import Replacements
from order_intake.settings import (
    COMMAND_QUEUE_URL,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDER_WORKFLOW_ARN,
    ORDERS_TABLE,
)
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.routing import Answer
from zerodesk_aws.clock import iso_ms, now_ms
from zerodesk_aws.contracts.orders import (
    AmendOrder,
    CancelAfter,
    CancelOrders,
    CancelsAfter,
    PlacedOrders,
    PlaceOrder,
    PlaceOrders,
    ReplaceOrder,
)
from zerodesk_aws.entry import count
from zerodesk_aws.listings import Listings
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.order_path import OrderPath, Waiting
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.switches import Switches
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.workflows import Workflow

orders = Orders(ORDERS_TABLE)
listings = Listings(Markets(MARKET_TABLE))
waiting = Waiting(orders)
workflow = Workflow(ORDER_WORKFLOW_ARN)
path = OrderPath(orders, listings, workflow, waiting)
amends = Amends(orders, listings, workflow, waiting)
queue = CommandQueue(COMMAND_QUEUE_URL)
cancels = Cancels(orders, listings, queue, waiting)
accounts = AccountJournal(JOURNAL_TABLE)
batches = Batches(path, orders, accounts, workflow, waiting)
replacements = Replacements(orders, listings, accounts, cancels, path, waiting)
mass_cancels = MassCancels(accounts, orders, queue)
switches = Switches(orders, mass_cancels)
cancels_of_all = CancelsOfAll(mass_cancels, orders, listings, waiting)


def place(account_id: str, asked: PlaceOrder) -> Answer:
    """Place an order and answer with it."""
    placed = path.place(account_id, asked)
    count("OrdersPlaced" if placed.answered else "OrdersUnanswered")
    location = {"Location": f"/v1/orders/{placed.order.order_id}"}
    return Answer(placed.order, placed.status, location)


def place_batch(account_id: str, asked: PlaceOrders) -> Answer:
    """Place several orders and answer with what became of each."""
    results = batches.place(account_id, asked.orders)
    count("OrdersPlaced", len(results))
    return Answer(PlacedOrders(results=results))


def amend(account_id: str, order_id: str, asked: AmendOrder) -> Answer:
    """Amend an order and answer with what became of it."""
    amended = amends.amend(account_id, order_id, asked)
    count("OrdersAmended" if amended.answered else "AmendsUnanswered")
    return Answer(amended.amended, amended.status)


def replace(account_id: str, order_id: str, asked: ReplaceOrder) -> Answer:
    """Cancel an order, place another, and answer with both."""
    done = replacements.replace(account_id, order_id, asked)
    count("OrdersReplaced")
    location = {"Location": f"/v1/orders/{done.replaced.order.order_id}"}
    return Answer(done.replaced, done.status, location)


def cancel(account_id: str, order_id: str) -> Answer:
    """Cancel an order and answer with it."""
    cancelled = cancels.cancel(account_id, order_id)
    count("OrdersCancelled" if cancelled.answered else "CancelsUnanswered")
    return Answer(cancelled.order, cancelled.status)


def cancel_all(account_id: str, asked: CancelOrders) -> Answer:
    """Cancel all orders that are held for, and answer with them."""
    cancelled = cancels_of_all.cancel(account_id, asked)
    count("MassCancels" if cancelled.answered else "MassCancelsUnanswered")
    return Answer(cancelled.cancelled, cancelled.status)


def cancel_after(account_id: str, asked: CancelAfter) -> Answer:
    """Set a dead man's switch and answer with what it is set to."""
    if asked.symbol is not None:
        listings.asked_for(asked.symbol)
    at_ms, fired = switches.push(account_id, asked.symbol, 1_000 * asked.seconds, at_ms=now_ms())
    count("SwitchesPushed")
    cancels_at = None if at_ms is None else iso_ms(at_ms)
    return Answer(CancelsAfter(symbol=asked.symbol, cancels_at=cancels_at, fired=fired))
