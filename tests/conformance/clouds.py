"""The implementations that answer over HTTP, or as if: moto and the local cloud."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol
from uuid import uuid4

import boto3

from infra_cdk.local.aws import LocalSession
from tests.conformance import tables
from tests.simulation.cloud.dynamodb import Schema

REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Queue:
    """A FIFO queue and where its dead letters go."""

    url: str
    dead_url: str


class Cloud(Protocol):
    """What a claim needs of an implementation."""

    name: str

    def client(self, service: str) -> Any:
        """Return the client of a service."""

    def table(self, name: str) -> str:
        """Make an empty table of ``tables.py`` and return what it is called here."""

    def queue(self, *, visibility_seconds: int = 30, receives_max: int = 3) -> Queue:
        """Make a FIFO queue that deduplicates by message group."""

    def later(self, seconds: float) -> None:
        """Let time pass."""


class Endpoint:
    """A cloud behind boto3's clients."""

    def __init__(self, name: str, make_client: Callable[[str], Any]) -> None:
        self.name = name
        self._make_client = make_client

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        return self._make_client(service)

    def table(self, name: str) -> str:
        """Make an empty table and return what it is called here."""
        schema = tables.BY_NAME[name]
        made = f"{name}-{uuid4().hex[:8]}"
        self.client("dynamodb").create_table(
            TableName=made, BillingMode="PAY_PER_REQUEST", **_definition(schema)
        )
        return made

    def queue(self, *, visibility_seconds: int = 30, receives_max: int = 3) -> Queue:
        """Make a FIFO queue that deduplicates by message group."""
        sqs, name = self.client("sqs"), uuid4().hex[:8]
        fifo = {
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        }
        dead_url = sqs.create_queue(QueueName=f"dead-{name}.fifo", Attributes=fifo)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
        dead = {
            "deadLetterTargetArn": found["Attributes"]["QueueArn"],
            "maxReceiveCount": receives_max,
        }
        attributes = {
            "VisibilityTimeout": str(visibility_seconds),
            "RedrivePolicy": json.dumps(dead),
        }
        made = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo | attributes)
        return Queue(made["QueueUrl"], dead_url)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


def _definition(schema: Schema) -> dict[str, Any]:
    """Return a table's keys as ``CreateTable`` takes them."""
    kinds = {schema.partition: "S"}
    definition: dict[str, Any] = {"KeySchema": _keys(schema.partition, schema.sort)}
    if schema.sort is not None:
        kinds[schema.sort] = schema.sort_kind
    if schema.index is not None:
        kinds[schema.index.sort] = "N"
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": schema.index.name,
                "KeySchema": _keys(schema.partition, schema.index.sort),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ]
    definition["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()
    ]
    return definition


def _keys(partition: str, sort: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys if sort is None else [*keys, {"AttributeName": sort, "KeyType": "RANGE"}]


@cache
def moto_client(service: str) -> Any:
    """Return a client whose calls moto answers, while it is active."""
    make: Any = boto3.client
    return make(
        service, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@cache
def local_client(address: str, service: str) -> Any:
    """Return a client of the local cloud at an address."""
    return LocalSession(address).client(service)
