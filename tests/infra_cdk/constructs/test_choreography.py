"""The choreography file: what it may say, and what is refused before it becomes rules."""

from pathlib import Path

import pytest
import yaml

from infra_cdk.constructs.choreography import RoutesError, load
from tests.infra_cdk.templates import StageTemplates
from zerodesk.rejections import RejectionCode
from zerodesk_aws import announcements
from zerodesk_aws.contracts.events.catalogue import EVENTS

A_FILE = """
delivery: {retry_attempts: 3, maximum_age_minutes: 10}
routes:
  - {name: settle, why: it must, source: zerodesk.matching, detail_types: [Traded], target: a}
schedules:
  - {name: sweep, why: because, every_minutes: 1, target: b}
"""


MACHINE = "AWS::StepFunctions::StateMachine"


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


def test_every_route_and_schedule_is_a_rule_and_the_other_way_round(local: StageTemplates) -> None:
    rules = {entry.name for entry in local.all("AWS::Events::Rule")}

    assert rules == {f"zerodesk-local-{name}" for name in load().names()}


def test_every_route_listens_to_events_that_have_a_contract() -> None:
    contracts = {(event.source, event.detail_type) for event in EVENTS}

    for route in load().routes:
        for detail_type in route.detail_types:
            assert (route.source or route.source_prefix, detail_type) in contracts, route.name


def test_settlement_is_told_the_symbol_and_nothing_else(local: StageTemplates) -> None:
    for rule in local.all("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            if local.resolve(rule.stack, target["Arn"]).endswith("-settlement_workflow"):
                [path] = target["InputTransformer"]["InputPathsMap"].values()
                assert path == "$.detail.symbol"


def test_only_refusals_by_the_book_wake_settlement(local: StageTemplates) -> None:
    rule = local.one("AWS::Events::Rule", "zerodesk-local-release-refused-orders")

    assert rule.properties["EventPattern"] == {
        "source": [announcements.ORDERS],
        "detail-type": ["OrderRejected"],
        "detail": {"stage": [RejectionCode.MATCHING_POST_ONLY_WOULD_CROSS.stage]},
    }


def test_only_marks_of_derivatives_wake_the_monitor(local: StageTemplates) -> None:
    rule = local.one("AWS::Events::Rule", "zerodesk-local-mark-accounts")

    assert rule.properties["EventPattern"]["detail"] == {"symbol": [{"suffix": "-PERP"}]}


def test_what_the_book_tells_when_its_batch_was_a_repeat_wakes_settlement() -> None:
    told = announcements.settlement_wanted("BTC-USD")

    [heard] = [route for route in load().routes if told.detail_type in route.detail_types]

    assert (heard.source, heard.target) == (told.source, "settlement_workflow")


@pytest.mark.parametrize(
    ("rule", "prefix", "detail_type", "target"),
    [
        ("take-partner-orders", "partner.", "OrderRequested", "partner_intake"),
        ("take-index-prices", "prices.", "IndexPriceObserved", "price_source"),
    ],
)
def test_events_from_outside_come_in_by_the_prefix_of_their_source(
    local: StageTemplates, rule: str, prefix: str, detail_type: str, target: str
) -> None:
    entry = local.one("AWS::Events::Rule", f"zerodesk-local-{rule}")
    [only] = entry.properties["Targets"]

    assert entry.properties["EventPattern"] == {
        "source": [{"prefix": prefix}],
        "detail-type": [detail_type],
    }
    assert local.resolve(entry.stack, only["Arn"]).endswith(f"-{target}")


def test_schedules_run_every_minute(local: StageTemplates) -> None:
    scheduled = {
        local.resolve(rule.stack, rule.properties["Targets"][0]["Arn"]).split("-")[-1]: expression
        for rule in local.all("AWS::Events::Rule")
        if (expression := rule.properties.get("ScheduleExpression"))
    }

    assert scheduled == dict.fromkeys(
        ("archivist", "price_source", "pricing", "reconciliation", "risk_monitor", "sweeper"),
        "rate(1 minute)",
    )


def test_a_region_wakes_whom_it_runs(anywhere: StageTemplates) -> None:
    woken = {
        anywhere.resolve(rule.stack, target["Arn"]).split("-")[-1]
        for rule in anywhere.all("AWS::Events::Rule")
        for target in rule.properties["Targets"]
    }
    workflows = {entry.name.split("-")[-1] for entry in anywhere.all(MACHINE)}

    assert woken == load().targets() & {*anywhere.settings.functions, *workflows}
