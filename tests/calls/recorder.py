"""Listens at the one place where every call to AWS passes."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from botocore.exceptions import ClientError

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
    """Remembers every kind of call once, and answers for S3, which the simulation has not."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()
        self._objects: dict[str, bytes] = {}

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
            if service == "S3":
                return self._answer(operation, asked)
            return whole(world, service, operation, asked)

        with patch.object(World, "call", heard):
            yield

    def _answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        key = asked["Key"]
        if operation == "PutObject":
            if asked.get("IfNoneMatch") and key in self._objects:
                raise _refused(operation, "PreconditionFailed", 412)
            self._objects[key] = bytes(asked["Body"])
            return {}
        if key not in self._objects:
            raise _refused(operation, "NoSuchKey", 404)
        return {"Body": io.BytesIO(self._objects[key])}


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


def _refused(operation: str, code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)
