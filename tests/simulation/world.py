"""The simulated regions: the cloud in memory, Lambda's processes, the workflows, and time."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from random import Random
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from tests.handler_settings import SETTINGS
from tests.simulation import seam
from tests.simulation.bounds import DEPLOYED, Bounds
from tests.simulation.cloud import bus, workflows
from tests.simulation.cloud.dynamodb import DynamoDB
from tests.simulation.cloud.expressions import Item
from tests.simulation.cloud.faults import refused, unanswered
from tests.simulation.cloud.s3 import Bucket
from tests.simulation.cloud.sqs import FifoQueue, Receipt
from tests.simulation.cloud.tables import SCHEMAS
from tests.simulation.cloud.workflows import ExecutionLostError, TaskFailedError
from tests.simulation.faults import Fault, Plan
from tests.simulation.processes import Process, load
from tests.simulation.regions import HOME, QUEUE_URLS, REGIONS
from tests.simulation.scheduler import Activity, Killed, Outcome, Scheduler, current
from tests.simulation.trading_rules import goes_back
from zerodesk_aws.api.problems import ProblemCode, ProblemError
from zerodesk_aws.faults import (
    JournalContentionError,
    JournalUnavailableError,
    ServiceBusyError,
    StaleMarketError,
)

START_MS: Final = 1_764_000_000_000
VISIBILITIES_MS: Final = (1_500, 6_000, 30_000)
"""As deployed, it is the last; shorter ones let two processes have the same messages more often."""

RECEIVES_MAX: Final = 3
CALL_TIMEOUT_MS: Final = 2_000
INVOCATION_TIMEOUT_MS: Final = 30_000
"""After this a caller knows that a function has not answered; the function may still be at work."""

FASTEST_MS: Final = 0.5
SPREAD_MS: Final = 3.5
LATENCY_MS: Final = (FASTEST_MS, FASTEST_MS + SPREAD_MS)
BUS_LATENCY_MS: Final = (20.0, 400.0)
POLL_LATENCY_MS: Final = (1.0, 40.0)
OVERSLEEP_MAX: Final = 20.0
"""A process that sleeps comes back late, up to so many times: fewer looks for the same waiting."""
COLD_SHARE: Final = 0.01
"""How often a request comes to a new process although another one is idle."""

SKEW_MS: Final = 40.0
STALLS_MS: Final = (1_500, 1_500, 12_000, 12_000, 45_000, 400_000, 1_000_000)
SKEWS_MS: Final = (-90_000, -3_000, -400, 400, 3_000, 90_000)
LANDS_LATE_MS: Final = (100, 15_000)
ASYNC_RETRIES_MS: Final = (60_000, 120_000)
"""When Lambda tries again what the bus invoked and what failed."""

DOORS: Final = ("order_intake", "back_office", "funds", "partner_intake", "sweeper")
DOOR_STALLS_MS: Final = (1_500, 12_000)
DOOR_SKEWS_MS: Final = (-8_000, -400, 400, 8_000)
"""The sweeper finds what waits by the time that a door's clock gave it, and looks one minute back.
Clocks apart, stalls, late writes and the index must fit into that minute together, as Lambda's
time-outs see to. All other functions go by no clock, and are stalled and skewed beyond that."""

DATING: Final = "liquidation"
"""It makes items of orders too, as old as its look, and none of a look that is old: wherever else
it stalls, it may be for long."""

LATE_MS: Final = (300_000, 900_001, 86_400_000)
DELAYS_MS: Final = (50, 2_500, 70_000, 1_000_000)
INDEX_LAGS_MS: Final = (0, 0, 0, 0, 0, 0, 20, 900, 15_000)

ALARMS: Final = ("reconciliation breached",)
PASSING: Final = (
    BotoCoreError,
    ClientError,
    PynamoDBException,
    JournalContentionError,
    JournalUnavailableError,
    ServiceBusyError,
    StaleMarketError,
)
"""What handlers may raise when AWS fails them. Anything else is a defect."""


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: int = 1_024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:simulated"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace."""

    at_ms: float
    number: int
    who: str
    what: str
    fault: Fault | None

    def __str__(self) -> str:
        fault = f"   <-- {self.fault}" if self.fault else ""
        return (
            f"{self.at_ms - START_MS:12.1f} ms  #{self.number:<5} {self.who:<24} {self.what}{fault}"
        )


class World:
    """A region in which handlers run, and where a plan says what fails."""

    def __init__(
        self,
        seed: int,
        plan: Plan,
        *,
        like: "World | None" = None,
        bounds: Bounds = DEPLOYED,
        traced: bool = False,
    ) -> None:
        now_ms = float(START_MS) if like is None else like.now_ms()
        self.scheduler: Scheduler = Scheduler(seed, now_ms)
        self.plan = plan
        self.seed = seed
        self.dynamodb: DynamoDB = (
            DynamoDB(SCHEMAS, self.now_ms) if like is None else like.dynamodb.copy(self.now_ms)
        )
        self.appended_ms: dict[tuple[str, int], float] = {}
        self.appended_in: dict[tuple[str, int], str] = {}
        """When a record came to stand, and in which region its writer runs."""
        self.dynamodb.on_append = self._appended
        visibility_ms = self.scheduler.chance.choice(VISIBILITIES_MS)
        self.queues = {region: FifoQueue(visibility_ms, RECEIVES_MAX) for region in REGIONS}
        self.bucket = Bucket(SETTINGS["SNAPSHOTS_BUCKET"])
        if like is not None:
            self.bucket.objects.update(like.bucket.objects)
        self.bounds = bounds
        bounds.apply()
        self.damaged: set[tuple[str, int]] = set()
        """The snapshots that were damaged, and not written again since."""
        self.spoiled: set[str] = set()
        """The objects of which the same is true: an item may be put long behind its object."""
        self.harmed: set[tuple[str, int]] = set()
        """Those that ever were: somebody may have read one before it was written again."""
        self.announced: list[tuple[float, dict[str, str]]] = []
        """What the bus was told, and when."""
        self.processes: list[Process] = []
        self.defects: list[str] = []
        self.trace: list[Step] | None = [] if traced else None
        self.boundaries = 0
        self.calls: Counter[str] = Counter()
        self._idle: dict[tuple[str, str], list[Process]] = {}
        self._executions = 0
        self._named: dict[str, str] = {}
        """How executions with a name stand, by region and name."""
        self._invocations = 0
        self._writing_in = HOME
        self._polling_at_ms: dict[str, float] = {}
        random.seed(seed)
        seam.enter(self)

    def now_ms(self) -> float:
        """Return the true time."""
        return self.scheduler.now_ms

    def _appended(self, item: Item) -> None:
        """Remember when a record came to stand, by the true time, and where it was written."""
        place = item["stream"]["S"], int(item["sequence"]["N"])
        self.appended_ms[place] = self.now_ms()
        self.appended_in[place] = self._writing_in

    # What the seam asks.

    def process_now_ms(self) -> float:
        """Return the time by the clock of the process that asks."""
        activity = current()
        process = None if activity is None else activity.process
        return self.scheduler.now_ms + (0.0 if process is None else process.skew_ms)

    def process_sleep(self, seconds: float) -> None:
        """Let the process that asks wait."""
        activity = current()
        assert activity is not None, "only activities wait"
        if activity.gone:
            raise Killed
        self.sleep(seconds * 1000 * (1.0 + (OVERSLEEP_MAX - 1.0) * self.scheduler.chance.random()))

    def any_order(self, calls: Sequence[seam.T]) -> Sequence[seam.T]:
        """Return calls that go at once in the order in which they land."""
        return self._chance(self.boundaries).sample(calls, len(calls)) if calls[1:] else calls

    def logged(self, level: str, message: str, facts: dict[str, Any]) -> None:
        """Take a defect down that a handler caught; what AWS's failures explain is none."""
        fault = facts.get("fault")
        if level == "exception" and isinstance(fault, Exception):
            self._judge(fault, message)
        # The schedules ring rarely here: that something stood still for minutes may well be true.
        stood_still = str(facts.get("extra", {}).get("code", "")).endswith("STANDS_STILL")
        refused_unharmed = (
            message == "snapshot refused"
            and (facts["stream"], facts["sequence"]) not in self.harmed
        )
        if (
            refused_unharmed
            or message == "command quarantined"
            or (message in ALARMS and not stood_still)
        ):
            self.defects.append(f"{message}: {facts}")

    def call(self, service: str, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer a call that a process makes to AWS, or let go wrong what the plan says."""
        activity = current()
        assert activity is not None, f"{service}.{operation} outside of every activity"
        process = activity.process
        assert process is not None, "clients and workflows do not call AWS"
        if activity.gone:
            raise Killed
        kind = operation
        if operation == "GetItem" and not asked.get("ConsistentRead"):
            kind = "GetItem weak"
        elif operation == "PutObject" and "IfNoneMatch" in asked:
            kind = "PutObject new"
        self.calls[operation] += 1
        fault = self._at(kind, process.function, operation, asked)
        scheduler = self.scheduler
        latency_ms = FASTEST_MS + SPREAD_MS * scheduler.chance.random()
        if fault is not None or operation == "StartSyncExecution":
            scheduler.after(
                latency_ms, self._land, activity, operation, asked, fault, self.boundaries
            )
        elif scheduler.passes(latency_ms):
            return self._execute(process.region, operation, asked)
        else:
            scheduler.after(latency_ms, self._answer, activity, operation, asked)
        answer: dict[str, Any] = scheduler.park()
        return answer

    # What happens when a call lands.

    def _land(
        self,
        activity: Activity,
        operation: str,
        asked: dict[str, Any],
        fault: Fault | None,
        number: int,
    ) -> None:
        if fault is not None:
            self._go_wrong(activity, operation, asked, fault, number)
        elif operation == "StartSyncExecution":
            self._start_sync(activity, asked)
        else:
            self._answer(activity, operation, asked)

    def _answer(
        self,
        activity: Activity,
        operation: str,
        asked: dict[str, Any],
        delay_ms: float | None = None,
        **how: Any,
    ) -> None:
        """Execute a call, and let the caller go on with what comes of it."""
        assert activity.process is not None, "clients and workflows do not call AWS"
        try:
            answer = self._execute(activity.process.region, operation, asked, **how)
        except ClientError as error:
            if delay_ms is None:
                self.scheduler.fail(activity, error)
            else:
                self.scheduler.after(delay_ms, self.scheduler.fail, activity, error)
            return
        if delay_ms is None:
            self.scheduler.resume(activity, answer)
        else:
            self.scheduler.after(delay_ms, self.scheduler.resume, activity, answer)

    def _execute(  # noqa: C901, PLR0911 - a table of what can be asked, one case each
        self, region: str, operation: str, asked: dict[str, Any], **how: Any
    ) -> dict[str, Any]:
        """Execute a call that comes from a region."""
        self._writing_in = region
        match operation:
            case "GetItem" | "Query" | "BatchGetItem" | "Scan":
                return self.dynamodb.call(operation, asked, **how)
            case "PutItem" | "UpdateItem":
                lag_ms = 0.0
                if operation == "PutItem" and asked["TableName"] == "orders":
                    lag_ms = self.scheduler.chance.choice(INDEX_LAGS_MS)
                return self._write(operation, asked, lag_ms)
            case "SendMessage":
                return self._send(asked)
            case "PutEvents":
                at_ms = self.scheduler.now_ms
                self.announced += ((at_ms, entry) for entry in asked["Entries"])
                deliver = partial(self._deliver, region)
                return bus.put(asked, deliver, bus_name=SETTINGS["EVENT_BUS_NAME"])
            case "StartExecution":
                if "name" in asked:
                    return self._start_named(asked)
                self._start_execution(*_machine(asked), json.loads(asked["input"]))
                return {"executionArn": asked["stateMachineArn"]}
            case "DescribeExecution":
                status = self._named.get(_execution(asked["executionArn"]))
                if status is None:
                    raise refused(operation, "ExecutionDoesNotExist", asked["executionArn"])
                return {"status": status}
            case "GetObject" | "PutObject":
                self.spoiled.discard(asked["Key"] if operation == "PutObject" else "")
                return self.bucket.call(operation, asked)
            case _:
                raise NotImplementedError(f"{operation} is not in this model")

    def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Send a message to the queue that its URL names."""
        region = next((one for one, url in QUEUE_URLS.items() if url == asked["QueueUrl"]), None)
        if region is None:
            code = "AWS.SimpleQueueService.NonExistentQueue"
            raise refused("SendMessage", code, asked["QueueUrl"])
        answer = self.queues[region].send(asked, self.scheduler.now_ms)
        self._poll_soon(region, self._latency_ms(POLL_LATENCY_MS))
        return answer

    def _write(self, operation: str, asked: dict[str, Any], lag_ms: float) -> dict[str, Any]:
        """Write an item; that of an order must not go back, though it may come right later."""
        if asked["TableName"] == "snapshots":
            item = asked["Item"]
            if item.get("object_key", {"S": ""})["S"] not in self.spoiled:
                self.damaged.discard((item["stream"]["S"], int(item["sequence"]["N"])))
        if asked["TableName"] != "orders":
            return self.dynamodb.call(operation, asked, lag_ms=lag_ms)
        table = self.dynamodb.tables["orders"]
        key = table.key_of(asked["Item"] if operation == "PutItem" else asked["Key"])
        before = table.get(key)
        answer = self.dynamodb.call(operation, asked, lag_ms=lag_ms)
        back = goes_back(before, table.get(key))
        if back is not None:
            self.defects.append(back)
        return answer

    def _try(self, activity: Activity, operation: str, asked: dict[str, Any]) -> None:
        """Execute a call whose answer nobody gets."""
        assert activity.process is not None, "clients and workflows do not call AWS"
        if operation == "StartSyncExecution":
            self._start_execution(*_machine(asked), json.loads(asked["input"]))
            return
        try:
            self._execute(activity.process.region, operation, asked)
        except ClientError:
            return

    def _go_wrong(  # noqa: C901, PLR0912 - a table of what can happen, one line each
        self,
        activity: Activity,
        operation: str,
        asked: dict[str, Any],
        fault: Fault,
        number: int,
    ) -> None:
        scheduler, chance = self.scheduler, self._chance(number)
        later, process = scheduler.after, activity.process
        assert process is not None, "a call is made by a process"
        at_door = _is_at_door(process.function, operation, asked)
        match fault:
            case Fault.KILL_BEFORE:
                scheduler.kill(activity)
                self._answer_for_dead(activity)
            case Fault.KILL_AFTER:
                self._try(activity, operation, asked)
                scheduler.kill(activity)
                self._answer_for_dead(activity)
            case Fault.TIMEOUT_BEFORE:
                later(CALL_TIMEOUT_MS, scheduler.fail, activity, unanswered())
            case Fault.TIMEOUT_AFTER:
                self._try(activity, operation, asked)
                later(CALL_TIMEOUT_MS, scheduler.fail, activity, unanswered())
            case Fault.TIMEOUT_LATE:
                later(chance.uniform(*LANDS_LATE_MS), self._try, activity, operation, asked)
                later(CALL_TIMEOUT_MS, scheduler.fail, activity, unanswered())
            case Fault.REPEATED:
                self._try(activity, operation, asked)
                later(CALL_TIMEOUT_MS, self._answer, activity, operation, asked)
            case Fault.THROTTLED:
                scheduler.fail(activity, _throttled(operation))
            case Fault.SERVER_ERROR:
                scheduler.fail(activity, _server_error(operation))
            case Fault.SERVER_ERROR_AFTER:
                self._try(activity, operation, asked)
                scheduler.fail(activity, _server_error(operation))
            case Fault.CONFLICT:
                scheduler.fail(activity, _conflict(operation))
            case Fault.STALE:
                self._answer(activity, operation, asked, stale=True)
            case Fault.UNPROCESSED:
                self._answer(activity, operation, asked, leave_over=chance.randint(1, 100))
            case Fault.STALLED_BEFORE:
                stall_ms = chance.choice(DOOR_STALLS_MS if at_door else STALLS_MS)
                later(stall_ms, self._land, activity, operation, asked, None, number)
            case Fault.STALLED_AFTER if operation != "StartSyncExecution":
                stall_ms = chance.choice(DOOR_STALLS_MS if at_door else STALLS_MS)
                self._answer(activity, operation, asked, stall_ms)
            case Fault.CLOCK_JUMP:
                dates = process.function in (*DOORS, DATING)
                process.skew_ms = chance.choice(DOOR_SKEWS_MS if dates else SKEWS_MS)
                self._land(activity, operation, asked, None, number)
            case _:
                self._land(activity, operation, asked, None, number)

    def _answer_for_dead(self, activity: Activity) -> None:
        activity._done((None, Killed()))

    # The queues.

    def _poll_soon(self, region: str, delay_ms: float) -> None:
        at_ms = self.scheduler.now_ms + delay_ms
        if at_ms < self._polling_at_ms.get(region, inf):
            self._polling_at_ms[region] = at_ms
            self.scheduler.after(delay_ms, self._poll, region, at_ms)

    def _poll(self, region: str, at_ms: float) -> None:
        """Hand messages to a region's matching, as the event source mapping does."""
        if self._polling_at_ms.get(region) != at_ms:
            return
        del self._polling_at_ms[region]
        chance, queue = self.scheduler.chance, self.queues[region]
        limit = 10 if chance.random() < 0.7 else chance.randint(1, 10)
        receipts = queue.receive(self.scheduler.now_ms, limit)
        if receipts:
            fault = self._at("batch", "queue", f"{len(receipts)} messages", {})
            delay_ms = 0.0
            if fault is Fault.DELAYED:
                delay_ms = self._chance(self.boundaries).choice(DELAYS_MS)
            self.scheduler.after(delay_ms, self._match, region, receipts, fault, self.boundaries)
        following_ms = queue.next_visible_ms()
        if following_ms is not None:
            self._poll_soon(region, max(following_ms - self.scheduler.now_ms, self._latency_ms()))

    def _match(
        self, region: str, receipts: list[Receipt], fault: Fault | None, number: int
    ) -> None:
        event = {"Records": [receipt.message.to_record() for receipt in receipts]}

        def done(outcome: Outcome) -> None:
            answer, error = outcome
            if error is not None:
                return
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
            if fault is Fault.NOT_DELETED:
                return
            for receipt in receipts:
                if receipt.message.message_id not in failed:
                    self.queues[region].delete(receipt, self.scheduler.now_ms)
            self._poll_soon(region, self._latency_ms(POLL_LATENCY_MS))

        self.invoke("matching", event, done, region)
        if fault is Fault.DUPLICATED_LATE:
            late_ms = self._chance(number).choice(LATE_MS)
            self.scheduler.after(late_ms, self.invoke, "matching", event, _nobody, region)

    # The bus and whom it wakes: workflows, and functions.

    def announce(self, region: str, entry: dict[str, str]) -> None:
        """Let somebody outside put an event on a region's bus."""
        entries = [entry | {"EventBusName": SETTINGS["EVENT_BUS_NAME"]}]
        answer = self._execute(region, "PutEvents", {"Entries": entries})
        assert not answer["FailedEntryCount"], answer

    def _deliver(self, region: str, wake: bus.Wake) -> None:
        fault = self._at("event", "bus", wake, {})
        delay_ms = self._latency_ms(BUS_LATENCY_MS)
        if fault is Fault.LOST:
            return
        if fault is Fault.DELAYED:
            delay_ms += self._chance(self.boundaries).choice(DELAYS_MS)
        self.scheduler.after(delay_ms, self._wake, region, wake)
        if fault is Fault.DUPLICATED:
            self.scheduler.after(2 * delay_ms, self._wake, region, wake)
        elif fault is Fault.DUPLICATED_LATE:
            late_ms = self._chance(self.boundaries).choice(LATE_MS)
            self.scheduler.after(late_ms, self._wake, region, wake)

    def _wake(self, region: str, wake: bus.Wake) -> None:
        """Start what an event wakes."""
        if wake.target in workflows.NAMES:
            self._start_execution(wake.target, region, wake.given)
            return
        fault = self._at("invocation", wake.target, wake.given, {})
        delay_ms = self._latency_ms()
        if fault is Fault.LOST:
            return
        if fault is Fault.DELAYED:
            delay_ms += self._chance(self.boundaries).choice(DELAYS_MS)
        start = partial(self._insist, region, wake, ASYNC_RETRIES_MS)
        self.scheduler.after(delay_ms, start)
        if fault is Fault.DUPLICATED:
            self.scheduler.after(delay_ms + self._latency_ms(), start)

    def _insist(self, region: str, wake: bus.Wake, retries_ms: tuple[int, ...]) -> None:
        """Invoke a function without waiting, and again after a while when it fails."""

        def done(outcome: Outcome) -> None:
            if outcome[1] is not None and retries_ms:
                self.scheduler.after(retries_ms[0], self._insist, region, wake, retries_ms[1:])

        self.invoke(wake.target, wake.given, done, region)

    def _start_execution(self, workflow: str, region: str, given: dict[str, Any]) -> None:
        fault = self._at("execution", workflow, given.get("order_id", given), {})
        delay_ms = self._latency_ms()
        if fault is Fault.LOST:
            return
        if fault is Fault.DELAYED:
            delay_ms += self._chance(self.boundaries).choice(DELAYS_MS)
        self.execute(workflow, region, given, _nobody, delay_ms)
        if fault is Fault.DUPLICATED:
            self.execute(workflow, region, given, _nobody, delay_ms + self._latency_ms())

    def _start_named(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Start a Standard execution, whose name runs once in its region.

        Once started it is not lost, but it may fail at once, or run beside itself.
        """
        workflow, region = _machine(asked)
        name, given = f"{region} {asked['name']}", json.loads(asked["input"])
        if name in self._named:
            raise refused("StartExecution", "ExecutionAlreadyExists", asked["name"])
        self._named[name] = "RUNNING"

        def ended(outcome: Outcome) -> None:
            self._named[name] = "SUCCEEDED" if outcome[1] is None else "FAILED"

        fault = self._at("execution", workflow, asked["name"], {})
        delay_ms = self._latency_ms()
        if fault is Fault.DELAYED:
            delay_ms += self._chance(self.boundaries).choice(DELAYS_MS)
        if fault is Fault.LOST:
            self._named[name] = "FAILED"
        else:
            self.execute(workflow, region, given, ended, delay_ms)
        if fault is Fault.DUPLICATED:
            self.execute(workflow, region, given, _nobody, delay_ms + self._latency_ms())
        return {"executionArn": name}

    def execute(
        self,
        workflow: str,
        region: str,
        given: dict[str, Any],
        done: Callable[[Outcome], None],
        delay_ms: float = 0.0,
    ) -> None:
        """Run a workflow of a region, and tell what came of it."""
        self._executions += 1
        name = f"x{self._executions}"
        effects = WorkflowEffects(self, workflow, region, name)

        def ended(outcome: Outcome) -> None:
            fault = outcome[1]
            if fault is not None and not isinstance(fault, (TaskFailedError, ExecutionLostError)):
                raise fault
            done(outcome)

        activity = Activity(
            self.scheduler,
            lambda: workflows.execute(workflow, name, given, effects, self.scheduler.chance),
            ended,
            who=workflow,
        )
        self.scheduler.start(activity, delay_ms)

    def _start_sync(self, activity: Activity, asked: dict[str, Any]) -> None:
        """Run a workflow whose caller waits, as long as its client waits."""
        waiting = [True]

        def give_up() -> None:
            if waiting:
                waiting.clear()
                self.scheduler.fail(activity, unanswered())

        def done(outcome: Outcome) -> None:
            if not waiting:
                return
            waiting.clear()
            output, fault = outcome
            if isinstance(fault, ExecutionLostError):
                fault = TaskFailedError("States.Runtime")
            answer = workflows.answered(output, fault)
            self.scheduler.after(self._latency_ms(), self.scheduler.resume, activity, answer)

        self.scheduler.after(CALL_TIMEOUT_MS, give_up)
        self.execute(*_machine(asked), json.loads(asked["input"]), done)

    # Lambda.

    def invoke(
        self,
        function: str,
        event: dict[str, Any],
        done: Callable[[Outcome], None],
        region: str = HOME,
    ) -> None:
        """Run a function in one of its processes in a region, and tell what came of it."""
        process = self._process(function, region)
        self._invocations += 1
        context = Context(f"r{self._invocations}", function)

        def ended(outcome: Outcome) -> None:
            fault = outcome[1]
            if not process.dead:
                self._idle.setdefault((function, region), []).append(process)
            if isinstance(fault, Exception):
                self._judge(fault, f"{function} failed")
            done(outcome)

        activity = Activity(
            self.scheduler,
            lambda: process.handler(event, context),
            ended,
            who=f"{function} {process.number}",
            process=process,
        )
        self.scheduler.start(activity)

    def _process(self, function: str, region: str) -> Process:
        idle = self._idle.get((function, region))
        chance = self.scheduler.chance
        if idle and chance.random() >= COLD_SHARE:
            return idle.pop(chance.randrange(len(idle)))
        modules, skew_ms = load(function, region), chance.uniform(-SKEW_MS, SKEW_MS)
        self.bounds.tell(modules)
        process = Process(function, len(self.processes), modules, region, skew_ms)
        self.processes.append(process)
        return process

    def _judge(self, fault: BaseException, where: str) -> None:
        """Take an exception down unless AWS's failures explain it."""
        passing = isinstance(fault, PASSING)
        if isinstance(fault, ProblemError):
            passing = fault.problem.code is ProblemCode.UNAVAILABLE
        if not passing:
            self.defects.append(f"{where}: {fault!r}")

    # What activities of the simulation itself use: clients and workflows.

    def begin(self, who: str, work: Callable[[], Any], delay_ms: float = 0.0) -> None:
        """Let a client begin."""

        def done(outcome: Outcome) -> None:
            if outcome[1] is not None:
                raise outcome[1]

        self.scheduler.start(Activity(self.scheduler, work, done, who=who), delay_ms)

    def sleep(self, delay_ms: float) -> None:
        """Let the current activity wait."""
        if self.scheduler.passes(delay_ms):
            return
        self.scheduler.after(delay_ms, self.scheduler.resume, current(), None)
        self.scheduler.park()

    def ask(
        self,
        function: str,
        event: dict[str, Any],
        region: str = HOME,
        timeout_ms: float = INVOCATION_TIMEOUT_MS,
    ) -> Outcome:
        """Call a region's function from the current activity, and wait, but not for ever."""
        activity = current()
        assert activity is not None, "only activities ask"
        waiting = [True]

        def settle(outcome: Outcome) -> None:
            if waiting:
                waiting.clear()
                self.scheduler.after(self._latency_ms(), self.scheduler.resume, activity, outcome)

        self.invoke(function, event, settle, region)
        self.scheduler.after(timeout_ms, settle, (None, TimeoutError()))
        outcome: Outcome = self.scheduler.park()
        return outcome

    # Chance and plan.

    def _latency_ms(self, span_ms: tuple[float, float] = LATENCY_MS) -> float:
        low, high = span_ms
        return low + (high - low) * self.scheduler.chance.random()

    def _chance(self, number: int) -> Random:
        """Return a source of chance for one place: the same whatever else happens."""
        return Random(self.seed * 1_000_003 + number)

    def _at(self, kind: str, who: str, what: object, asked: dict[str, Any]) -> Fault | None:
        self.boundaries += 1
        fault = self.plan.at(self.boundaries, kind, who)
        if self.trace is not None:
            text = f"{what} {_target(asked)}".rstrip()
            self.trace.append(Step(self.scheduler.now_ms, self.boundaries, who, text, fault))
        return fault


class WorkflowEffects:
    """What a workflow does to its world."""

    def __init__(self, world: World, workflow: str, region: str, name: str) -> None:
        self._world, self._workflow, self._region, self._name = world, workflow, region, name

    def invoke(self, function: str, payload: Any) -> Any:
        """Call a function; its failure goes by the name of its exception."""
        answer, fault = self._world.ask(function, payload, self._region)
        match fault:
            case None:
                return answer
            case Killed():
                raise TaskFailedError("Runtime.ExitError")
            case TimeoutError():
                raise TaskFailedError("Sandbox.Timedout")
            case _:
                raise TaskFailedError(type(fault).__name__)

    def send(self, asked: dict[str, Any]) -> None:
        """Send a message to the region's queue of commands."""
        asked = asked | {"QueueUrl": QUEUE_URLS[self._region]}
        self._act("SendMessage", asked, asked["MessageGroupId"])

    def put_events(self, asked: dict[str, Any]) -> None:
        """Put events; the task fails when one of them is not taken."""
        answer = self._act("PutEvents", asked, f"{len(asked['Entries'])} entries")
        if answer["FailedEntryCount"]:
            raise TaskFailedError("EventBridge.FailedEntry")

    def _act(self, operation: str, asked: dict[str, Any], what: str) -> dict[str, Any]:
        world = self._world
        fault = world._at(f"workflow {operation}", self._workflow, f"{operation} {what}", {})
        world.sleep(world._latency_ms())
        if fault is Fault.LOST:
            raise ExecutionLostError(self._name)
        if fault is Fault.SERVER_ERROR:
            raise TaskFailedError("SQS.SdkClientException")
        answer = self._asked(operation, asked)
        if fault is Fault.REPEATED:
            answer = self._asked(operation, asked)
        if fault is Fault.SERVER_ERROR_AFTER:
            raise TaskFailedError("SQS.SdkClientException")
        return answer

    def _asked(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Execute a call; a refusal fails the task by its code."""
        try:
            return self._world._execute(self._region, operation, asked)
        except ClientError as error:
            raise TaskFailedError(error.response["Error"]["Code"]) from error

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._world.sleep(seconds * 1000)

    def now_seconds(self) -> float:
        """Return the time."""
        return self._world.now_ms() / 1000


def _nobody(_: Outcome) -> None:
    """Hear an outcome that nobody waits for."""


def _machine(asked: dict[str, Any]) -> tuple[str, str]:
    """Return the name of a state machine, and its region."""
    _, _, _, region, _, _, name = str(asked["stateMachineArn"]).split(":")
    return name, region


def _is_at_door(function: str, operation: str, asked: dict[str, Any]) -> bool:
    """Whether a call is made by somebody who goes by a clock, and so stands still for seconds."""
    dates = function == DATING and operation == "PutItem" and asked["TableName"] == "orders"
    return dates or function in DOORS


def _execution(arn: str) -> str:
    """Return the region and the name of an execution."""
    _, _, _, region, _, _, _, name = arn.split(":")
    return f"{region} {name}"


def _throttled(operation: str) -> ClientError:
    codes = {
        "SendMessage": "RequestThrottled",
        "PutEvents": "ThrottlingException",
        "GetObject": "SlowDown",
        "PutObject": "SlowDown",
        "DescribeExecution": "ThrottlingException",
        "StartExecution": "ThrottlingException",
        "StartSyncExecution": "ThrottlingException",
    }
    code = codes.get(operation, "ProvisionedThroughputExceededException")
    return refused(operation, code, "Rate exceeded")


def _conflict(operation: str) -> ClientError:
    if operation == "PutObject":
        return refused(operation, "ConditionalRequestConflict", "", 409)
    return refused(operation, "ReplicatedWriteConflictException", "")


def _server_error(operation: str) -> ClientError:
    code = "InternalError" if operation in ("GetObject", "PutObject") else "InternalServerError"
    return refused(operation, code, "", 500)


def _target(asked: dict[str, Any]) -> str:
    """Return what a call is about, for the trace."""
    if "Bucket" in asked:
        return str(asked["Key"])
    key = asked.get("Key") or asked.get("Item")
    if key is not None:
        names = ("stream", "sequence", "account_id", "order_id", "symbol", "name")
        texts = [next(iter(key[name].values())) for name in names if name in key]
        return f"{asked['TableName']} {' '.join(texts)}"
    if "KeyConditionExpression" in asked:
        values = asked["ExpressionAttributeValues"].values()
        return f"{asked['TableName']} {' '.join(str(*value.values()) for value in values)}"
    if "RequestItems" in asked:
        ((name, wanted),) = asked["RequestItems"].items()
        return f"{name} {len(wanted['Keys'])} keys"
    return str(asked.get("MessageGroupId", ""))
