"""The clock: schedules of EventBridge Scheduler, and what they may do."""

from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from infra_cdk.constructs.clock import Clock
from infra_cdk.constructs.routes import RoutesError, Schedule, load
from tests.infra_cdk.templates import Resource, StageTemplates

GROUP = "AWS::Scheduler::ScheduleGroup"
SCHEDULE = "AWS::Scheduler::Schedule"


def role_of(stage: StageTemplates) -> Resource:
    """Return the one role that all schedules have."""
    ids = {entry.properties["Target"]["RoleArn"]["Fn::GetAtt"][0] for entry in stage.all(SCHEDULE)}
    [role] = [entry for entry in stage.all("AWS::IAM::Role") if entry.logical_id in ids]
    return role


def rights_of(stage: StageTemplates) -> set[tuple[str, str]]:
    """Return what the role may do, and with what."""
    return {
        (action, resource)
        for policy in stage.all("AWS::IAM::Policy")
        if {"Ref": role_of(stage).logical_id} in policy.properties["Roles"]
        for statement in stage.granted(policy)
        for action in statement.actions
        for resource in statement.resources
    }


def targets_of(stage: StageTemplates) -> dict[str, str]:
    """Return the function that each schedule wakes."""
    return {
        entry.name: stage.resolve(entry.stack, entry.properties["Target"]["Arn"])
        for entry in stage.all(SCHEDULE)
    }


def test_every_schedule_is_one_of_the_group_with_its_reason(local: StageTemplates) -> None:
    [group] = local.all(GROUP)

    made = {
        entry.name: (entry.properties["GroupName"], entry.properties["Description"])
        for entry in local.all(SCHEDULE)
    }

    assert made == {one.name: (group.name, one.why) for one in load().schedules}
    assert group.name == "zerodesk-local"


def test_a_group_goes_with_its_stack(anywhere: StageTemplates) -> None:
    [group] = anywhere.all(GROUP)

    assert group.attributes["DeletionPolicy"] == "Delete"
    assert group.attributes["UpdateReplacePolicy"] == "Delete"


def test_schedules_run_every_minute_and_at_no_other_time(stage: StageTemplates) -> None:
    assert {name.split("-")[-1] for name in targets_of(stage).values()} == {
        "archivist",
        "price_source",
        "pricing",
        "reconciliation",
        "risk_monitor",
        "sweeper",
    }
    for entry in stage.all(SCHEDULE):
        assert entry.properties["ScheduleExpression"] == "rate(1 minute)", entry.name
        assert entry.properties["FlexibleTimeWindow"] == {"Mode": "OFF"}, entry.name
        assert entry.properties["State"] == "ENABLED", entry.name


def test_a_target_is_told_its_schedule_and_nothing_else(anywhere: StageTemplates) -> None:
    for entry in anywhere.all(SCHEDULE):
        assert entry.properties["Target"]["Input"] == f'{{"schedule":"{entry.name}"}}'


def test_a_tick_is_tried_until_the_next_and_then_put_aside(anywhere: StageTemplates) -> None:
    for entry in anywhere.all(SCHEDULE):
        target: dict[str, Any] = entry.properties["Target"]
        assert target["RetryPolicy"] == {
            "MaximumEventAgeInSeconds": 60,
            "MaximumRetryAttempts": load().delivery.retry_attempts,
        }
        aside = anywhere.resolve(entry.stack, target["DeadLetterConfig"]["Arn"])
        assert aside == f"{anywhere.settings.prefix}-undelivered"


def test_the_clock_may_wake_whom_it_wakes_and_put_aside(anywhere: StageTemplates) -> None:
    woken = set(targets_of(anywhere).values())

    assert rights_of(anywhere) == {("lambda:InvokeFunction", name) for name in woken} | {
        ("sqs:SendMessage", f"{anywhere.settings.prefix}-undelivered")
    }


def test_scheduler_is_trusted_for_schedules_of_the_group_alone(anywhere: StageTemplates) -> None:
    role, [group] = role_of(anywhere), anywhere.all(GROUP)
    [trusted] = role.properties["AssumeRolePolicyDocument"]["Statement"]

    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Action"] == "sts:AssumeRole"
    [(test, asked)] = trusted["Condition"].items()
    assert test == "StringEquals"
    assert set(asked) == {"aws:SourceAccount", "aws:SourceArn"}
    assert asked["aws:SourceAccount"] in ("000000000000", {"Ref": "AWS::AccountId"})
    assert anywhere.resolve(role.stack, asked["aws:SourceArn"]) == group.name


def test_no_schedule_is_made_before_its_role_may_wake_anybody(anywhere: StageTemplates) -> None:
    [policy] = [
        entry.logical_id
        for entry in anywhere.all("AWS::IAM::Policy")
        if {"Ref": role_of(anywhere).logical_id} in entry.properties["Roles"]
    ]

    for entry in anywhere.all(SCHEDULE):
        assert policy in entry.attributes["DependsOn"], entry.name


def test_a_schedule_of_what_is_not_a_function_is_refused() -> None:
    stack = Stack(App(), "Stack")

    with pytest.raises(RoutesError, match="functions only: settlement_workflow"):
        Clock(
            stack,
            group_name="zerodesk-test",
            schedules=[Schedule("settle", "it must", 1, "settlement_workflow")],
            functions={},
            undelivered=sqs.Queue(stack, "Undelivered"),
            retry_attempts=1,
        )
