"""What an operator is woken by: the alarms, and the topic that they tell."""

from collections.abc import Iterator, Mapping

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra_cdk.constructs.alarms import FAILURES, Alarm
from infra_cdk.settings import Settings

QUEUES = "AWS/SQS"
LAMBDA = "AWS/Lambda"
BUSY_SHARE = 0.8
"""Of the concurrency that intake reserves: beyond it, clients are soon turned away."""
MEANS = {
    "pricing_workflow": "rows of a job have no values.",
    "liquidation_workflow": "an account stays stopped until the monitor starts it again.",
}
"""What the failure of a workflow means that the sweeper does not drive on: one is enough."""

SILENT_MINUTES = 5
"""Of what the clock calls every minute."""


class OperationsStack(Stack):
    """Alarms of one region: those whose figures come about there.

    Parameters
    ----------
    workflows
        ARNs of the workflows that run here, by name.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, workflows: Mapping[str, str]
    ) -> None:
        super().__init__(scope, "Operations", stack_name=f"{settings.prefix}-operations")
        topic = sns.Topic(self, "Alarms", topic_name=f"{settings.prefix}-alarms", enforce_ssl=True)
        if settings.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        alarms = (
            *_of_messages(settings),
            *_of_functions(settings),
            *_of_workflows(workflows),
            *_of_the_money(settings),
        )
        for alarm in alarms:
            alarm.add_to(self, prefix=settings.prefix, topic=topic)
        CfnOutput(self, "AlarmTopicArn", value=topic.topic_arn)


def _of_messages(settings: Settings) -> Iterator[Alarm]:
    yield Alarm(
        "dead-commands",
        "A command was delivered three times and not decided: its book may stand still.",
        QUEUES,
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": f"{settings.prefix}-commands-dead.fifo"},
        statistic="Maximum",
    )
    yield Alarm(
        "old-commands",
        "A command waits for longer than its book's process may be dead.",
        QUEUES,
        "ApproximateAgeOfOldestMessage",
        {"QueueName": f"{settings.prefix}-commands.fifo"},
        statistic="Maximum",
        threshold=2 * settings.visibility_timeout_seconds,
    )
    yield Alarm(
        "undelivered-events",
        "The bus or a woken function gave an event up; the sweeper does its work, later.",
        QUEUES,
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": f"{settings.prefix}-undelivered"},
        statistic="Maximum",
    )
    yield Alarm(
        "api-failures",
        "Clients are answered 5xx: the fault is ours.",
        "AWS/ApiGateway",
        "5XXError",
        {"ApiName": settings.prefix, "Stage": settings.environment},
        threshold=5,
        minutes=5,
    )


def _of_functions(settings: Settings) -> Iterator[Alarm]:
    for name in sorted(settings.functions):
        yield Alarm(
            f"{FAILURES}-{name}",
            f"{name} failed or ran out of time, again and again.",
            LAMBDA,
            "Errors",
            {"FunctionName": f"{settings.prefix}-{name}"},
            periods=3,
        )
    yield Alarm(
        "throttled-functions",
        "Lambda turned calls away: the account's or a function's concurrency is used up.",
        LAMBDA,
        "Throttles",
        periods=3,
    )
    yield Alarm(
        "busy-intake",
        "Nearly all that may wait for an answer at once does: the next clients are turned away.",
        LAMBDA,
        "ConcurrentExecutions",
        {"FunctionName": f"{settings.prefix}-order_intake"},
        statistic="Maximum",
        threshold=BUSY_SHARE * settings.intake_concurrency,
        periods=3,
    )


def _of_workflows(workflows: Mapping[str, str]) -> Iterator[Alarm]:
    driven_on = "what it stands for is driven on by the sweeper, later."
    for name, arn in sorted(workflows.items()):
        yield Alarm(
            f"{FAILURES}-{name}",
            f"{name} failed: {MEANS.get(name, driven_on)}",
            "AWS/States",
            "ExecutionsFailed",
            {"StateMachineArn": arn},
            periods=1 if name in MEANS else 3,
        )


def _of_the_money(settings: Settings) -> Iterator[Alarm]:
    """Yield the alarms on what the functions count themselves."""
    namespace = settings.metrics_namespace
    if "reconciliation" in settings.functions:
        told = {"service": "reconciliation"}
        yield Alarm(
            "reconciliation-breaches",
            "The journals do not balance or something stood still: books take cancels only.",
            namespace,
            "ReconciliationBreaches",
            told,
        )
        yield Alarm(
            "reconciliation-silent",
            "Nobody has recounted for minutes: a breach would go unseen.",
            namespace,
            "ReconciliationRuns",
            told,
            minutes=SILENT_MINUTES,
            is_silence=True,
        )
    if settings.trades:
        yield Alarm(
            "sweeper-silent",
            "Nobody drives on what stands still.",
            namespace,
            "Sweeps",
            {"service": "sweeper"},
            minutes=SILENT_MINUTES,
            is_silence=True,
        )
        yield Alarm(
            "margins-silent",
            "Nobody marks the accounts: one that runs short of margin would go unseen.",
            namespace,
            "MarginRuns",
            {"service": "risk_monitor"},
            minutes=SILENT_MINUTES,
            is_silence=True,
        )
        yield Alarm(
            "insurance-low",
            "The insurance fund could not pay ten more like its last payment, or not the last.",
            namespace,
            "InsuranceFundLow",
            {"service": "liquidation"},
        )
    yield Alarm(
        "books-not-believed",
        "A journal's chain or a state's hash is broken.",
        namespace,
        "BooksNotBelieved",
        {"service": "archivist"},
    )
    yield Alarm(
        "archivist-silent",
        "Nobody folds the books again: one not to be believed would go unseen.",
        namespace,
        "SnapshotsKept",
        {"service": "archivist"},
        # It counts in every run, mostly none.
        statistic="SampleCount",
        minutes=SILENT_MINUTES,
        is_silence=True,
    )
