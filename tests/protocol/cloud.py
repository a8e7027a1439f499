"""What handlers of two regions share, one call at a time: tables, queues, a clock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.handler_settings import SETTINGS
from tests.protocol.actors import BOUNDS, Actor, Asked, acting
from tests.protocol.calls import WRITES, is_aside, told, touched
from tests.protocol.clocks import Clocks, Place
from tests.protocol.digests import Sum, digest
from tests.simulation.cloud.dynamodb import DynamoDB
from tests.simulation.cloud.s3 import Bucket
from tests.simulation.cloud.sqs import Message
from tests.simulation.regions import HOME, REGIONS
from tests.simulation.seam import T
from tests.simulation.trading_rules import goes_back

if TYPE_CHECKING:
    from tests.simulation.processes import Process

TELLING: Final = ("command quarantined", "reconciliation breached")
"""What handlers log only if something is broken. That something stands still is the schedule's."""


@dataclass(slots=True)
class Queue:
    """A queue whose messages anybody may have at any time: no time-out protects anything."""

    waiting: list[Message] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)

    def copy(self) -> "Queue":
        """Return a queue that changes apart from this one."""
        return Queue(list(self.waiting), list(self.bodies))

    @property
    def digest(self) -> bytes:
        """All that waits in it, and all that ever was in it."""
        waiting = [(one.message_id, one.body, one.sent_at_ms) for one in self.waiting]
        return digest(waiting, self.bodies)


class Cloud:
    """The tables and the queues, as the seam of the simulation asks for them.

    What has no underscore before its name, the simulation's invariants look at, too.
    """

    def __init__(
        self, dynamodb: DynamoDB, now_ms: float, queues: dict[str, Queue] | None = None
    ) -> None:
        self._now_ms = now_ms
        self.dynamodb = dynamodb.copy(self.process_now_ms)
        self.dynamodb.on_append = self._appended
        self.queues = {
            region: Queue() if queues is None else queues[region].copy() for region in REGIONS
        }
        self.bounds = BOUNDS
        self.bucket = Bucket(SETTINGS["SNAPSHOTS_BUCKET"])
        self.damaged: set[tuple[str, int]] = set()
        self.appended_in: dict[tuple[str, int], str] = {}
        self.processes: list[Process] = []
        self.appended_ms: dict[tuple[str, int], float] = {}
        self.announced: list[tuple[float, dict[str, str]]] = []
        self.defects: list[str] = []
        self.woken: list[tuple[str, dict[str, Any]]] = []
        """Workflows that somebody started, and what they were given."""
        self.clocks = Clocks(now_ms)
        self._by = HOME
        self._items = Sum()

    # What the seam asks.

    def process_now_ms(self) -> float:
        """Return the time by the clock of who asks."""
        actor = acting()
        return self._now_ms + (0.0 if actor is None else actor.skew_ms)

    def process_sleep(self, seconds: float) -> None:
        """Let nobody wait: whoever goes on next, the schedule says."""

    def any_order(self, calls: Sequence[T]) -> Sequence[T]:
        """Return calls that go at once as they are: they are of different items, so they commute.

        Whoever is killed among them has made the first ones; the simulation tries any others.
        """
        return calls

    def logged(self, level: str, message: str, facts: dict[str, Any]) -> None:
        """Take down what a handler calls a defect."""
        stood_still = str(facts.get("extra", {}).get("code", "")).endswith("STANDS_STILL")
        if message in TELLING and not stood_still:
            self.defects.append(f"{message}: {facts}")
        fault = facts.get("fault")
        if level == "exception" and isinstance(fault, Exception):
            self.judge(fault, message)

    def call(self, _: str, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer a call when its turn has come; aside from the protocol, at once."""
        actor = acting()
        if actor is None:
            return self.execute(operation, asked)
        writes, places = operation in WRITES, touched(operation, asked, self.dynamodb)
        if is_aside(operation, asked):
            self.clocks.touch(places, actor.at_ms, writes=writes)
            return self.execute(operation, asked)
        answer: dict[str, Any] = actor.turn(
            Asked(
                told(operation, asked),
                lambda: self.execute(operation, asked, by=actor.region),
                writes,
                places,
            )
        )
        return answer

    # What happens.

    def execute(self, operation: str, asked: dict[str, Any], *, by: str = HOME) -> dict[str, Any]:
        """Execute a call of a region at this moment."""
        self._by = by
        match operation:
            case "SendMessage":
                region = asked["QueueUrl"].split(".")[1]
                return self.send(region, asked["MessageGroupId"], asked["MessageBody"])
            case "PutEvents":
                for entry in asked["Entries"]:
                    self.announced.append((self._now_ms, entry))
                    self._items.set(("announced", self._now_ms, repr(entry)))
                return {"FailedEntryCount": 0, "Entries": [{} for _ in asked["Entries"]]}
            case "StartExecution":
                machine = str(asked["stateMachineArn"]).rpartition(":")[2]
                self.woken.append((machine, json.loads(asked["input"])))
                return {"executionArn": asked["stateMachineArn"]}
            case "PutItem" | "UpdateItem":
                return self._write(operation, asked)
            case _:
                return self.dynamodb.call(operation, asked)

    def send(self, region: str, symbol: str, body: str) -> dict[str, Any]:
        """Put a message at the end of a region's queue."""
        queue = self.queues[region]
        message = Message(f"{region}-{len(queue.bodies)}", symbol, body, int(self._now_ms))
        queue.waiting.append(message)
        queue.bodies.append(body)
        return {"MessageId": message.message_id}

    def delete(self, region: str, taken: list[Message]) -> None:
        """Take messages out of a region's queue."""
        queue = self.queues[region]
        queue.waiting = [one for one in queue.waiting if one not in taken]

    def pass_time(self, passed_ms: float) -> None:
        """Let time pass for everybody."""
        self.clocks.pass_time(passed_ms)
        self._now_ms = self.clocks.latest_ms

    def come(self, actor: Actor, places: tuple[Place, ...] = (), *, writes: bool = False) -> None:
        """Let it be when an actor takes its next step."""
        self.clocks.step(actor, places, writes=writes)
        self._now_ms = actor.at_ms

    @property
    def digest(self) -> bytes:
        """All that stands, and all that was told."""
        queues = [queue.digest for queue in self.queues.values()]
        return digest(self._items.total, queues, self.clocks.digest, self.defects)

    def judge(self, fault: BaseException, where: str) -> None:
        """Take a failure down unless a lost answer explains it."""
        from tests.simulation.world import PASSING

        if not isinstance(fault, PASSING):
            self.defects.append(f"{where}: {fault!r}")

    def _write(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        table = self.dynamodb.tables[asked["TableName"]]
        key = table.key_of(asked.get("Key") or asked["Item"])
        before = table.get(key)
        answer = self.dynamodb.call(operation, asked)
        after = table.get(key)
        self._items.set((table.schema.name, key), after)
        back = goes_back(before, after) if table.schema.name == "orders" else None
        if back is not None:
            self.defects.append(back)
        return answer

    def _appended(self, item: dict[str, Any]) -> None:
        """Remember when a record came to stand, and in which region it was written."""
        place = item["stream"]["S"], int(item["sequence"]["N"])
        self.appended_ms[place], self.appended_in[place] = self._now_ms, self._by
        self._items.set(("appended", place), self._now_ms, self._by)
