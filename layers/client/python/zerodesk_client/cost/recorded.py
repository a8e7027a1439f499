"""The files that a bill is made from: calls per order as recorded, prices as published."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

BATCHES: Final = (1, 10)
"""Orders of one book that are decided together: at little traffic, and at much."""

SECONDS: Final = {
    "order_intake": 0.030,
    "pricing": 0.002,
    "risk_check": 0.005,
    "matching": 0.009,
    "settlement": 0.021,
}
"""How long an invocation runs: medians on the local cloud (docs/numbers.md), one order at a time.
AWS's own were not measured; a bill changes little with them, a ceiling more."""

MEMORY_GB: Final = {
    "order_intake": 0.5,
    "pricing": 0.5,
    "risk_check": 0.5,
    "matching": 1_769 / 1_024,
    "settlement": 1.0,
}
"""As the infrastructure sizes them; a test holds the two together."""

WORKFLOW_GB: Final = 64 / 1_024
WORKFLOW_SECONDS: Final = 0.1
"""An Express workflow is billed by 64 MB and by 100 ms; ours are below both."""

LOG_KB: Final = 0.6
"""Of an invocation: two or three lines and the metrics in them."""


@dataclass(frozen=True, slots=True)
class PerOrder:
    """What one order asks for, by kind and then by name."""

    invocations: dict[str, float]
    executions: dict[str, float]
    reads: dict[str, float]
    writes: dict[str, float]
    queue: dict[str, float]
    events: dict[str, float]


@cache
def per_order(batch: int) -> PerOrder:
    """Return the recorded calls of an order at a batch of 1 or of 10."""
    return PerOrder(**_read("calls.json")["per_order"][str(batch)])


@cache
def prices() -> dict[str, Any]:
    """Return the table of prices with its date and its sources."""
    return _read("prices.json")


def _read(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
