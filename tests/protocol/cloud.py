"""What handlers of two regions share, one call at a time: tables, queues, a clock."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.handler_settings import SETTINGS
from tests.protocol.actors import BOUNDS, Asked, acting
from tests.simulation.cloud.dynamodb import DynamoDB
from tests.simulation.cloud.s3 import Bucket
from tests.simulation.cloud.sqs import Message
from tests.simulation.regions import HOME, REGIONS
from tests.simulation.trading_rules import goes_back

if TYPE_CHECKING:
    from tests.simulation.processes import Process

WRITES: Final = frozenset({"PutItem", "UpdateItem", "SendMessage"})
ASIDE: Final = frozenset(
    {
        ("UpdateItem", "market"),
        ("Query", "snapshots"),
        ("PutEvents", None),
        ("StartExecution", None),
    }
)
"""Calls that no rule is about: what is shown of a market, who is woken. They are no boundary."""

TELLING: Final = ("command quarantined", "reconciliation breached")
"""What handlers log only if something is broken. That something stands still is the schedule's."""

REGISTERS: Final = "control#"
"""Registers, set up once: to read one is no boundary, either."""


@dataclass(slots=True)
class Queue:
    """A queue whose messages anybody may have at any time: no time-out protects anything."""

    waiting: list[Message] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)

    def copy(self) -> "Queue":
        """Return a queue that changes apart from this one."""
        return Queue(list(self.waiting), list(self.bodies))


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
        self._by = HOME
        self._sent = sum(len(queue.bodies) for queue in self.queues.values())

    # What the seam asks.

    def process_now_ms(self) -> float:
        """Return the time by the clock of who asks."""
        actor = acting()
        return self._now_ms + (0.0 if actor is None else actor.skew_ms)

    def process_sleep(self, seconds: float) -> None:
        """Let nobody wait: whoever goes on next, the schedule says."""

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
        if actor is None or _is_aside(operation, asked):
            return self.execute(operation, asked)
        writes = operation in WRITES
        place = _place(operation, asked)
        answer: dict[str, Any] = actor.turn(
            Asked(
                f"{operation} {place}",
                lambda: self.execute(operation, asked, by=actor.region),
                writes=writes,
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
                self.announced += ((self._now_ms, entry) for entry in asked["Entries"])
                return {"FailedEntryCount": 0, "Entries": [{} for _ in asked["Entries"]]}
            case "StartExecution":
                machine = str(asked["stateMachineArn"]).rpartition(":")[2]
                self.woken.append((machine, json.loads(asked["input"])))
                return {"executionArn": asked["stateMachineArn"]}
            case "UpdateItem" if asked["TableName"] == "orders":
                return self._move_item(asked)
            case _:
                return self.dynamodb.call(operation, asked)

    def send(self, region: str, symbol: str, body: str) -> dict[str, Any]:
        """Put a message at the end of a region's queue."""
        self._sent += 1
        message = Message(f"m{self._sent}", symbol, body, int(self._now_ms))
        self.queues[region].waiting.append(message)
        self.queues[region].bodies.append(body)
        return {"MessageId": message.message_id}

    def delete(self, region: str, taken: list[Message]) -> None:
        """Take messages out of a region's queue."""
        queue = self.queues[region]
        queue.waiting = [one for one in queue.waiting if one not in taken]

    def pass_time(self, passed_ms: float) -> None:
        """Let time pass for everybody."""
        self._now_ms += passed_ms

    def judge(self, fault: BaseException, where: str) -> None:
        """Take a failure down unless a lost answer explains it."""
        from tests.simulation.world import PASSING

        if not isinstance(fault, PASSING):
            self.defects.append(f"{where}: {fault!r}")

    def _move_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        table = self.dynamodb.tables["orders"]
        key = table.key_of(asked["Key"])
        before = table.get(key)
        answer = self.dynamodb.call("UpdateItem", asked)
        back = goes_back(before, table.get(key))
        if back is not None:
            self.defects.append(back)
        return answer

    def _appended(self, item: dict[str, Any]) -> None:
        """Remember when a record came to stand, and in which region it was written."""
        place = item["stream"]["S"], int(item["sequence"]["N"])
        self.appended_ms[place], self.appended_in[place] = self._now_ms, self._by


def _is_aside(operation: str, asked: dict[str, Any]) -> bool:
    if (operation, asked.get("TableName")) in ASIDE:
        return True
    values = asked.get("ExpressionAttributeValues", {}).values()
    return any(str(value.get("S", "")).startswith(REGISTERS) for value in values)


def _place(operation: str, asked: dict[str, Any]) -> str:
    """Return what a call is about, for the trace."""
    if operation == "SendMessage":
        return f"{asked['QueueUrl'].split('.')[1]} {json.loads(asked['MessageBody'])['kind']}"
    key = asked.get("Key") or asked.get("Item")
    if key is None:
        values = asked.get("ExpressionAttributeValues", {}).values()
        return " ".join([asked.get("TableName", ""), *(str(*value.values()) for value in values)])
    names = ("stream", "sequence", "account_id", "order_id", "name")
    return " ".join([asked["TableName"], *(str(*key[n].values()) for n in names if n in key)])
