"""One DynamoDB table, on demand, kept or disposable as the environment says."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra_cdk.constructs.access import Access
from infra_cdk.settings import Settings

READ_JOURNAL = ("Query",)
APPEND = (*READ_JOURNAL, "PutItem")
"""All that anybody may do to an append-only table: one module reads and puts, by these two.
IAM cannot demand the condition of the put: a lint rule keeps that module alone, and the hash chain
shows a replaced record."""


class Table(Construct):
    """A table, and the rights to it.

    Parameters
    ----------
    name
        ``journal`` becomes the table ``zerodesk-<environment>-journal``.
    partition_key, sort_key, index
        Key attributes, and a secondary index that holds keys only.
    append_only
        Refuse, at synthesis, to grant anything that changes or removes an item.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        partition_key: dynamodb.Attribute,
        sort_key: dynamodb.Attribute | None = None,
        index: dynamodb.GlobalSecondaryIndexPropsV2 | None = None,
        append_only: bool = False,
    ) -> None:
        super().__init__(scope, name)
        kept = settings.data_outlives_stack
        self._append_only = append_only
        self._variable = f"{name.upper()}_TABLE"
        # A global table with one replica: replicas are added later without replacing the table.
        self.table = dynamodb.TableV2(
            self,
            "Table",
            table_name=f"{settings.prefix}-{name}",
            partition_key=partition_key,
            sort_key=sort_key,
            global_secondary_indexes=[index] if index else None,
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=kept
            ),
            deletion_protection=kept,
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )
        self._index_name = index.index_name if index else None

    def access(self, *actions: str) -> Access:
        """Return the right to exactly these DynamoDB actions on the table and its index.

        Raises
        ------
        ValueError
            An action would change or remove items of an append-only table.
        """
        if self._append_only and not set(actions) <= set(APPEND):
            raise ValueError(f"{self.node.path} is append-only; asked for {', '.join(actions)}")
        return Access(
            self._variable,
            self.table.table_name,
            tuple(f"dynamodb:{action}" for action in actions),
            self._resources(actions),
        )

    def _resources(self, actions: tuple[str, ...]) -> tuple[str, ...]:
        arn = self.table.table_arn
        if self._index_name is None or "Query" not in actions:
            return (arn,)
        return (arn, f"{arn}/index/{self._index_name}")
