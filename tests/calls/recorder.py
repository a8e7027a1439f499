"""Listens at the one place where every call to AWS passes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.scheduler import current
from tests.simulation.world import World

SERVICES: Final = {
    "DynamoDB": "dynamodb",
    "EventBridge": "events",
    "S3": "s3",
    "SFN": "states",
    "SQS": "sqs",
}
Call = tuple[str, str, str]
"""Function, action and resource, the latter by the name that code and templates share."""


class Recorder:
    """Remembers every kind of call once."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what handlers ask of AWS."""
        whole = World.call

        def heard(
            world: World, service: str, operation: str, asked: dict[str, Any]
        ) -> dict[str, Any]:
            activity = current()
            assert activity is not None
            assert activity.process is not None
            action = f"{SERVICES[service]}:{operation}"
            for resource in resources(asked):
                self.calls.add((activity.process.function, action, resource))
            return whole(world, service, operation, asked)

        with patch.object(World, "call", heard):
            yield


def resources(asked: dict[str, Any]) -> list[str]:
    """Return what a call is about, by name.

    Examples
    --------
    >>> resources({"TableName": "orders", "IndexName": "by_placed"})
    ['orders/index/by_placed']
    >>> resources({"Bucket": "snapshots", "Key": "archive/book#BTC-USD/1"})
    ['snapshots/archive/*']
    """
    match asked:
        case {"TableName": table, "IndexName": index}:
            return [f"{table}/index/{index}"]
        case {"TableName": table}:
            return [table]
        case {"RequestItems": tables}:
            return list(tables)
        case {"QueueUrl": place} | {"stateMachineArn": place}:
            return [re.split("[:/]", place)[-1]]
        case {"Entries": entries}:
            return list({entry["EventBusName"] for entry in entries})
        case {"Bucket": bucket, "Key": key}:
            return [f"{bucket}/{key.partition('/')[0]}/*"]
        case _:
            raise AssertionError(f"a call about nothing known: {sorted(asked)}")
