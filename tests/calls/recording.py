"""The run whose calls are recorded, and the file that they are kept in."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from infra_cdk.settings import ROOT
from tests.calls.recorder import Call, Recorder
from tests.calls.tour import tour
from tests.simulation import seam

FILE: Final = ROOT / "tests" / "data" / "calls.json"
SEEDS: Final = range(1, 11)
LIVES: Final = 100
ANCHOR_EVERY: Final = 4
"""Instead of 1,000: books of this run are short, and are to have snapshots."""


def record() -> set[Call]:
    """Return every kind of call that the functions make."""
    recorder = Recorder()
    with seam.installed(), _short_books(), recorder.listening():
        from tests.simulation.campaign import run_one
        from tests.simulation.faults import Script
        from tests.simulation.run import Schedules
        from tests.simulation.world import World

        with patch.object(Schedules, "ring", _keeping_snapshots(Schedules.ring)):
            results = [run_one(seed, LIVES) for seed in SEEDS]
        calm = Script()
        calm.active = False
        world = World(0, calm, like=results[-1].world)
        tour(world)
        # Books that have snapshots, in processes that have nothing yet.
        _look_back(World(1, calm, like=world))
    return recorder.calls


def _keeping_snapshots(ring: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let the schedules call the archivist too."""

    def ring_all(schedules: Any) -> None:
        ring(schedules)
        schedules._world.invoke("archivist", {}, lambda _: None)

    return ring_all


def _look_back(world: Any) -> None:
    from tests.calls.tour import SYMBOL, order, queried
    from tests.simulation.traffic import http_event

    def walk() -> None:
        depth = http_event("GET", "/v1/markets/{symbol}/depth", "bob", None, {"symbol": SYMBOL})
        world.ask("queries", depth)
        world.ask("order_intake", order("cold", "0.01"))
        world.ask("archivist", queried("/v1/journal/state", stream=f"book#{SYMBOL}"))

    world.begin("look back", walk)
    world.scheduler.run(world.now_ms() + 600_000)
    world.scheduler.end()


@contextmanager
def _short_books() -> Iterator[None]:
    """Let books have snapshots soon, and every one of them be an object."""
    from zerodesk.matching import Book
    from zerodesk_aws.snapshots import Snapshots

    defaults: list[tuple[Any, dict[str, Any]]] = [
        (Book.__init__, {"anchor_every": ANCHOR_EVERY}),
        (vars(Book)["from_state"].__func__, {"anchor_every": ANCHOR_EVERY}),
        (Snapshots.__init__, {"max_item_bytes": 0}),
    ]
    kept = [(function, function.__kwdefaults__) for function, _ in defaults]
    for function, changed in defaults:
        function.__kwdefaults__ = {**function.__kwdefaults__, **changed}
    try:
        yield
    finally:
        for function, before in kept:
            function.__kwdefaults__ = before


def to_text(calls: set[Call]) -> str:
    """Return the calls as they are kept: by function, sorted."""
    by_function: dict[str, list[str]] = {}
    for function, action, resource in sorted(calls):
        by_function.setdefault(function, []).append(f"{action} {resource}")
    return json.dumps(by_function, indent=1) + "\n"


def read() -> set[Call]:
    """Return the calls that were recorded."""
    document: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        (function, *text.split(" ", 1))  # type: ignore[misc]
        for function, texts in document.items()
        for text in texts
    }
