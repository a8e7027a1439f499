"""What those routes do that look into an account's journal.

A single order never does, so these are imported by the first who asks: what an account is made of
would be a twentieth of each cold start.
"""

from order_intake.batches import Batches
from order_intake.mass_cancels import CancelsOfAll
from order_intake.operations import cancels, listings, orders, path, queue, waiting, workflow
from order_intake.replacements import Replacements
from order_intake.settings import JOURNAL_TABLE
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.routing import Answer
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.order_changes import (
    CancelAfter,
    CancelOrders,
    CancelsAfter,
    PlacedOrders,
    PlaceOrders,
    ReplaceOrder,
)
from zerodesk_aws.entry import count
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.switches import Switches

accounts = AccountJournal(JOURNAL_TABLE)
batches = Batches(path, orders, accounts, workflow, waiting)
replacements = Replacements(orders, listings, accounts, cancels, path, waiting)
mass_cancels = MassCancels(accounts, orders, queue)
switches = Switches(orders, mass_cancels)
cancels_of_all = CancelsOfAll(mass_cancels, orders, listings, waiting)


def place_batch(account_id: str, asked: PlaceOrders) -> Answer:
    """Place several orders and answer with what became of each."""
    results = batches.place(account_id, asked.orders)
    count("OrdersPlaced", len(results))
    return Answer(PlacedOrders(results=results))


def replace(account_id: str, order_id: str, asked: ReplaceOrder) -> Answer:
    """Cancel an order, place another, and answer with both."""
    done = replacements.replace(account_id, order_id, asked)
    count("OrdersReplaced")
    location = {"Location": f"/v1/orders/{done.replaced.order.order_id}"}
    return Answer(done.replaced, done.status, location)


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
