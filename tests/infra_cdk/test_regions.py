"""Regions: what runs where, where the truth is, and whom a region that does not trade turns to."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk.assertions import Template

from infra_cdk.constructs.table import Table
from infra_cdk.regions import (
    API,
    EVERY_FUNCTION,
    OVERSIGHT,
    PROFILES,
    REGIONS,
    TRADING,
    Profile,
    Region,
    RegionsError,
    check,
)
from infra_cdk.settings import ENVIRONMENTS, ROOT
from infra_cdk.stacks.api import APPS
from infra_cdk.stacks.data import (
    API_KEYS,
    CURSORS,
    HOLDERS,
    JOURNAL,
    MARKET,
    ORDERS,
    SNAPSHOTS,
)
from infra_cdk.stacks.keys import KeysStack
from tests.infra_cdk.templates import Resource, StageTemplates

TRUTH = (JOURNAL, ORDERS, CURSORS, HOLDERS)
SHARED = (MARKET, API_KEYS)
ACROSS: tuple[Profile, ...] = ("continental", "global")
NAMED_BY_CDK = (
    "AWS::ApiGateway::Deployment",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
)
ASIA = "production-ap-southeast-1"
EUROPE = "production-eu-west-1"
HOME = "production-us-east-1"


def a_table(profile: Profile, shape: Any = JOURNAL) -> dict[str, Any]:
    """Return what the home region of a profile declares."""
    settings = replace(ENVIRONMENTS["production"], profile=profile, account="123456789012")
    app = App()
    where = Environment(account="123456789012", region=settings.region)
    keys = KeysStack(app, settings=settings)
    stack = Stack(app, "Data", env=where)
    Table(stack, shape, settings=settings, key=keys.data)
    [found] = Template.from_stack(stack).find_resources("AWS::DynamoDB::GlobalTable").values()
    return dict(found)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_regions_of_every_profile_fit_it(profile: Profile) -> None:
    check(profile, REGIONS[profile])


@pytest.mark.parametrize(
    ("profile", "regions", "complaint"),
    [
        ("single", REGIONS["global"], "single needs 1 regions"),
        ("continental", REGIONS["single"], "continental needs 3 regions"),
        ("continental", REGIONS["global"], "not of one continent"),
        ("global", REGIONS["global"][:2], "global needs 3 regions"),
        ("global", (*REGIONS["global"][:2], REGIONS["global"][0]), "global needs 3 regions"),
        ("global", REGIONS["global"][::-1], "ap-southeast-1 is home and does not trade"),
        ("single", (Region("us-east-1", API | TRADING),), "nobody runs reconciliation"),
        (
            "global",
            (*REGIONS["global"][:2], Region("sa-east-1", API)),
            "no strongly consistent tables in sa-east-1",
        ),
    ],
)
def test_regions_that_do_not_fit_are_refused(
    profile: Profile, regions: tuple[Region, ...], complaint: str
) -> None:
    with pytest.raises(RegionsError, match=complaint):
        check(profile, regions)


@pytest.mark.parametrize(
    ("functions", "complaint"),
    [
        (frozenset({"pricing_"}), "runs unknown functions: pricing_"),
        (TRADING - {"sweeper"}, "trades without sweeper"),
    ],
)
def test_a_region_trades_whole_or_not_at_all(functions: frozenset[str], complaint: str) -> None:
    with pytest.raises(RegionsError, match=complaint):
        Region("us-east-1", functions)


def test_every_function_is_one_of_those_that_settings_place() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}

    assert folders == EVERY_FUNCTION
    assert set(APPS) <= API | OVERSIGHT


def test_a_stage_runs_the_functions_that_its_region_is_given(anywhere: StageTemplates) -> None:
    assert set(anywhere.functions()) == anywhere.settings.functions


def test_the_stacks_of_an_environment_are_the_same_in_each_region(
    stages: Mapping[str, StageTemplates],
) -> None:
    stacks = {frozenset(stages[name].templates) for name in (HOME, EUROPE, ASIA)}

    assert stacks == {
        frozenset(
            f"zerodesk-production-{concern}"
            for concern in ("api", "data", "keys", "messaging", "operations", "trading")
        )
    }


def test_logical_names_are_the_same_in_each_region(stages: Mapping[str, StageTemplates]) -> None:
    """A resource that two regions have is called the same in both."""

    def names(stage: str) -> set[tuple[str, str]]:
        return {
            (entry.stack, entry.logical_id)
            for entry in stages[stage].all()
            # CDK names them after the whole path or a digest, region included.
            if entry.type not in NAMED_BY_CDK
        }

    assert names(ASIA) < names(HOME)
    assert names(EUROPE) < names(HOME)


def variables(stage: StageTemplates, function: str) -> dict[str, str]:
    entry = stage.functions()[function]
    told = entry.properties["Environment"]["Variables"]
    return {name: stage.resolve(entry.stack, value) for name, value in told.items()}


def test_a_region_that_does_not_trade_hands_orders_to_the_home_region(
    stages: Mapping[str, StageTemplates],
) -> None:
    stage = stages[ASIA]
    intake = stage.functions()["order_intake"]

    told = variables(stage, "order_intake")
    allowed = {
        (action, resource)
        for right in stage.statements(intake)
        for action in right.actions
        for resource in right.resources
    }

    machine = "000000000000:stateMachine:zerodesk-production-order_workflow"
    queue = "zerodesk-production-commands.fifo"
    assert told["ORDER_WORKFLOW_ARN"] == f"arn:aws:states:us-east-1:{machine}"
    assert ("states:StartSyncExecution", told["ORDER_WORKFLOW_ARN"]) in allowed
    assert told["COMMAND_QUEUE_URL"] == (
        f"https://sqs.us-east-1.AWS::URLSuffix/000000000000/{queue}"
    )
    assert ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:000000000000:{queue}") in allowed


def test_nothing_trades_where_the_settings_say_so(stages: Mapping[str, StageTemplates]) -> None:
    machines = stages[ASIA].all("AWS::StepFunctions::StateMachine")
    # A pricing job is priced where it was taken in, and moves no money.
    assert [entry.name for entry in machines] == ["zerodesk-production-pricing_workflow"]
    assert not stages[ASIA].all("AWS::Lambda::EventSourceMapping")


@pytest.mark.parametrize(("here", "other"), [(HOME, "eu-west-1"), (EUROPE, "us-east-1")])
def test_regions_that_trade_may_forward_to_one_another_and_nowhere_else(
    stages: Mapping[str, StageTemplates], here: str, other: str
) -> None:
    stage = stages[here]
    matching = stage.functions()["matching"]

    sending = [
        resource
        for right in stage.statements(matching)
        if "sqs:SendMessage" in right.actions
        for resource in right.resources
    ]

    assert sending == [f"arn:aws:sqs:{other}:000000000000:zerodesk-production-commands.fifo"]
    assert variables(stage, "matching")["HOME_REGION"] == "us-east-1"


@pytest.mark.parametrize("shape", TRUTH, ids=lambda shape: shape.name)
@pytest.mark.parametrize("profile", ACROSS)
def test_the_truth_is_strongly_consistent_in_exactly_three_regions(
    profile: Profile, shape: Any
) -> None:
    properties = a_table(profile, shape)["Properties"]

    regions = [replica["Region"] for replica in properties["Replicas"]]
    assert properties["MultiRegionConsistency"] == "STRONG"
    assert regions == [region.name for region in REGIONS[profile]]
    assert len(set(regions)) == 3
    assert "GlobalTableWitnesses" not in properties


@pytest.mark.parametrize("shape", TRUTH, ids=lambda shape: shape.name)
@pytest.mark.parametrize("profile", ACROSS)
def test_the_truth_asks_for_nothing_that_a_strongly_consistent_table_refuses(
    profile: Profile, shape: Any
) -> None:
    properties = a_table(profile, shape)["Properties"]

    assert "TimeToLiveSpecification" not in properties
    assert "LocalSecondaryIndexes" not in properties


@pytest.mark.parametrize("shape", [*TRUTH, *SHARED, SNAPSHOTS], ids=lambda shape: shape.name)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_replica_is_kept_wound_back_and_encrypted_with_its_regions_key(
    profile: Profile, shape: Any
) -> None:
    declared = a_table(profile, shape)

    assert declared["DeletionPolicy"] == declared["UpdateReplacePolicy"] == "Retain"
    assert declared["Properties"]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    for replica in declared["Properties"]["Replicas"]:
        assert replica["DeletionProtectionEnabled"] is True
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        key = json.dumps(replica["SSESpecification"]["KMSMasterKeyId"])
        assert f":kms:{replica['Region']}:123456789012:alias/zerodesk-production-data" in key


@pytest.mark.parametrize("shape", SHARED, ids=lambda shape: shape.name)
def test_what_may_lag_by_a_second_follows_in_every_region(shape: Any) -> None:
    properties = a_table("global", shape)["Properties"]

    assert properties["MultiRegionConsistency"] == "EVENTUAL"
    assert len(properties["Replicas"]) == 3
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_cdks_own_table_refuses_what_aws_allows() -> None:
    """The reason for the L1 resource; once this fails, ``TableV2`` will do."""
    stack = Stack(App(), "Stack", env=Environment(account="123456789012", region="us-east-1"))

    with pytest.raises(RuntimeError, match=r"(?i)region"):
        dynamodb.TableV2(
            stack,
            "Table",
            partition_key=dynamodb.Attribute(name="stream", type=dynamodb.AttributeType.STRING),
            multi_region_consistency=dynamodb.MultiRegionConsistency.STRONG,
            replicas=[
                dynamodb.ReplicaTableProps(region="eu-west-1"),
                dynamodb.ReplicaTableProps(region="ap-southeast-1"),
            ],
        )


def test_tables_of_all_regions_are_declared_at_home(stages: Mapping[str, StageTemplates]) -> None:
    def declared(stage: str) -> set[str]:
        return {
            entry.name.removeprefix("zerodesk-production-")
            for entry in stages[stage].all("AWS::DynamoDB::GlobalTable")
        }

    assert declared(HOME) == {shape.name for shape in (*TRUTH, *SHARED, SNAPSHOTS)}
    assert declared(EUROPE) == declared(ASIA) == {SNAPSHOTS.name}


def test_functions_everywhere_are_told_the_same_tables(
    stages: Mapping[str, StageTemplates],
) -> None:
    told = {
        stages[name].settings.region: {
            key: value
            for key, value in variables(stages[name], "order_intake").items()
            if key.endswith("_TABLE")
        }
        for name in (HOME, EUROPE, ASIA)
    }

    assert told["us-east-1"] == told["eu-west-1"] == told["ap-southeast-1"]
    assert told["us-east-1"]["ORDERS_TABLE"] == "zerodesk-production-orders"


def key_of(stage: StageTemplates) -> Resource:
    [key] = stage.all("AWS::KMS::Key")
    return key


def test_the_key_of_a_region_turns_over_and_outlives_its_stack(on_aws: StageTemplates) -> None:
    [alias] = on_aws.all("AWS::KMS::Alias")

    key = key_of(on_aws)

    assert key.properties["EnableKeyRotation"] is True
    assert key.properties["PendingWindowInDays"] == 30
    assert key.attributes["DeletionPolicy"] == "Retain"
    assert alias.properties["AliasName"] == on_aws.settings.data_key_alias


def test_functions_open_tables_through_dynamodb_and_only_there(on_aws: StageTemplates) -> None:
    region = on_aws.settings.region
    via = {"StringEquals": {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"}}

    opening = {
        name
        for name, entry in on_aws.functions().items()
        for statement in on_aws.documents(entry)
        if statement["Action"] == "kms:Decrypt"
        and statement["Condition"] == via
        and on_aws.resolve(entry.stack, statement["Resource"]) == key_of(on_aws).logical_id
    }

    # What prices for anybody has no table to open.
    assert opening == set(on_aws.functions()) - {
        "chunk_pricing",
        "job_chunks",
        "pricing_api",
        "pricing_jobs",
    }
