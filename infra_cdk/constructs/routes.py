"""``events/routes.yaml``: what has happened, and whom it wakes.

Loading checks the file; nothing about events is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aws_cdk import aws_events as events

from infra_cdk.settings import ROOT

ROUTES_FILE = ROOT / "events" / "routes.yaml"
RETRY_ATTEMPTS_MAX = 185
MAXIMUM_AGE_MINUTES_MAX = 24 * 60


class RoutesError(ValueError):
    """The choreography file is wrong; the text says where."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How long the bus tries before it puts an event aside; the clock tries as often."""

    retry_attempts: int
    maximum_age_minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.retry_attempts <= RETRY_ATTEMPTS_MAX:
            raise RoutesError(f"delivery: retry_attempts is {self.retry_attempts}")
        if not 1 <= self.maximum_age_minutes <= MAXIMUM_AGE_MINUTES_MAX:
            raise RoutesError(f"delivery: maximum_age_minutes is {self.maximum_age_minutes}")


@dataclass(frozen=True, slots=True)
class Route:
    """What has happened, and whom it wakes."""

    name: str
    why: str
    detail_types: tuple[str, ...]
    target: str
    source: str | None = None
    source_prefix: str | None = None
    detail: Mapping[str, Sequence[str | Mapping[str, str]]] | None = None
    """Values that fields of the event's detail must have, or ends: ``{suffix: text}``."""
    input: Mapping[str, str] | None = None
    """What the target gets, by path in the event; without it, the whole event."""

    def __post_init__(self) -> None:
        if (self.source is None) == (self.source_prefix is None):
            raise RoutesError(f"{self.name}: give either source or source_prefix")
        if not self.detail_types:
            raise RoutesError(f"{self.name}: detail_types is empty")

    def pattern(self) -> events.EventPattern:
        """Return the bus's pattern for this route."""
        source = [self.source] if self.source else events.Match.prefix(str(self.source_prefix))
        return events.EventPattern(
            source=source,
            detail_type=list(self.detail_types),
            detail=dict(self.detail) if self.detail else None,
        )

    def target_input(self) -> events.RuleTargetInput | None:
        """Return what the target gets, None for the whole event."""
        if self.input is None:
            return None
        return events.RuleTargetInput.from_object(
            {field: events.EventField.from_path(path) for field, path in self.input.items()}
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Whom the clock wakes."""

    name: str
    why: str
    every_minutes: int
    target: str

    def __post_init__(self) -> None:
        if self.every_minutes < 1:
            raise RoutesError(f"{self.name}: every_minutes is {self.every_minutes}")


@dataclass(frozen=True, slots=True)
class Routes:
    """The whole choreography."""

    delivery: Delivery
    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]

    def targets(self) -> set[str]:
        """Return the names of all targets."""
        return {route.target for route in self.routes} | {tick.target for tick in self.schedules}

    def names(self) -> list[str]:
        """Return the names of all rules and schedules, in the order of the file."""
        return [route.name for route in self.routes] + [tick.name for tick in self.schedules]


def load(path: Path = ROUTES_FILE) -> Routes:
    """Return the choreography that a file describes.

    Raises
    ------
    RoutesError
        A key is unknown or missing, a value out of range, or a name is used twice.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        routes = Routes(
            delivery=Delivery(**document.pop("delivery")),
            routes=tuple(_route(entry) for entry in document.pop("routes")),
            schedules=tuple(Schedule(**entry) for entry in document.pop("schedules")),
        )
    except (KeyError, TypeError) as error:
        raise RoutesError(f"{path.name}: {error}") from error
    if document:
        raise RoutesError(f"{path.name}: unknown section {', '.join(document)}")
    names = routes.names()
    if twice := {name for name in names if names.count(name) > 1}:
        raise RoutesError(f"{path.name}: named twice: {', '.join(sorted(twice))}")
    return routes


def _route(entry: dict[str, Any]) -> Route:
    return Route(**{**entry, "detail_types": tuple(entry["detail_types"])})
