"""The bus in memory: events go to whom ``events/routes.yaml`` names."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.simulation.cloud.faults import refused

ROUTES_FILE: Final = Path(__file__).parents[3] / "events" / "routes.yaml"
MAX_ENTRIES: Final = 10
MAX_CALL_BYTES: Final = 256 * 1024
"""AWS takes 1 MB today and took 256 KB until 2026; Zerodesk stays below either."""

REQUIRED: Final = ("Source", "DetailType", "Detail")
PARAMETERS: Final = {"EventBusName", *REQUIRED}


@dataclass(frozen=True, slots=True)
class Wake:
    """Whom an event wakes, and with what."""

    target: str
    given: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.target} {self.given}"


@cache
def routes() -> tuple[dict[str, Any], ...]:
    """Return the routes of the choreography."""
    return tuple(yaml.safe_load(ROUTES_FILE.read_text(encoding="utf-8"))["routes"])


def put(asked: dict[str, Any], deliver: Callable[[Wake], None], *, bus_name: str) -> dict[str, Any]:
    """Take the entries of ``PutEvents``, each by itself, and deliver what was taken.

    The model has one bus. What is put on another, or on the default one, nobody would hear.
    """
    entries = asked["Entries"]
    _check(entries)
    if any(entry.get("EventBusName") != bus_name for entry in entries):
        raise NotImplementedError(f"a bus other than {bus_name} is not in this model")
    told = [_put(entry, deliver) for entry in entries]
    return {"FailedEntryCount": sum("ErrorCode" in one for one in told), "Entries": told}


def _put(entry: dict[str, str], deliver: Callable[[Wake], None]) -> dict[str, str]:
    missing = [name for name in REQUIRED if not entry.get(name)]
    if missing:
        return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"{missing[0]} is required"}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if not isinstance(detail, dict):
        raise NotImplementedError(f"{entry['Detail']!r} is no object")
    for route in routes():
        if _matches(route, entry, detail):
            deliver(Wake(route["target"], _input(route, entry, detail)))
    return {"EventId": "simulated"}


def _check(entries: list[dict[str, str]]) -> None:
    """Refuse what ``PutEvents`` refuses as a whole."""
    if not 0 < len(entries) <= MAX_ENTRIES:
        raise refused("PutEvents", "ValidationException", f"{len(entries)} entries")
    if any(not entry.keys() <= PARAMETERS for entry in entries):
        raise NotImplementedError(f"an entry with {sorted(entries[0])} is not in this model")
    size = sum(len(text.encode()) for entry in entries for text in entry.values())
    if size > MAX_CALL_BYTES:
        raise refused("PutEvents", "ValidationException", f"{size} bytes")


def _matches(route: dict[str, Any], entry: dict[str, str], detail: dict[str, Any]) -> bool:
    if entry["DetailType"] not in route["detail_types"]:
        return False
    if "source" in route and entry["Source"] != route["source"]:
        return False
    if "source_prefix" in route and not entry["Source"].startswith(route["source_prefix"]):
        return False
    wanted = route.get("detail") or {}
    return all(_is_one_of(detail.get(name), values) for name, values in wanted.items())


def _is_one_of(value: Any, values: list[Any]) -> bool:
    """Whether a field, or one of its elements, is one of some values, or ends as one of them."""
    ends = tuple(one["suffix"] for one in values if isinstance(one, dict))
    return any(
        one in values or (isinstance(one, str) and one.endswith(ends))
        for one in (value if isinstance(value, list) else [value])
    )


def _input(route: dict[str, Any], entry: dict[str, str], detail: dict[str, Any]) -> dict[str, Any]:
    """Return what the target is given: the event, or what is picked from its detail."""
    if "input" not in route:
        return {"detail-type": entry["DetailType"], "source": entry["Source"], "detail": detail}
    paths = {name: path.removeprefix("$.detail.") for name, path in route["input"].items()}
    return {name: detail[path] for name, path in paths.items()}
