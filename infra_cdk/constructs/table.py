"""One DynamoDB table: where its replicas are, how consistent, and the rights to it.

The L1 resource: CDK's own ``TableV2`` refuses strongly consistent replicas on several continents,
which AWS allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import CfnTag, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.constructs.access import Access, Decryption
from infra_cdk.settings import Settings

READ_JOURNAL = ("Query",)
LOOK_AT_JOURNAL = (*READ_JOURNAL, "BatchGetItem")
APPEND = (*READ_JOURNAL, "PutItem")
APPEND_ONLY = {*APPEND, *LOOK_AT_JOURNAL}
"""All that anybody may do to an append-only table: one module reads and puts, by these.
IAM cannot demand the condition of the put: a lint rule keeps that module alone, and the hash chain
shows a replaced record."""

Reach = Literal["truth", "shared", "regional"]
"""``truth``: replicas in all regions, strongly consistent. ``shared``: replicas in all regions that
follow within a second or so; the last writer wins. ``regional``: each region has a table of its
own, and could make it again from the truth."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A key attribute: its name and DynamoDB's letter for its type."""

    name: str
    type: Literal["S", "N"]


@dataclass(frozen=True, slots=True)
class KeysIndex:
    """A secondary index that holds keys only."""

    name: str
    partition_key: Attribute
    sort_key: Attribute


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is, wherever it is."""

    name: str
    """``journal`` becomes the table ``zerodesk-<environment>-journal``."""
    reach: Reach
    """Where it has replicas, in a deployment of several regions."""
    partition_key: Attribute
    sort_key: Attribute | None = None
    index: KeysIndex | None = None
    append_only: bool = False
    """Refuse, at synthesis, to grant anything that changes or removes an item."""

    @property
    def keys(self) -> list[Attribute]:
        """The attributes of the primary key."""
        return [self.partition_key, *([self.sort_key] if self.sort_key else [])]


class Table(Construct):
    """A table, and the rights to it. Declared at home; other regions know it by its name.

    Parameters
    ----------
    key
        What this region's replica is encrypted with; None for a key of AWS.
    """

    def __init__(
        self, scope: Construct, shape: Shape, *, settings: Settings, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, shape.name)
        self._shape, self._settings, self._key = shape, settings, key
        self.table_name = f"{settings.prefix}-{shape.name}"
        self._arn = Stack.of(self).format_arn(
            service="dynamodb", resource="table", resource_name=self.table_name
        )
        if settings.is_home or shape.reach == "regional":
            table = self._declared()
            self.table_name, self._arn = table.ref, table.attr_arn

    def _declared(self) -> dynamodb.CfnGlobalTable:
        kept = self._settings.data_outlives_stack
        keys, index = self._shape.keys, self._shape.index
        indexed = [index.partition_key, index.sort_key] if index else []
        regions = self._regions()
        table = dynamodb.CfnGlobalTable(
            self,
            "Table",
            table_name=self.table_name,
            attribute_definitions=[
                _definition(entry) for entry in dict.fromkeys([*keys, *indexed])
            ],
            key_schema=_schema(keys),
            global_secondary_indexes=[_index(index)] if index else None,
            billing_mode="PAY_PER_REQUEST",
            replicas=[self._replica(region) for region in regions],
            sse_specification=dynamodb.CfnGlobalTable.SSESpecificationProperty(
                sse_enabled=True, sse_type="KMS"
            )
            if self._key
            else None,
            multi_region_consistency=self._consistency(regions),
            # What carries a write to eventually consistent replicas.
            stream_specification=dynamodb.CfnGlobalTable.StreamSpecificationProperty(
                stream_view_type="NEW_AND_OLD_IMAGES"
            )
            if self._consistency(regions) == "EVENTUAL"
            else None,
        )
        table.apply_removal_policy(RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY)
        return table

    def _regions(self) -> list[str]:
        if self._shape.reach == "regional":
            return [self._settings.region]
        return [region.name for region in self._settings.regions]

    def _consistency(self, regions: Sequence[str]) -> str | None:
        if len(regions) == 1:
            return None
        return "STRONG" if self._shape.reach == "truth" else "EVENTUAL"

    def _replica(self, region: str) -> dynamodb.CfnGlobalTable.ReplicaSpecificationProperty:
        kept = self._settings.data_outlives_stack
        return dynamodb.CfnGlobalTable.ReplicaSpecificationProperty(
            region=region,
            deletion_protection_enabled=kept,
            point_in_time_recovery_specification=(
                dynamodb.CfnGlobalTable.PointInTimeRecoverySpecificationProperty(
                    point_in_time_recovery_enabled=kept
                )
            ),
            sse_specification=dynamodb.CfnGlobalTable.ReplicaSSESpecificationProperty(
                kms_master_key_id=self._key_in(region)
            )
            if self._key
            else None,
            # Tags of a global table belong to its replicas: those of the stack do not get there.
            tags=[
                CfnTag(key="application", value="zerodesk"),
                CfnTag(key="environment", value=self._settings.environment),
            ],
        )

    def _key_in(self, region: str) -> str:
        return Stack.of(self).format_arn(
            service="kms", region=region, resource=self._settings.data_key_alias
        )

    def access(self, *actions: str) -> Access:
        """Return the right to exactly these DynamoDB actions on the table and its index.

        Raises
        ------
        ValueError
            An action would change or remove items of an append-only table.
        """
        if self._shape.append_only and not set(actions) <= APPEND_ONLY:
            raise ValueError(f"{self.node.path} is append-only; asked for {', '.join(actions)}")
        return Access(
            f"{self._shape.name.upper()}_TABLE",
            self.table_name,
            tuple(f"dynamodb:{action}" for action in actions),
            self._resources(actions),
            # DynamoDB opens a table's key in the name of whoever reads or writes.
            Decryption(self._key.key_arn, "dynamodb") if self._key else None,
        )

    def _resources(self, actions: tuple[str, ...]) -> tuple[str, ...]:
        if self._shape.index is None or "Query" not in actions:
            return (self._arn,)
        return (self._arn, f"{self._arn}/index/{self._shape.index.name}")


def _definition(entry: Attribute) -> dynamodb.CfnGlobalTable.AttributeDefinitionProperty:
    return dynamodb.CfnGlobalTable.AttributeDefinitionProperty(
        attribute_name=entry.name, attribute_type=entry.type
    )


def _schema(keys: Sequence[Attribute]) -> list[dynamodb.CfnGlobalTable.KeySchemaProperty]:
    return [
        dynamodb.CfnGlobalTable.KeySchemaProperty(attribute_name=entry.name, key_type=kind)
        for entry, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def _index(index: KeysIndex) -> dynamodb.CfnGlobalTable.GlobalSecondaryIndexProperty:
    return dynamodb.CfnGlobalTable.GlobalSecondaryIndexProperty(
        index_name=index.name,
        key_schema=_schema([index.partition_key, index.sort_key]),
        projection=dynamodb.CfnGlobalTable.ProjectionProperty(projection_type="KEYS_ONLY"),
    )
