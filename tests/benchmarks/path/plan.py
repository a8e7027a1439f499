"""What the product's functions ask of AWS for an order that rests and for one that takes it.

Recorded from the real handlers over the model of the simulation, warm and without faults: each call
in its order, with the table and the bytes that go there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from tests.calls.costs import play
from tests.calls.recorder import SERVICES, resources
from tests.simulation import seam
from tests.simulation.scheduler import current

WARM_UP: Final = 4
KINDS: Final = ("rests", "takes")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function, or of the workflow that it runs in."""

    function: str
    operation: str
    resource: str
    number: int
    """Items that are read, or events."""
    payload_bytes: int


Plan = dict[str, list[Call]]
"""Calls in order, by what becomes of the order."""


def recorded() -> Plan:
    """Return what is asked for, for each kind of order."""
    from tests.simulation.faults import Script
    from tests.simulation.run import venue
    from tests.simulation.world import World

    plan: Plan = {}
    with seam.installed(), patch("tests.simulation.world.COLD_SHARE", 0.0):
        calm = Script()
        calm.active = False
        world = World(1, calm, like=venue())
        play(world, 1, rounds=WARM_UP, first=0)
        for number, kind in enumerate(KINDS, start=WARM_UP):
            with listening(plan.setdefault(kind, [])):
                play(world, 1, rounds=1, first=number)
        world.scheduler.end()
    return plan


@contextmanager
def listening(heard: list[Call]) -> Iterator[None]:
    """Hear what handlers and workflows ask of AWS."""
    from tests.simulation.world import WorkflowEffects, World

    call, act = World.call, WorkflowEffects._act

    def called(world: Any, service: str, operation: str, asked: dict[str, Any]) -> Any:
        activity = current()
        assert activity is not None
        assert activity.process is not None
        assert service in SERVICES
        heard.append(_call(activity.process.function, operation, asked))
        return call(world, service, operation, asked)

    def acted(effects: Any, operation: str, asked: dict[str, Any], what: str) -> Any:
        heard.append(_call(effects._workflow, operation, asked))
        return act(effects, operation, asked, what)

    with patch.object(World, "call", called), patch.object(WorkflowEffects, "_act", acted):
        yield


def _call(function: str, operation: str, asked: dict[str, Any]) -> Call:
    resource = resources(asked)[0] if "Entries" not in asked else "bus"
    batches: list[Any] = list(asked.get("RequestItems", {}).values())
    keys = batches[0]["Keys"] if batches else [None]
    return Call(
        function,
        operation,
        resource,
        len(asked.get("Entries", keys)),
        _bytes_of(asked.get("Item", asked.get("ExpressionAttributeValues", asked.get("Entries")))),
    )


def _bytes_of(value: Any) -> int:
    """Count what the values of a request take."""
    match value:
        case dict():
            return sum(_bytes_of(one) for one in value.values())
        case list():
            return sum(_bytes_of(one) for one in value)
        case str() | bytes():
            return len(value)
        case _:
            return 0
