"""The run whose calls are recorded, and the file that they are kept in."""

import json
from typing import Any, Final
from unittest.mock import patch

from infra_cdk.settings import ROOT
from tests.calls.recorder import Call, Recorder
from tests.calls.tour import tour
from tests.simulation import seam

FILE: Final = ROOT / "tests" / "data" / "calls.json"
SEEDS: Final = range(1, 13)
LIVES: Final = 100
ANCHOR_EVERY: Final = 4
"""Instead of 1,000: books of this run are short, and are to have snapshots, each an object."""

SOON: Final = {"fills_per_record": 2, "fees_wait_ms": 5_000, "reserved_ms": 20_000}
"""What is rare, or takes days, happens in this run."""


def record() -> set[Call]:
    """Return every kind of call that the functions make."""
    recorder = Recorder()
    with seam.installed(), recorder.listening():
        from tests.simulation import run
        from tests.simulation.bounds import Bounds
        from tests.simulation.campaign import run_one
        from tests.simulation.faults import Script
        from tests.simulation.world import World

        short = Bounds(anchor_every=ANCHOR_EVERY, snapshot_item_bytes=0, **SOON)
        with patch.object(run, "draw_bounds", lambda _: short):
            results = [run_one(seed, LIVES) for seed in SEEDS]
        assert not any(result.violations for result in results)
        calm = Script()
        calm.active = False
        world = World(0, calm, like=results[-1].world, bounds=short)
        tour(world)
        # Books that have snapshots, in processes that have nothing yet.
        _look_back(World(1, calm, like=world, bounds=short))
    return recorder.calls


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
