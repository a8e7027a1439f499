"""The simulation's cloud as one that claims can be put to: its services, and a clock of its own.

The services are called as the simulation's handlers call them, through the seam. What nobody calls
there, because the region itself does it (making tables and queues, polling a queue), stands here in
the form in which boto3 asks for it.
"""

from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.client import BaseClient

from tests.conformance import tables
from tests.conformance.clouds import REGION, Bus, Queue, Woken
from tests.simulation import seam
from tests.simulation.cloud import bus
from tests.simulation.cloud.dynamodb import DynamoDB, Schema, Table
from tests.simulation.cloud.s3 import Bucket
from tests.simulation.cloud.sqs import FifoQueue, Message, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

START_MS: Final = 1_764_000_000_000
Answer = dict[str, Any]


class Region:
    """One region in memory, in which time passes when it is told to."""

    name = "model"

    def __init__(self) -> None:
        self._now_ms = float(START_MS)
        self._made = count(1)
        self._queues: dict[str, FifoQueue] = {}
        self._receipts: dict[str, Receipt] = {}
        self.dynamodb = DynamoDB((), lambda: self._now_ms)
        self._buckets: dict[str, Bucket] = {}
        self._buses: dict[str, list[bus.Wake]] = {}
        self._operations: dict[str, Callable[[Answer], Answer]] = {
            "SendMessage": self._send,
            "ReceiveMessage": self._receive,
            "DeleteMessage": self._delete,
            "DeleteMessageBatch": self._delete_batch,
            "PutEvents": self._put_events,
            "GetObject": lambda asked: self._buckets[asked["Bucket"]].call("GetObject", asked),
            "PutObject": lambda asked: self._buckets[asked["Bucket"]].call("PutObject", asked),
        }

    # What a claim asks of a cloud.

    def client(self, service: str) -> Any:
        """Return the client of a service; its calls come here."""
        return _client(service)

    def table(self, which: str | Schema) -> str:
        """Make an empty table and return what it is called here."""
        schema = tables.BY_NAME[which] if isinstance(which, str) else which
        made = f"{schema.name}-{next(self._made)}"
        self.dynamodb.tables[made] = Table(schema)
        return made

    def queue(self, *, visibility_seconds: int = 30, receives_max: int = 3) -> Queue:
        """Make a FIFO queue."""
        queue = Queue(f"queue-{next(self._made)}.fifo", f"dead-{next(self._made)}.fifo")
        self._queues[queue.url] = FifoQueue(visibility_seconds * 1000, receives_max)
        self._queues[queue.dead_url] = self._queues[queue.url]
        return queue

    def bucket(self) -> str:
        """Make an empty bucket."""
        made = Bucket(f"bucket-{next(self._made)}")
        self._buckets[made.name] = made
        return made.name

    def bus(self) -> Bus:
        """Make a bus."""
        made = ModelBus(f"bus-{next(self._made)}")
        self._buses[made.name] = made.wakes
        return made

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self._now_ms += seconds * 1000

    # What the seam asks.

    def call(self, _: str, operation: str, asked: Answer) -> Answer:
        """Answer a call."""
        run = self._operations.get(operation)
        return self.dynamodb.call(operation, asked) if run is None else run(asked)

    def process_now_ms(self) -> float:
        """Return the time."""
        return self._now_ms

    def process_sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.later(seconds)

    def any_order(self, calls: Sequence[seam.T]) -> Sequence[seam.T]:
        """Claims are made of no handler; none makes calls at once."""
        raise NotImplementedError(f"{len(calls)} calls at once")

    def logged(self, level: str, message: str, facts: dict[str, Any]) -> None:
        """Claims are made of no handler; none logs."""
        raise NotImplementedError(f"{level} {message} {facts}")

    # Polling, as an event source mapping does it.

    def _send(self, asked: Answer) -> Answer:
        return self._queues[asked["QueueUrl"]].send(asked, self._now_ms)

    def _receive(self, asked: Answer) -> Answer:
        url = asked["QueueUrl"]
        queue = self._queues[url]
        if url.startswith("dead-"):
            return {"Messages": [_shown(message) for message in queue.dead]}
        found = queue.receive(self._now_ms, asked.get("MaxNumberOfMessages", 1))
        messages = [_shown(receipt.message) for receipt in found]
        handles = [message["ReceiptHandle"] for message in messages]
        self._receipts.update(zip(handles, found, strict=True))
        return {"Messages": messages} if messages else {}

    def _delete(self, asked: Answer) -> Answer:
        receipt = self._receipts[asked["ReceiptHandle"]]
        self._queues[asked["QueueUrl"]].delete(receipt, self._now_ms)
        return {}

    def _delete_batch(self, asked: Answer) -> Answer:
        for entry in asked["Entries"]:
            self._delete({"QueueUrl": asked["QueueUrl"], **entry})
        return {"Successful": [{"Id": entry["Id"]} for entry in asked["Entries"]]}

    def _put_events(self, asked: Answer) -> Answer:
        ((name, wakes),) = self._buses.items()
        return bus.put(asked, wakes.append, bus_name=name)


class ModelBus:
    """The bus of a region."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wakes: list[bus.Wake] = []

    def woken(self, _: int) -> list[Woken]:
        """Return who was woken since the last look."""
        found = [Woken(wake.target, wake.given) for wake in self.wakes]
        self.wakes.clear()
        return found


def _shown(message: Message) -> Answer:
    """Return a message as ``ReceiveMessage`` shows it."""
    handed = message.to_record()
    return {
        "MessageId": handed["messageId"],
        "ReceiptHandle": handed["receiptHandle"],
        "Body": handed["body"],
        "Attributes": handed["attributes"],
    }


@cache
def _client(service: str) -> BaseClient:
    make: Any = boto3.client
    client: BaseClient = make(
        service, region_name=REGION, aws_access_key_id="model", aws_secret_access_key="model"
    )

    def call(operation: str, asked: Answer) -> Answer:
        answer: Answer = seam._api_call(client, operation, asked)
        return answer

    client._make_api_call = call  # type: ignore[attr-defined]
    return client
