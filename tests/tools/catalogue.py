"""The catalogue of events: what is said, by whom, and whom it wakes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from zerodesk_aws.contracts.events.catalogue import EVENTS, EventContract
from zerodesk_aws.contracts.workflow import PAYLOADS

HEAD: Final = """\
# Events

Generated from `routes.yaml` and the contracts in `zerodesk_aws.contracts`; to write it again:
`python -m tests.tools.generate`.

An event is a fact, told after it stands in the journal. It wakes somebody up and proves nothing
by itself: it may be lost, repeated or late, and nothing goes wrong. Prices are ticks, quantities
are lots, amounts are minor units; only what partners and price feeds say, and what answers a
partner, is in decimals. A change that a reader could trip over is a new version, in a file of its
own.

Each event has a JSON schema of its `detail` under `schemas/` and a whole sample, as a function
receives it, under `samples/`. `samples/http/` has requests as API Gateway hands them to a
function.

| event | source | said by | what it says | wakes |
|---|---|---|---|---|
"""
SCHEDULES: Final = """
## By the clock

| schedule | every | wakes | why |
|---|---|---|---|
"""
ROUTES: Final = """
## Why somebody is woken

| route | why |
|---|---|
"""
WITHIN: Final = """
## Payloads

What travels through the order workflow and in the queue of commands. Nobody outside reads these.

| payload | where | what it is |
|---|---|---|
"""


def catalogue(routes_file: Path) -> str:
    """Return the catalogue as Markdown."""
    choreography = yaml.safe_load(routes_file.read_text(encoding="utf-8"))
    return "".join(_text(choreography))


def _text(choreography: dict[str, Any]) -> Iterator[str]:
    yield HEAD
    for event in EVENTS:
        woken = ", ".join(f"`{route['target']}`" for route in _woken(event, choreography))
        source = f"`{event.source}<name>`" if event.source.endswith(".") else f"`{event.source}`"
        yield (
            f"| {_linked(event.folder, event.detail_type)} | {source} | {event.said_by} | "
            f"{_told(event.detail)} | {woken or '-'} |\n"
        )
    yield ROUTES
    for route in choreography["routes"]:
        yield f"| {route['name']} | {route['why']} |\n"
    yield SCHEDULES
    for tick in choreography["schedules"]:
        minutes = "minute" if tick["every_minutes"] == 1 else f"{tick['every_minutes']} minutes"
        yield f"| {tick['name']} | {minutes} | `{tick['target']}` | {tick['why']} |\n"
    yield WITHIN
    for payload in PAYLOADS:
        linked = _linked(payload.folder, payload.name)
        yield f"| {linked} | {payload.folder} | {_told(payload.contract)} |\n"


def _woken(event: EventContract, choreography: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for route in choreography["routes"]:
        source = route.get("source") or route.get("source_prefix")
        if source == event.source and event.detail_type in route["detail_types"]:
            yield route


def _linked(folder: str, name: str) -> str:
    file = f"{folder}/{name}.v1.json"
    return f"[{name}](schemas/{file}) ([sample](samples/{file}))"


def _told(contract: type[Any]) -> str:
    return (contract.__doc__ or "").partition("\n")[0]
