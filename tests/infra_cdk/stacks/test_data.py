"""The tables: their keys are those of the models, and what they hold outlives a mistake."""

from typing import Any

import pytest
from pynamodb.models import Model

from infra_cdk.settings import ENVIRONMENTS
from infra_cdk.stacks.data import JOB_DAYS
from tests.infra_cdk.templates import Resource, StageTemplates
from zerodesk_aws.tables.api_keys import ApiKeyItem
from zerodesk_aws.tables.cursors import CursorItem
from zerodesk_aws.tables.holders import HolderItem
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.market_model import MarketItem
from zerodesk_aws.tables.order_model import OrderModel
from zerodesk_aws.tables.snapshots import SnapshotItem

MODELS: dict[str, type[Model]] = {
    "journal": JournalItem,
    "orders": OrderModel,
    "market": MarketItem,
    "api_keys": ApiKeyItem,
    "cursors": CursorItem,
    "holders": HolderItem,
    "snapshots": SnapshotItem,
}
TABLES = list(MODELS)


def table(stage: StageTemplates, name: str) -> Resource:
    [found] = [
        entry
        for entry in stage.all("AWS::DynamoDB::GlobalTable")
        if entry.name.endswith(f"-{name}")
    ]
    return found


def keys_of(schema: list[dict[str, str]]) -> list[str]:
    return [entry["AttributeName"] for entry in schema]


def keys_of_model(model: type[Model]) -> list[str]:
    return [name for name in (model._hash_keyname, model._range_keyname) if name]


@pytest.mark.parametrize("name", MODELS)
def test_the_tables_have_the_keys_of_their_models(local: StageTemplates, name: str) -> None:
    model, properties = MODELS[name], table(local, name).properties

    assert keys_of(properties["KeySchema"]) == keys_of_model(model)
    types = {
        entry["AttributeName"]: entry["AttributeType"]
        for entry in properties["AttributeDefinitions"]
    }
    for key in keys_of_model(model):
        assert types[key] == model.get_attributes()[key].attr_type


def test_orders_are_listed_by_the_time_at_which_they_were_placed(local: StageTemplates) -> None:
    [index] = table(local, "orders").properties["GlobalSecondaryIndexes"]
    model = OrderModel.by_placed

    assert index["IndexName"] == model.Meta.index_name
    assert keys_of(index["KeySchema"]) == ["account_id", "placed_at_ms"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_paid_by_request(stage: StageTemplates, name: str) -> None:
    assert table(stage, name).properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", TABLES)
def test_tables_on_aws_survive_their_stack_and_can_be_wound_back(
    dev: StageTemplates, name: str
) -> None:
    entry = table(dev, name)

    assert entry.attributes["DeletionPolicy"] == "Retain"
    assert entry.attributes["UpdateReplacePolicy"] == "Retain"
    for replica in replicas(entry):
        assert replica["DeletionProtectionEnabled"] is True
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


@pytest.mark.parametrize("name", TABLES)
def test_local_tables_go_with_their_stack(local: StageTemplates, name: str) -> None:
    entry = table(local, name)

    assert entry.attributes["DeletionPolicy"] == "Delete"
    assert not any(replica.get("DeletionProtectionEnabled") for replica in replicas(entry))


def bucket(stage: StageTemplates, name: str) -> Resource:
    [found] = [entry for entry in stage.all("AWS::S3::Bucket") if entry.logical_id.startswith(name)]
    return found


def test_the_buckets_are_private_and_outlive_their_stack_on_aws(
    stage: StageTemplates, dev: StageTemplates
) -> None:
    assert len(stage.all("AWS::S3::Bucket")) == 2
    for name in ("snapshots", "jobs"):
        properties = bucket(stage, name).properties
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in properties
        assert bucket(dev, name).attributes["DeletionPolicy"] == "Retain"


def test_the_files_of_jobs_are_deleted_after_a_week_and_snapshots_never(
    stage: StageTemplates,
) -> None:
    [rule] = bucket(stage, "jobs").properties["LifecycleConfiguration"]["Rules"]
    assert (rule["ExpirationInDays"], rule["Status"]) == (JOB_DAYS, "Enabled")
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "LifecycleConfiguration" not in bucket(stage, "snapshots").properties


def test_every_table_is_named_after_its_environment() -> None:
    assert {name: settings.prefix for name, settings in ENVIRONMENTS.items()} == {
        "local": "zerodesk-local",
        "dev": "zerodesk-dev",
        "staging": "zerodesk-staging",
        "production": "zerodesk-production",
    }


def replicas(entry: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = entry.properties["Replicas"]
    assert found
    return found
