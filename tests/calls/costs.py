"""What one order asks of AWS, counted: ``python -m tests.calls.costs``, for ``zerodesk cost``.

The real handlers over the model of the simulation, without faults and with warm processes. Orders
of two accounts, of which every other one takes the one before: one by one, and ten at a time.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from infra_cdk.settings import ROOT
from tests.calls.recorder import resources
from tests.simulation import seam

FILE: Final = ROOT / "layers" / "client" / "python" / "zerodesk_client" / "cost" / "calls.json"
COMMAND: Final = "python -m tests.calls.costs"
ROUNDS: Final = 30
BATCHES: Final = (1, 10)
POLL_MS: Final = {1: (20.0, 20.0), 10: (1_000.0, 1_000.0)}
"""When the queue is looked at: after all orders of a round have come, so that they make a batch."""


class Count:
    """Counts what is paid for."""

    def __init__(self) -> None:
        self.paid: dict[str, Counter[str]] = {
            kind: Counter()
            for kind in ("invocations", "executions", "half reads", "queue", "events")
        }

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what a world does."""
        from tests.simulation.world import WorkflowEffects, World

        call, execute, invoke, act = World.call, World.execute, World.invoke, World._execute
        look = WorkflowEffects.look

        def called(world: Any, service: str, operation: str, asked: dict[str, Any]) -> Any:
            self._read(operation, asked)
            return call(world, service, operation, asked)

        def looked(effects: Any, asked: dict[str, Any]) -> dict[str, Any]:
            self._read("GetItem", asked)
            return look(effects, asked)

        def executed(world: Any, workflow: str, *rest: Any) -> None:
            self.paid["executions"][workflow] += 1
            execute(world, workflow, *rest)

        def invoked(world: Any, function: str, *rest: Any) -> None:
            self.paid["invocations"][function] += 1
            invoke(world, function, *rest)

        def acted(
            world: Any, region: str, operation: str, asked: dict[str, Any], **how: Any
        ) -> Any:
            if operation == "SendMessage":
                self.paid["queue"]["SendMessage"] += 1
            if operation == "PutEvents":
                self.paid["events"]["PutEvents"] += len(asked["Entries"])
            return act(world, region, operation, asked, **how)

        with (
            patch.object(World, "call", called),
            patch.object(WorkflowEffects, "look", looked),
            patch.object(World, "execute", executed),
            patch.object(World, "invoke", invoked),
            patch.object(World, "_execute", acted),
        ):
            yield

    def _read(self, operation: str, asked: dict[str, Any]) -> None:
        """Count read units: no item of an order's way is above 4 KB."""
        if operation not in ("GetItem", "Query", "BatchGetItem"):
            return
        [table] = resources(asked)
        batch = asked.get("RequestItems", {}).get(table, asked)
        unit = 1.0 if batch.get("ConsistentRead") else 0.5
        half_units = int(2 * unit) * len(batch.get("Keys", [0]))
        self.paid["half reads"][table.partition("/")[0]] += half_units


def measured(batch: int) -> dict[str, Any]:
    """Return what an order costs when so many come at a time, by kind and by name."""
    from tests.simulation import world as worlds
    from tests.simulation.cloud.sqs import FifoQueue
    from tests.simulation.faults import Script
    from tests.simulation.run import venue

    count, calm = Count(), Script()
    calm.active = False
    whole = FifoQueue.receive
    with (
        patch.object(worlds, "COLD_SHARE", 0.0),
        patch.object(worlds, "POLL_LATENCY_MS", POLL_MS[batch]),
        patch.object(FifoQueue, "receive", lambda queue, now_ms, _=10: whole(queue, now_ms)),
    ):
        world = worlds.World(1, calm, like=venue())
        play(world, batch, rounds=2, first=0)
        before = {name: table.write_units for name, table in world.dynamodb.tables.items()}
        with count.counting():
            play(world, batch, rounds=ROUNDS, first=2)
        world.scheduler.end()
    orders = batch * ROUNDS
    writes = {
        name: table.write_units - before[name]
        for name, table in world.dynamodb.tables.items()
        if table.write_units > before[name]
    }
    batches = count.paid["invocations"]["matching"]
    # Lambda's poller receives each batch and deletes it.
    count.paid["queue"] |= Counter(ReceiveMessage=batches, DeleteMessage=batches)
    halves = count.paid.pop("half reads")
    reads = {name: number / 2 for name, number in halves.items()}
    kinds: dict[str, Mapping[str, float]] = {**count.paid, "reads": reads, "writes": writes}
    return {
        kind: {name: round(number / orders, 4) for name, number in sorted(names.items())}
        for kind, names in kinds.items()
    }


def play(world: Any, batch: int, *, rounds: int, first: int) -> None:
    """Place orders in rounds; each round is over when everything has come to rest."""
    for number in range(first, first + rounds):
        for place in range(batch):
            world.begin("client", placing(world, number * batch + place))
        world.scheduler.run(world.now_ms() + 20_000)


def placing(world: Any, number: int) -> Callable[[], None]:
    """Return what places an order."""
    from tests.simulation.traffic import http_event

    who, side = ("alice", "BUY") if number % 2 == 0 else ("bob", "SELL")
    what = {"client_order_id": f"n{number}", "symbol": "BTC-USD", "side": side, "type": "LIMIT"}
    event = http_event("POST", "/v1/orders", who, what | {"quantity": "0.1", "price": "60000"})

    def place() -> None:
        answer, fault = world.ask("order_intake", event)
        assert fault is None, fault
        assert answer["statusCode"] in (200, 201, 202), answer

    return place


def record() -> dict[str, Any]:
    """Return the file's content."""
    with seam.installed():
        return {
            "command": COMMAND,
            "per_order": {str(batch): measured(batch) for batch in BATCHES},
        }


if __name__ == "__main__":
    FILE.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
