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
from tests.simulation.cloud import bus
from tests.simulation.cloud.dynamodb import Schema

REGION: Final = "us-east-1"
DELIVERY_SECONDS: Final = 3.0
LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Queue:
    """A FIFO queue and where its dead letters go."""

    url: str
    dead_url: str


@dataclass(frozen=True, slots=True)
class Woken:
    """Whom an event woke, and what it was given."""

    target: str
    given: dict[str, Any]


class Bus(Protocol):
    """A bus with the rules of ``events/routes.yaml``."""

    name: str

    def woken(self, expected: int) -> list[Woken]:
        """Return who was woken since the last look, after giving so many the time to be."""


class Cloud(Protocol):
    """What a claim needs of an implementation."""

    name: str

    def client(self, service: str) -> Any:
        """Return the client of a service."""

    def table(self, which: str | Schema) -> str:
        """Make an empty table, of ``tables.py`` by name, and return what it is called here."""

    def queue(self, *, visibility_seconds: int = 30, receives_max: int = 3) -> Queue:
        """Make a FIFO queue that deduplicates by message group."""

    def bucket(self) -> str:
        """Make an empty bucket and return its name."""

    def bus(self) -> Bus:
        """Make a bus whose targets write down what they are given."""

    def later(self, seconds: float) -> None:
        """Let time pass."""


class Endpoint:
    """A cloud behind boto3's clients."""

    def __init__(
        self,
        name: str,
        make_client: Callable[[str], Any],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._make_client, self._sleep = make_client, sleep

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        return self._make_client(service)

    def table(self, which: str | Schema) -> str:
        """Make an empty table and return what it is called here."""
        schema = tables.BY_NAME[which] if isinstance(which, str) else which
        made = f"{schema.name}-{uuid4().hex[:8]}"
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

    def bucket(self) -> str:
        """Make an empty bucket and return its name."""
        made = f"bucket-{uuid4().hex[:8]}"
        self.client("s3").create_bucket(Bucket=made)
        return made

    def bus(self) -> Bus:
        """Make a bus whose targets are queues."""
        return RoutedBus(self.client("events"), self.client("sqs"))

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self._sleep(seconds)


class RoutedBus:
    """A bus with the rules of ``events/routes.yaml``, and a queue for each target."""

    def __init__(self, events: Any, sqs: Any) -> None:
        self.name = f"bus-{uuid4().hex[:8]}"
        self._sqs = sqs
        self._queues: dict[str, str] = {}
        events.create_event_bus(Name=self.name)
        for route in bus.routes():
            rule, target = f"{self.name}-{route['name']}", route["target"]
            if target not in self._queues:
                made = sqs.create_queue(QueueName=f"{self.name}-{target}")
                self._queues[target] = made["QueueUrl"]
            pattern = json.dumps(_pattern(route))
            events.put_rule(Name=rule, EventBusName=self.name, EventPattern=pattern)
            events.put_targets(
                Rule=rule,
                EventBusName=self.name,
                Targets=[{"Id": "1", "Arn": self._arn(target), **_picked(route)}],
            )

    def _arn(self, target: str) -> str:
        found = self._sqs.get_queue_attributes(
            QueueUrl=self._queues[target], AttributeNames=["QueueArn"]
        )
        arn: str = found["Attributes"]["QueueArn"]
        return arn

    def woken(self, expected: int) -> list[Woken]:
        """Return who was woken since the last look, after giving so many the time to be."""
        deadline = time.monotonic() + DELIVERY_SECONDS
        found = self._look()
        while len(found) < expected and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
            found += self._look()
        # Whoever should not have been woken gets a moment, too.
        time.sleep(LOOK_SECONDS)
        return found + self._look()

    def _look(self) -> list[Woken]:
        return [
            Woken(target, json.loads(message["Body"]))
            for target, url in self._queues.items()
            for message in self._sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600
            ).get("Messages", [])
        ]


def _pattern(route: dict[str, Any]) -> dict[str, Any]:
    """Return the pattern of a route, as the bus takes it."""
    source = [route["source"]] if "source" in route else [{"prefix": route["source_prefix"]}]
    pattern = {"source": source, "detail-type": route["detail_types"]}
    return pattern | ({"detail": route["detail"]} if "detail" in route else {})


def _picked(route: dict[str, Any]) -> dict[str, Any]:
    """Return how a target's input is made, as the bus takes it."""
    if "input" not in route:
        return {}
    # The placeholders of texts may stand with or without quotes. moto knows the first way only.
    template = json.dumps({name: f"<{name}>" for name in route["input"]})
    return {"InputTransformer": {"InputPathsMap": route["input"], "InputTemplate": template}}


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


class MotoClock:
    """What moto's queues take for the time: it runs ahead as far as it is told to."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead_seconds += seconds

    def unix_time(self) -> float:
        """Return the time, seconds."""
        return time.time() + self._ahead_seconds

    def unix_time_millis(self) -> float:
        """Return the time, milliseconds."""
        return self.unix_time() * 1000


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
