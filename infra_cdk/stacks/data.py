"""The tables. The journal is the truth; all others are rebuilt from it."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.constructs.bucket import Bucket
from infra_cdk.constructs.table import Attribute, KeysIndex, Shape, Table
from infra_cdk.settings import Settings
from zerodesk_aws.tables import keys


def _text(name: str) -> Attribute:
    return Attribute(name, "S")


def _number(name: str) -> Attribute:
    return Attribute(name, "N")


# Acknowledged orders and what must agree with them, in every region that could take over.
JOURNAL = Shape(
    "journal",
    "truth",
    partition_key=_text(keys.JOURNAL_PARTITION),
    sort_key=_number(keys.JOURNAL_SORT),
    append_only=True,
)
ORDERS = Shape(
    "orders",
    "truth",
    partition_key=_text(keys.ORDERS_PARTITION),
    sort_key=_text(keys.ORDERS_SORT),
    # Keys only: a page of orders is then read, consistently, from the table itself.
    index=KeysIndex(
        keys.ORDERS_BY_PLACED_INDEX,
        _text(keys.ORDERS_PARTITION),
        _number(keys.ORDERS_BY_PLACED_SORT),
    ),
)
CURSORS = Shape("cursors", "truth", partition_key=_text(keys.CURSORS_PARTITION))
# Moved forward by the account's sequence, wherever the account is settled.
HOLDERS = Shape(
    "holders",
    "truth",
    partition_key=_text(keys.HOLDERS_PARTITION),
    sort_key=_text(keys.HOLDERS_SORT),
)

# Written at one place at a time, and a second old elsewhere does no harm.
MARKET = Shape("market", "shared", partition_key=_text(keys.MARKET_PARTITION))
API_KEYS = Shape("api_keys", "shared", partition_key=_text(keys.API_KEYS_PARTITION))

# Each region folds the journal for itself.
SNAPSHOTS = Shape(
    "snapshots",
    "regional",
    partition_key=_text(keys.SNAPSHOTS_PARTITION),
    sort_key=_number(keys.SNAPSHOTS_SORT),
)


JOB_DAYS = 7
"""How long a pricing job's files are kept, its result too."""


class DataStack(Stack):
    """Everything that must outlive a deployment.

    Parameters
    ----------
    key
        What the tables of this region are encrypted with; None for a key of AWS.
    """

    def __init__(self, scope: Construct, *, settings: Settings, key: kms.IKey | None) -> None:
        super().__init__(scope, "Data", stack_name=f"{settings.prefix}-data")
        self.journal, self.orders, self.cursors, self.holders = (
            Table(self, shape, settings=settings, key=key)
            for shape in (JOURNAL, ORDERS, CURSORS, HOLDERS)
        )
        self.market, self.api_keys = (
            Table(self, shape, settings=settings, key=key) for shape in (MARKET, API_KEYS)
        )
        self.snapshots = Table(self, SNAPSHOTS, settings=settings, key=key)
        self.large_snapshots = Bucket(self, "snapshots", settings=settings)
        self.jobs = Bucket(self, "jobs", settings=settings, kept_days=JOB_DAYS)
        self._print_names()

    def _print_names(self) -> None:
        tables = {
            "JournalTable": self.journal,
            "OrdersTable": self.orders,
            "MarketTable": self.market,
            "ApiKeysTable": self.api_keys,
            "CursorsTable": self.cursors,
            "HoldersTable": self.holders,
            "SnapshotsTable": self.snapshots,
        }
        for name, table in tables.items():
            CfnOutput(self, name, value=table.table_name)
