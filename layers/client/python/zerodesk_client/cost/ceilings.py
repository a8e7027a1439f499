"""How many orders a second an account and a symbol can take, and what binds."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from zerodesk_client.cost.bill import Profile
from zerodesk_client.cost.recorded import SECONDS, PerOrder, per_order

API_REQUESTS: Final = 10_000
"""API Gateway, requests a second of an account in a region (default quota).
docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

FUNCTION_CONCURRENCY: Final = 1_000
"""Lambda, invocations at once of an account in a region (default quota)."""

TABLE_WRITE_UNITS: Final = 40_000
"""DynamoDB on demand, write units a second of a table (default quota).
docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""

PARTITION_WRITE_UNITS: Final = 1_000
"""DynamoDB, write units a second of a partition. A stream's records come at its end: one partition
has them all, whatever DynamoDB splits.
repost.aws/knowledge-center/on-demand-table-throttling-dynamodb"""

EVENT_REQUESTS: Final = 10_000
"""EventBridge, requests to put events a second of an account in us-east-1 (default quota).
docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""

EVENTS_A_REQUEST: Final = 10

GROUP_SENDS: Final = 300
"""SQS FIFO at high throughput: sends a second of one partition, so of one message group, where each
message is sent by itself, as the workflow does. It cannot be raised.
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""

HOLD_UNITS: Final = 1
"""Of an order's writes to the journal, the hold is in its account's stream: all others are counted
as the book's, which is a little too many."""

GATE_UNITS: Final = 2
"""Of an order's writes to the table of orders, intake puts its item and that item's entry in the
index; all others are matching's."""

BATCH: Final = 10
COMMIT_SECONDS: Final = {Profile.SINGLE: 0.010, Profile.CONTINENTAL: 0.030, Profile.GLOBAL: 0.220}
"""One conditional put, at its slow end: that of a single region is said to take single-digit
milliseconds; a strongly consistent one waits for a second region, 80 to 220 ms where that is on
another continent. None of them was measured on AWS."""

CALLS_AT_ONCE: Final = 16
"""Matching moves so many of a batch's items at once; a test holds it to the functions."""

COMPUTING_SECONDS: Final = 0.015
"""What matching computes for a batch of ten, measured on the local machine (docs/numbers.md)."""

EVENTS_SECONDS: Final = 0.010
"""A request to put events, taken to be as slow as a write in one region."""

QUEUE_SECONDS: Final = 0.020
"""From a batch to the next of its group: Lambda's poller deletes the one and receives the other,
two requests that are taken to be as slow as writes in one region."""

COMMITS_PER_ORDER: Final = 3
"""One after the other while the client waits: the gate, the hold, the book's record."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A bound on orders a second, and what it comes from."""

    orders_per_second: float
    binds: str


def ceilings(profile: Profile) -> tuple[Ceiling, Ceiling]:
    """Return the bound of an account in one region, and that of a symbol.

    Examples
    --------
    >>> account, symbol = ceilings(Profile.GLOBAL)
    >>> symbol.orders_per_second < account.orders_per_second
    True
    """
    order, commit_seconds = per_order(BATCH), COMMIT_SECONDS[profile]
    slower_seconds = commit_seconds - COMMIT_SECONDS[Profile.SINGLE]
    busy_seconds = sum(n * SECONDS[name] for name, n in order.invocations.items())
    # Intake waits for all commits of its order, and each function for its own.
    busy_seconds += 2 * COMMITS_PER_ORDER * slower_seconds
    account = (
        Ceiling(API_REQUESTS, "API Gateway: requests a second of an account"),
        Ceiling(FUNCTION_CONCURRENCY / busy_seconds, "Lambda: invocations at once of an account"),
        Ceiling(
            TABLE_WRITE_UNITS / max(order.writes.values()),
            "DynamoDB: write units a second of a table",
        ),
        Ceiling(
            EVENT_REQUESTS / _event_requests(order),
            "EventBridge: requests a second of an account",
        ),
    )
    # The book's record, then the items that it moves and the market's, then the events.
    moved_items = BATCH * (order.writes["orders"] - GATE_UNITS)
    commits = 1 + ceil((moved_items + 1) / CALLS_AT_ONCE)
    batch_seconds = commits * commit_seconds + COMPUTING_SECONDS + EVENTS_SECONDS + QUEUE_SECONDS
    record_units = order.writes["journal"] - HOLD_UNITS
    symbol = (
        Ceiling(
            BATCH / batch_seconds,
            "latency: one batch of ten at a time, its record, then its items at once, its events",
        ),
        Ceiling(
            PARTITION_WRITE_UNITS / record_units,
            "DynamoDB: write units a second of a partition",
        ),
        Ceiling(GROUP_SENDS / order.queue["SendMessage"], "SQS: sends a second of a message group"),
    )
    return min(account, key=_bound), min(symbol, key=_bound)


def _event_requests(order: PerOrder) -> float:
    """Return how many requests an order's events take: full ones, and each function's last."""
    senders = order.invocations["matching"] + order.invocations["settlement"]
    return sum(order.events.values()) / EVENTS_A_REQUEST + senders


def _bound(ceiling: Ceiling) -> float:
    return ceiling.orders_per_second
