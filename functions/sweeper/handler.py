"""Sweep once; the card is in this package's docstring."""

from typing import Any, Final

from sweeper.accounts import AccountSweep
from sweeper.books import BookSweep
from sweeper.items import PendingItems
from sweeper.settings import (
    COMMAND_QUEUE_URL,
    CURSORS_TABLE,
    EVENT_BUS_NAME,
    HOME_REGION,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDER_WORKFLOW_ARN,
    ORDERS_TABLE,
    SETTLEMENT_WORKFLOW_ARN,
    SNAPSHOTS_BUCKET,
    SNAPSHOTS_TABLE,
)
from sweeper.sweep import Sweeper
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.books import Books
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import monotonic, now_ms
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.settings import this_region
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.workflows import Workflow

BUDGET_SECONDS: Final = 45.0
"""Of the function's 60 seconds: no account is begun later than that."""

books = Books(
    JOURNAL_TABLE,
    Snapshots(SNAPSHOTS_TABLE, SNAPSHOTS_BUCKET),
    region=this_region(),
    home=HOME_REGION,
)
orders = Orders(ORDERS_TABLE)
cursors = Cursors(CURSORS_TABLE)
markets = Markets(MARKET_TABLE)
accounts = AccountJournal(JOURNAL_TABLE)
bus = Bus(EVENT_BUS_NAME)
queue = CommandQueue(COMMAND_QUEUE_URL)
sweeper = Sweeper(
    books.journal,
    cursors,
    BookSweep(books, markets, cursors, queue, Workflow(SETTLEMENT_WORKFLOW_ARN)),
    AccountSweep(
        accounts,
        orders,
        PendingItems(orders, cursors),
        queue,
        Workflow(ORDER_WORKFLOW_ARN),
        bus,
        markets,
    ),
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answer with what was driven on."""
    end = monotonic() + BUDGET_SECONDS
    driven = sweeper.run(now_ms(), lambda: monotonic() > end)
    count("Sweeps")
    for name, number in driven.items():
        count(f"Swept{name}", number)
    if driven:
        logger.info("swept", extra=dict(driven))
    return dict(driven)
