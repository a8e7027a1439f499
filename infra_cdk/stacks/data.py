"""The tables. The journal is the truth; all others are rebuilt from it."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra_cdk.constructs.bucket import Bucket
from infra_cdk.constructs.table import Table
from infra_cdk.settings import Settings
from zerodesk_aws.tables import keys


class DataStack(Stack):
    """Everything that must outlive a deployment."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Data", stack_name=f"{settings.prefix}-data")
        self.journal = Table(
            self,
            "journal",
            settings=settings,
            partition_key=_text(keys.JOURNAL_PARTITION),
            sort_key=_number(keys.JOURNAL_SORT),
            append_only=True,
        )
        self.orders = Table(
            self,
            "orders",
            settings=settings,
            partition_key=_text(keys.ORDERS_PARTITION),
            sort_key=_text(keys.ORDERS_SORT),
            index=_newest_orders(),
        )
        self.market = Table(
            self, "market", settings=settings, partition_key=_text(keys.MARKET_PARTITION)
        )
        self.api_keys = Table(
            self, "api_keys", settings=settings, partition_key=_text(keys.API_KEYS_PARTITION)
        )
        self.cursors = Table(
            self, "cursors", settings=settings, partition_key=_text(keys.CURSORS_PARTITION)
        )
        self.snapshots = Table(
            self,
            "snapshots",
            settings=settings,
            partition_key=_text(keys.SNAPSHOTS_PARTITION),
            sort_key=_number(keys.SNAPSHOTS_SORT),
        )
        self.large_snapshots = Bucket(self, "snapshots", settings=settings)
        self._print_names()

    def _print_names(self) -> None:
        tables = {
            "JournalTable": self.journal,
            "OrdersTable": self.orders,
            "MarketTable": self.market,
            "ApiKeysTable": self.api_keys,
            "CursorsTable": self.cursors,
            "SnapshotsTable": self.snapshots,
        }
        for name, table in tables.items():
            CfnOutput(self, name, value=table.table.table_name)


def _newest_orders() -> dynamodb.GlobalSecondaryIndexPropsV2:
    # Keys only: a page of orders is then read, consistently, from the table itself.
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=keys.ORDERS_BY_PLACED_INDEX,
        partition_key=_text(keys.ORDERS_PARTITION),
        sort_key=_number(keys.ORDERS_BY_PLACED_SORT),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _number(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.NUMBER)
