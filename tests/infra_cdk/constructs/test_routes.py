"""The choreography file: what it may say, and what is refused before it becomes rules."""

from pathlib import Path

import pytest
import yaml

from infra_cdk.constructs.routes import RoutesError, load
from zerodesk_aws import announcements
from zerodesk_aws.contracts.events.catalogue import EVENTS

A_FILE = """
delivery: {retry_attempts: 3, maximum_age_minutes: 10}
routes:
  - {name: settle, why: it must, source: zerodesk.matching, detail_types: [Traded], target: a}
schedules:
  - {name: sweep, why: because, every_minutes: 1, target: b}
"""


def written(folder: Path, **changes: object) -> Path:
    """Write a good file with some sections replaced."""
    document = {**yaml.safe_load(A_FILE), **changes}
    path = folder / "routes.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def a_route(**changes: object) -> dict[str, object]:
    [route] = yaml.safe_load(A_FILE)["routes"]
    return {**route, **changes}


def test_a_good_file_is_read(tmp_path: Path) -> None:
    routes = load(written(tmp_path))

    assert routes.targets() == {"a", "b"}
    assert routes.names() == ["settle", "sweep"]


@pytest.mark.parametrize(
    ("section", "value", "complaint"),
    [
        ("delivery", {"retry_attempts": 186, "maximum_age_minutes": 1}, "retry_attempts is 186"),
        ("delivery", {"retry_attempts": 1, "maximum_age_minutes": 0}, "maximum_age_minutes is 0"),
        ("routes", [a_route(source_prefix="partner.")], "either source or source_prefix"),
        ("routes", [a_route(source=None)], "either source or source_prefix"),
        ("routes", [a_route(detail_types=[])], "detail_types is empty"),
        ("routes", [a_route(targets="a")], "targets"),
        ("routes", [a_route(name="sweep")], "named twice: sweep"),
        ("schedules", [{"name": "x", "why": "y", "every_minutes": 0, "target": "b"}], "every_min"),
        ("surprises", [], "unknown section surprises"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    tmp_path: Path, section: str, value: object, complaint: str
) -> None:
    with pytest.raises(RoutesError, match=complaint):
        load(written(tmp_path, **{section: value}))


def test_every_route_listens_to_events_that_have_a_contract() -> None:
    contracts = {(event.source, event.detail_type) for event in EVENTS}

    for route in load().routes:
        for detail_type in route.detail_types:
            assert (route.source or route.source_prefix, detail_type) in contracts, route.name


def test_what_the_book_tells_when_its_batch_was_a_repeat_wakes_settlement() -> None:
    told = announcements.settlement_wanted("BTC-USD")

    [heard] = [route for route in load().routes if told.detail_type in route.detail_types]

    assert (heard.source, heard.target) == (told.source, "settlement_workflow")
