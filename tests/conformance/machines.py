"""A workflow file at work, its functions stubbed by value: in memory, and on the local cloud."""

import json
from itertools import count
from random import Random
from typing import Any, Protocol

from tests.functions import workflow_cloud
from tests.simulation.cloud import bus, workflows
from tests.simulation.cloud.sqs import FifoQueue
from tests.simulation.cloud.workflows import TaskFailedError

Step = dict[str, Any]
Answer = dict[str, Any]


class Machine(Protocol):
    """A deployed workflow."""

    def will(self, function: str, *steps: Step) -> None:
        """Say what a function does, one step a call (see ``workflow_cloud``)."""

    def calls(self, function: str) -> list[Any]:
        """Return what a function was called with."""

    def run(self, given: Any) -> Answer:
        """Start an execution and wait for it, as ``StartSyncExecution`` does."""

    def sent(self) -> list[tuple[str, str]]:
        """Take all messages that are in the queue: (group, body)."""


class ModelMachine:
    """A workflow in memory, and what it does to the world."""

    def __init__(self, workflow: str) -> None:
        self._workflow = workflow
        self._steps: dict[str, list[Step]] = {}
        self._calls: dict[str, list[Any]] = {}
        self._queue = FifoQueue(30_000, 3)
        self._now_seconds = 0.0
        self._executions = count(1)

    def will(self, function: str, *steps: Step) -> None:
        """Say what a function does."""
        self._steps[function], self._calls[function] = list(steps), []

    def calls(self, function: str) -> list[Any]:
        """Return what a function was called with."""
        return self._calls[function]

    def run(self, given: Any) -> Answer:
        """Run an execution."""
        try:
            name = f"x{next(self._executions)}"
            output = workflows.execute(self._workflow, name, given, self, Random(1))
        except TaskFailedError as fault:
            return workflows.answered(None, fault)
        return workflows.answered(output, None)

    def sent(self) -> list[tuple[str, str]]:
        """Take all messages that are in the queue."""
        now_ms = self._now_seconds * 1000
        receipts = self._queue.receive(now_ms)
        for receipt in receipts:
            self._queue.delete(receipt, now_ms)
        return [(receipt.message.group, receipt.message.body) for receipt in receipts]

    # What the workflow asks.

    def invoke(self, function: str, payload: Any) -> Any:
        """Do the next step of a function."""
        self._calls[function].append(payload)
        step = self._steps[function].pop(0)
        if "raises" in step:
            raise TaskFailedError(step["raises"])
        return step["answers"]

    def look(self, asked: Answer) -> Answer:
        """Read an item where there is none."""
        assert asked["TableName"] == "market"
        return {}

    def send(self, asked: Answer) -> None:
        """Send a message."""
        self._queue.send(asked, self._now_seconds * 1000)

    def put_events(self, asked: Answer) -> None:
        """Put events, to nobody."""
        bus.put(asked, lambda _: None, bus_name="default")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._now_seconds += seconds

    def now_seconds(self) -> float:
        """Return the time."""
        return self._now_seconds


class LocalMachine:
    """A workflow on the local cloud, with a Lambda for each stub."""

    def __init__(
        self, cloud: workflow_cloud.Cloud, workflow: str, functions: dict[str, str]
    ) -> None:
        self._cloud = cloud
        self._stubs = {name: cloud.stub(name) for name in functions.values()}
        self._queue_url = cloud.queue(f"{workflow}-*.fifo", FifoQueue="true")
        arns = {placeholder: self._stubs[name].arn for placeholder, name in functions.items()}
        table = cloud.table(f"{workflow}-*", "symbol")
        self._arn = cloud.workflow(
            workflow, CommandQueueUrl=self._queue_url, MarketTable=table, **arns
        )

    def will(self, function: str, *steps: Step) -> None:
        """Say what a function does."""
        self._stubs[function].will(*steps)

    def calls(self, function: str) -> list[Any]:
        """Return what a function was called with."""
        return self._stubs[function].calls

    def run(self, given: Any) -> Answer:
        """Run an execution."""
        answer: Answer = self._cloud.client("stepfunctions").start_sync_execution(
            stateMachineArn=self._arn, input=json.dumps(given)
        )
        return answer

    def sent(self) -> list[tuple[str, str]]:
        """Take all messages that are in the queue."""
        return [
            (message["Attributes"]["MessageGroupId"], message["Body"])
            for message in self._cloud.drain(self._queue_url)
        ]
