"""What wakes somebody up: the queue of commands and the bus of events."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.settings import Settings

DELIVERIES_BEFORE_DEAD = 3
KEPT = Duration.days(14)
"""The longest that SQS keeps a message: a command is also in the journals, but why hurry."""
ARCHIVED_DAYS = 30


class MessagingStack(Stack):
    """The command queue of the books, its dead letters, and the bus."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Messaging", stack_name=f"{settings.prefix}-messaging")
        self.dead_commands = _fifo(self, "DeadCommands", f"{settings.prefix}-commands-dead.fifo")
        self.commands_name = f"{settings.prefix}-commands.fifo"
        self.commands = _fifo(
            self,
            "Commands",
            self.commands_name,
            visibility=Duration.seconds(settings.visibility_timeout_seconds),
            dead=sqs.DeadLetterQueue(
                queue=self.dead_commands, max_receive_count=DELIVERIES_BEFORE_DEAD
            ),
        )
        self.bus = events.EventBus(self, "Bus", event_bus_name=settings.prefix)
        if not settings.omits("AWS::Events::Archive"):
            self._archive(settings)
        CfnOutput(self, "CommandQueueUrl", value=self.commands.queue_url)
        CfnOutput(self, "DeadCommandQueueUrl", value=self.dead_commands.queue_url)
        CfnOutput(self, "EventBusName", value=self.bus.event_bus_name)

    def _archive(self, settings: Settings) -> None:
        # For new listeners that want the past, and for questions afterwards. Never for recovery:
        # that is the journal's.
        archive = self.bus.archive(
            "Archive",
            archive_name=settings.prefix,
            description="Everything that Zerodesk announced",
            event_pattern=events.EventPattern(source=events.Match.prefix("zerodesk.")),
            retention=Duration.days(ARCHIVED_DAYS),
        )
        archive.apply_removal_policy(RemovalPolicy.DESTROY)


def _fifo(
    scope: Construct,
    construct_id: str,
    name: str,
    *,
    visibility: Duration | None = None,
    dead: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    # Per message group, not per queue: one busy book neither slows nor deduplicates another.
    return sqs.Queue(
        scope,
        construct_id,
        queue_name=name,
        fifo=True,
        deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP,
        fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        visibility_timeout=visibility,
        retention_period=KEPT,
        dead_letter_queue=dead,
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
    )
