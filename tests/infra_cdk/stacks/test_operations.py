"""Alarms: they watch what is there, tell somebody, and say where it is written what to do."""

import re
from typing import Any

import pytest

from infra_cdk.settings import ROOT
from tests.infra_cdk.templates import Resource, StageTemplates

PAGE = "docs/operations.md"
EVERY_REGION = {
    "api-failures",
    "archivist-silent",
    "books-not-believed",
    "busy-intake",
    "dead-commands",
    "failures-of-pricing_workflow",
    "old-commands",
    "throttled-functions",
    "undelivered-events",
}
WHERE_TRADING_IS = {
    "failures-of-liquidation_workflow",
    "failures-of-order_workflow",
    "failures-of-settlement_workflow",
    "insurance-low",
    "margins-silent",
    "sweeper-silent",
}
WHERE_OVERSIGHT_IS = {"reconciliation-breaches", "reconciliation-silent"}


def alarms(stage: StageTemplates) -> dict[str, Resource]:
    return {
        str(entry.properties["AlarmName"]).removeprefix(f"{stage.settings.prefix}-"): entry
        for entry in stage.all("AWS::CloudWatch::Alarm")
    }


def dimensions(stage: StageTemplates, entry: Resource) -> dict[str, str]:
    told: list[dict[str, Any]] = entry.properties.get("Dimensions", [])
    return {one["Name"]: stage.resolve(entry.stack, one["Value"]) for one in told}


def headings() -> set[str]:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    return set(re.findall(r"^### ([a-z_-]+)$", text, re.MULTILINE))


def test_every_region_has_the_alarms_of_what_runs_there(anywhere: StageTemplates) -> None:
    settings = anywhere.settings
    expected = EVERY_REGION | {f"failures-of-{name}" for name in settings.functions}
    expected |= WHERE_TRADING_IS if settings.trades else set()
    expected |= WHERE_OVERSIGHT_IS if "reconciliation" in settings.functions else set()

    assert set(alarms(anywhere)) == expected


def test_the_page_of_operations_knows_every_alarm_and_no_other(stage: StageTemplates) -> None:
    known = {name for name in alarms(stage) if not name.startswith("failures-of-")}

    assert headings() == known | {"failures-of"}


def test_the_page_says_of_everything_that_can_fail_what_that_means(stage: StageTemplates) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    [section] = re.findall(r"^### failures-of$(.+?)^## ", text, re.MULTILINE | re.DOTALL)

    told = [
        name
        for line in re.findall(r"^- (.+?):", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    ]

    failing = {name for name in alarms(stage) if name.startswith("failures-of-")}
    assert sorted(f"failures-of-{name}" for name in told) == sorted(failing)


def test_an_alarm_says_where_to_read_on(anywhere: StageTemplates) -> None:
    for name, entry in alarms(anywhere).items():
        told = str(entry.properties["AlarmDescription"])
        link = told.rpartition(f"{PAGE}#")[2]
        assert link in headings(), name


def test_an_alarm_tells_the_topic_when_it_begins_and_ends(anywhere: StageTemplates) -> None:
    [topic] = anywhere.all("AWS::SNS::Topic")
    for name, entry in alarms(anywhere).items():
        for moment in ("AlarmActions", "OKActions"):
            [told] = entry.properties[moment]
            assert anywhere.resolve(entry.stack, told) == topic.logical_id, (name, moment)


def test_the_topic_is_told_over_tls_only(anywhere: StageTemplates) -> None:
    [policy] = anywhere.all("AWS::SNS::TopicPolicy")
    [denied] = [
        one for one in policy.properties["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"
    ]

    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_alarms_watch_what_exists(anywhere: StageTemplates) -> None:
    queues = {entry.name for entry in anywhere.all("AWS::SQS::Queue")}
    functions = {entry.name for entry in anywhere.all("AWS::Lambda::Function")}
    machines = {entry.name for entry in anywhere.all("AWS::StepFunctions::StateMachine")}
    folders = anywhere.settings.functions
    known = {
        "QueueName": queues,
        "FunctionName": functions,
        "StateMachineArn": machines,
        "service": folders,
        "ApiName": {anywhere.settings.prefix},
        "Stage": {anywhere.settings.environment},
    }
    for name, entry in alarms(anywhere).items():
        for dimension, value in dimensions(anywhere, entry).items():
            assert value in known[dimension], name


@pytest.mark.parametrize(
    ("metric", "folder"),
    [
        ("ReconciliationBreaches", "reconciliation"),
        ("ReconciliationRuns", "reconciliation"),
        ("Sweeps", "sweeper"),
        ("BooksNotBelieved", "archivist"),
        ("SnapshotsKept", "archivist"),
    ],
)
def test_what_is_watched_is_counted(stage: StageTemplates, metric: str, folder: str) -> None:
    [watched] = [
        entry for entry in alarms(stage).values() if entry.properties["MetricName"] == metric
    ]
    sources = [
        path.read_text(encoding="utf-8") for path in (ROOT / "functions" / folder).rglob("*.py")
    ]

    namespace = watched.properties["Namespace"]
    told = stage.functions()[folder].properties["Environment"]["Variables"]
    assert namespace == told["POWERTOOLS_METRICS_NAMESPACE"] == stage.settings.metrics_namespace
    assert dimensions(stage, watched) == {"service": told["POWERTOOLS_SERVICE_NAME"]}
    assert any(f'count("{metric}"' in source for source in sources)


def test_silence_is_an_alarm_where_the_clock_should_be_heard(stage: StageTemplates) -> None:
    for name, entry in alarms(stage).items():
        silent = name.endswith("-silent")
        assert entry.properties["TreatMissingData"] == ("breaching" if silent else "notBreaching")


def test_a_command_is_old_when_two_deliveries_of_it_could_have_failed(
    stage: StageTemplates,
) -> None:
    threshold = alarms(stage)["old-commands"].properties["Threshold"]

    assert threshold == 2 * stage.settings.visibility_timeout_seconds


def test_intake_is_busy_before_it_turns_clients_away(stage: StageTemplates) -> None:
    reserved = stage.functions()["order_intake"].properties["ReservedConcurrentExecutions"]

    assert alarms(stage)["busy-intake"].properties["Threshold"] < reserved
