"""The functions and workflows of an order's way, and what each of them may touch.

Read it as the review of rights: every function with its tables, queues and workflows, and the very
actions. Nobody updates or deletes in the journal; who appends to it is said here.
"""

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.constructs.access import (
    Access,
    address,
    forward,
    home_of_books,
    invoke,
    maps_over_itself,
    publish,
    run,
    run_or_start,
    send,
    send_to,
    start,
    watch,
)
from infra_cdk.constructs.choreography import Choreography
from infra_cdk.constructs.function import DEFAULT_SIZE, Size, ZerodeskFunction
from infra_cdk.constructs.layers import Layers
from infra_cdk.constructs.table import APPEND, LOOK_AT_JOURNAL, READ_JOURNAL
from infra_cdk.constructs.workflow import Workflow
from infra_cdk.regions import EVERY_FUNCTION
from infra_cdk.settings import Settings
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.messaging import MessagingStack

COMMANDS_PER_BATCH = 10
"""Of one delivery to the books; also the most that a FIFO queue hands out at once."""


WORKFLOWS = frozenset({"liquidation_workflow", "order_workflow", "settlement_workflow"})
"""They are where trading is."""


class TradingStack(Stack):
    """From an order's receipt to its settlement.

    Of the functions that are declared here, those exist that the settings let run in this region.
    A region that does not trade hands orders and commands to the one that trades for it.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, data: DataStack, messaging: MessagingStack
    ) -> None:
        super().__init__(scope, "Trading", stack_name=f"{settings.prefix}-trading")
        self._settings = settings
        self._layers = Layers(self, settings=settings)
        self._data = data
        self._bus = messaging.bus
        self._publish = publish(messaging.bus)
        self._send = self._sending(messaging)
        self._read_snapshots = (
            data.snapshots.access("Query"),
            data.large_snapshots.access("GetObject", prefixes=["snapshots"]),
        )
        self._home = home_of_books(settings.home_region)
        self.functions: dict[str, ZerodeskFunction] = {}

        self.workflows: dict[str, Workflow] = {}

        self._declare_steps(messaging)
        if settings.trades:
            self._declare_workflows()
            self._feed_books(messaging)
        self._declare_liquidations()
        self._declare_doors()
        self._declare_jobs()
        self._declare_caretakers()

        self._wire(messaging)
        self._print_names()

    def _declare_steps(self, messaging: MessagingStack) -> None:
        """Declare what the workflows and the queue call."""
        data = self._data
        self._declare("pricing", data.market.access("GetItem", "Scan", "UpdateItem"), computes=True)
        self._declare(
            "risk_check",
            data.journal.access(*APPEND),
            data.orders.access("GetItem", "BatchGetItem", "UpdateItem"),
            data.market.access("GetItem"),
            data.cursors.access("GetItem"),
        )
        self._declare(
            "matching",
            data.journal.access(*APPEND),
            *self._read_snapshots,
            data.orders.access("GetItem", "PutItem", "UpdateItem"),
            data.market.access("UpdateItem"),
            self._publish,
            forward(messaging.commands, self._settings.sibling_regions),
            self._home,
            size=Size(memory_mb=1_769, timeout_seconds=self._settings.matching_timeout_seconds),
        )
        self._declare(
            "settlement",
            data.journal.access(*APPEND),
            data.orders.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            data.cursors.access("GetItem", "UpdateItem"),
            data.holders.access("UpdateItem"),
            address(self._bus),
            size=Size(memory_mb=1_024, timeout_seconds=30),
        )

    def _declare_liquidations(self) -> None:
        """Declare who marks the accounts, and what reduces those that run short of margin."""
        data, name = self._data, "liquidation_workflow"
        machine_arn, executions_arn = self._named_arns(name)
        self._declare(
            "risk_monitor",
            data.journal.access(*APPEND),
            data.market.access("GetItem"),
            data.cursors.access("GetItem", "UpdateItem"),
            data.holders.access("Query", "UpdateItem"),
            self._publish,
            start(machine_arn, "LIQUIDATION_WORKFLOW_ARN"),
            watch(executions_arn, "LIQUIDATION_EXECUTIONS_ARN"),
            size=Size(memory_mb=1_024, timeout_seconds=60),
        )
        self._declare(
            "liquidation",
            data.journal.access(*APPEND),
            data.orders.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            data.market.access("GetItem"),
            data.cursors.access("GetItem", "UpdateItem"),
            data.holders.access("Query"),
            self._send,
            self._publish,
            # To rank ten thousand holders is to read each of them.
            size=Size(memory_mb=1_024, timeout_seconds=120),
        )
        if self._settings.trades:
            self.workflows[name] = Workflow(
                self,
                name,
                settings=self._settings,
                access=[invoke(self.functions["liquidation"].function, "LiquidationFunctionArn")],
                kind=sfn.StateMachineType.STANDARD,
            )

    def _declare_doors(self) -> None:
        """Declare where something comes in from outside."""
        data = self._data
        workflow = self._arn_of("order_workflow"), "ORDER_WORKFLOW_ARN"
        self._declare("authorizer", data.api_keys.access("GetItem"))
        self._declare(
            "order_intake",
            data.journal.access(*READ_JOURNAL),
            data.orders.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            data.market.access("GetItem"),
            run_or_start(*workflow),
            self._send,
            size=Size(reserved_concurrency=self._settings.intake_concurrency),
        )
        self._declare(
            "partner_intake",
            data.journal.access(*READ_JOURNAL),
            data.orders.access("GetItem", "PutItem"),
            data.market.access("GetItem"),
            run(*workflow),
            self._publish,
        )
        self._declare(
            "price_source",
            data.journal.access(*APPEND),
            data.market.access("GetItem"),
            self._send,
            self._publish,
            # All feeds at once, none of which answers, and then the breakers of all of them.
            size=Size(timeout_seconds=25),
        )
        # One core, so that a full batch is priced well within the gateway's patience.
        self._declare(
            "option_quotes",
            data.market.access("GetItem", "UpdateItem"),
            size=Size(memory_mb=1_024),
            computes=True,
        )
        self._declare("pricing_api", size=Size(memory_mb=1_769, timeout_seconds=25), computes=True)
        self._declare(
            "queries",
            data.journal.access(*READ_JOURNAL),
            *self._read_snapshots,
            data.orders.access("GetItem", "Query", "BatchGetItem"),
            data.market.access("GetItem", "Scan"),
        )
        self._declare(
            "back_office",
            data.journal.access(*APPEND),
            data.orders.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            data.market.access("GetItem"),
            data.api_keys.access("PutItem", "UpdateItem"),
            self._send,
            self._publish,
        )

        self._declare(
            "funds",
            data.journal.access(*APPEND),
            data.orders.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            data.market.access("GetItem"),
            self._publish,
        )

    def _declare_jobs(self) -> None:
        """Declare what prices batches beyond the bound of a request."""
        jobs, name = self._data.jobs, "pricing_workflow"
        machine_arn, executions_arn = self._named_arns(name)
        own_files = jobs.access("GetObject", "PutObject", prefixes=["jobs"])
        self._declare(
            "pricing_jobs",
            jobs.access("GetObject", "PutObject", prefixes=["jobs"], listed="jobs"),
            start(machine_arn, "PRICING_WORKFLOW_ARN"),
            watch(executions_arn, "PRICING_EXECUTIONS_ARN"),
        )
        # A million rows are a hundred megabytes, and their values thrice that.
        self._declare("job_chunks", own_files, size=Size(memory_mb=1_769, timeout_seconds=300))
        self._declare(
            "chunk_pricing",
            own_files,
            size=Size(
                memory_mb=1_769,
                timeout_seconds=300,
                reserved_concurrency=self._settings.pricing_concurrency,
            ),
            computes=True,
        )
        self.workflows[name] = Workflow(
            self,
            name,
            settings=self._settings,
            access=[
                invoke(self.functions["job_chunks"].function, "JobChunksFunctionArn"),
                invoke(self.functions["chunk_pricing"].function, "ChunkPricingFunctionArn"),
                jobs.access("GetObject", prefixes=["jobs"]).named("JobsBucket"),
            ],
            unnamed_access=maps_over_itself(machine_arn, executions_arn),
            kind=sfn.StateMachineType.STANDARD,
        )

    def _named_arns(self, workflow: str) -> tuple[str, str]:
        """Return the ARN of a workflow of this region, and what those of its executions begin with.

        By its name: the workflow itself may use them, which a reference would not allow.
        """
        name = f"{self._settings.prefix}-{workflow}"
        machine_arn, executions_arn = (
            self.format_arn(
                service="states",
                resource=resource,
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            for resource in ("stateMachine", "execution")
        )
        return machine_arn, executions_arn

    def _declare_caretakers(self) -> None:
        """Declare what the clock calls."""
        data = self._data
        size = Size(memory_mb=1_024, timeout_seconds=60)
        self._declare(
            "reconciliation",
            data.journal.access(*LOOK_AT_JOURNAL),
            data.orders.access("BatchGetItem"),
            data.market.access("GetItem"),
            data.cursors.access("GetItem", "UpdateItem"),
            data.holders.access("Query"),
            self._publish,
            self._send,
            size=size,
        )
        self._declare(
            "sweeper",
            data.journal.access(*APPEND),
            *self._read_snapshots,
            data.orders.access("GetItem", "Query", "BatchGetItem", "PutItem", "UpdateItem"),
            data.market.access("GetItem", "UpdateItem"),
            data.cursors.access("GetItem", "UpdateItem"),
            start(self._arn_of("order_workflow"), "ORDER_WORKFLOW_ARN"),
            start(self._arn_of("settlement_workflow"), "SETTLEMENT_WORKFLOW_ARN"),
            self._send,
            self._publish,
            self._home,
            size=size,
        )

        self._declare(
            "archivist",
            data.journal.access(*READ_JOURNAL),
            data.snapshots.access("Query", "PutItem"),
            data.large_snapshots.access(
                "GetObject", "PutObject", prefixes=["snapshots", "archive"]
            ),
            size=size,
        )

    def _declare(
        self, name: str, *access: Access, size: Size = DEFAULT_SIZE, computes: bool = False
    ) -> None:
        if name not in self._settings.functions:
            return
        self.functions[name] = ZerodeskFunction(
            self,
            name,
            settings=self._settings,
            layers=self._layers,
            access=access,
            size=size,
            computes=computes,
        )

    def _declare_workflows(self) -> None:
        self.workflows["order_workflow"] = Workflow(
            self,
            "order_workflow",
            settings=self._settings,
            access=[
                invoke(self.functions["pricing"].function, "PricingFunctionArn"),
                invoke(self.functions["risk_check"].function, "RiskCheckFunctionArn"),
                self._data.market.access("GetItem").named("MarketTable"),
                self._send.named("CommandQueueUrl"),
            ],
        )
        self.workflows["settlement_workflow"] = Workflow(
            self,
            "settlement_workflow",
            settings=self._settings,
            access=[invoke(self.functions["settlement"].function, "SettlementFunctionArn")],
            unnamed_access=[self._publish],
        )

    def _arn_of(self, workflow: str) -> str:
        """Return the ARN of a workflow, here or where orders of this region are traded."""
        if workflow in self.workflows:
            return self.workflows[workflow].machine.state_machine_arn
        return self.format_arn(
            service="states",
            region=self._settings.trading_region,
            resource="stateMachine",
            resource_name=f"{self._settings.prefix}-{workflow}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _sending(self, messaging: MessagingStack) -> Access:
        """Return the right to send commands to the books that trade for this region."""
        if self._settings.trades:
            return send(messaging.commands)
        return send_to(self, self._settings.trading_region, messaging.commands_name)

    def _feed_books(self, messaging: MessagingStack) -> None:
        self.functions["matching"].function.add_event_source(
            sources.SqsEventSource(
                messaging.commands,
                batch_size=COMMANDS_PER_BATCH,
                report_batch_item_failures=True,
            )
        )

    def _wire(self, messaging: MessagingStack) -> None:
        Choreography(
            self,
            prefix=self._settings.prefix,
            bus=messaging.bus,
            functions={name: entry.function for name, entry in self.functions.items()},
            workflows={name: entry.machine for name, entry in self.workflows.items()},
            elsewhere=(EVERY_FUNCTION | WORKFLOWS) - {*self.functions, *self.workflows},
        )

    def _print_names(self) -> None:
        outputs = {
            "OrderWorkflowArn": "order_workflow",
            "SettlementWorkflowArn": "settlement_workflow",
        }
        for output, workflow in outputs.items():
            CfnOutput(self, output, value=self._arn_of(workflow))
