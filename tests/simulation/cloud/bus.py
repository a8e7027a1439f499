"""The bus in memory: events go to whom ``events/routes.yaml`` names."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.simulation.cloud.faults import refused

ROUTES_FILE: Final = Path(__file__).parents[3] / "events" / "routes.yaml"
MAX_ENTRIES: Final = 10
MAX_CALL_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Wake:
    """Whom an event wakes, and with what."""

    target: str
    given: dict[str, Any]


@cache
def routes() -> tuple[dict[str, Any], ...]:
    """Return the routes of the choreography."""
    return tuple(yaml.safe_load(ROUTES_FILE.read_text(encoding="utf-8"))["routes"])


def wakes(entry: dict[str, str]) -> list[Wake]:
    """Return whom an entry of ``PutEvents`` wakes."""
    matching = [route for route in routes() if entry["DetailType"] in route["detail_types"]]
    if not matching:
        return []
    detail = json.loads(entry["Detail"])
    return [
        Wake(route["target"], _input(route, detail))
        for route in matching
        if _matches(route, entry["Source"], detail)
    ]


def check(entries: list[dict[str, str]]) -> None:
    """Refuse what ``PutEvents`` refuses."""
    if not 0 < len(entries) <= MAX_ENTRIES:
        raise refused("PutEvents", "ValidationException", f"{len(entries)} entries")
    size = sum(len(text.encode()) for entry in entries for text in entry.values())
    if size > MAX_CALL_BYTES:
        raise refused("PutEvents", "ValidationException", f"{size} bytes")


def _matches(route: dict[str, Any], source: str, detail: dict[str, Any]) -> bool:
    if "source" in route and source != route["source"]:
        return False
    if "source_prefix" in route and not source.startswith(route["source_prefix"]):
        return False
    wanted = route.get("detail") or {}
    return all(detail.get(name) in values for name, values in wanted.items())


def _input(route: dict[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    """Return what the target is given; paths are into the detail, one step deep."""
    return (
        {name: detail[path.removeprefix("$.detail.")] for name, path in route["input"].items()}
        if "input" in route
        else detail
    )
