"""A right, and the name that goes with it, declared together.

A function that is told a table's name has a right to that table, and the other way round: the
environment variable and the policy statement come from the same value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs


@dataclass(frozen=True, slots=True)
class Decryption:
    """The use of a key, by one service and in the name of whoever calls that service."""

    key_arn: str
    service: str

    def allow(self, role: iam.Role) -> None:
        """Let the service open with the key what a role asks it for."""
        region = Stack.of(role).region
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[self.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"{self.service}.{region}.amazonaws.com"}
                },
            )
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """The right to list what a bucket has under a prefix, and there alone."""

    bucket_arn: str
    prefix: str

    def allow(self, role: iam.Role) -> None:
        """Let a role list it."""
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[self.bucket_arn],
                conditions={"StringLike": {"s3:prefix": f"{self.prefix}/*"}},
            )
        )


@dataclass(frozen=True, slots=True)
class Access:
    """What a role may do to a resource, and the variable that names the resource to the code."""

    variable: str
    """Environment variable of a function, or placeholder in a workflow file."""
    value: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    decryption: Decryption | None = None
    """Of what the resource is encrypted with, where that is a key of the account."""
    listing: Listing | None = None
    """Of a bucket, where its objects are also looked for."""

    def allow(self, role: iam.Role) -> None:
        """Let a role do these actions on these resources, nothing more."""
        if self.actions:
            role.add_to_policy(
                iam.PolicyStatement(actions=list(self.actions), resources=list(self.resources))
            )
        for more in (self.decryption, self.listing):
            if more:
                more.allow(role)

    def named(self, variable: str) -> "Access":
        """Return the same right under the name that a workflow file uses for the resource."""
        return replace(self, variable=variable)


def address(bus: events.IEventBus) -> Access:
    """Knows the bus by name, to address events that somebody else puts on it."""
    return Access("EVENT_BUS_NAME", bus.event_bus_name, (), ())


def publish(bus: events.IEventBus) -> Access:
    """May put events on the bus."""
    return Access("EVENT_BUS_NAME", bus.event_bus_name, ("events:PutEvents",), (bus.event_bus_arn,))


def send(queue: sqs.IQueue) -> Access:
    """May send commands to the books."""
    return Access("COMMAND_QUEUE_URL", queue.queue_url, ("sqs:SendMessage",), (queue.queue_arn,))


def send_to(stack: Stack, region: str, queue_name: str) -> Access:
    """May send commands to the books of another region, of which the queue's name is known."""
    return Access(
        "COMMAND_QUEUE_URL",
        f"https://sqs.{region}.{stack.url_suffix}/{stack.account}/{queue_name}",
        ("sqs:SendMessage",),
        (stack.format_arn(service="sqs", region=region, resource=queue_name),),
    )


def start(machine_arn: str, variable: str) -> Access:
    """May start a workflow and leave it alone."""
    return Access(variable, machine_arn, ("states:StartExecution",), (machine_arn,))


def watch(executions_arn: str, variable: str) -> Access:
    """May ask how executions of a workflow stand."""
    return Access(variable, executions_arn, ("states:DescribeExecution",), (f"{executions_arn}:*",))


def maps_over_itself(machine_arn: str, executions_arn: str) -> list[Access]:
    """May run items of a distributed map, which are executions of the same workflow."""
    controls = ("states:DescribeExecution", "states:StopExecution")
    return [
        Access("", machine_arn, ("states:StartExecution",), (machine_arn,)),
        Access("", executions_arn, controls, (f"{executions_arn}:*",)),
    ]


def run(machine_arn: str, variable: str) -> Access:
    """May start a workflow and wait for its answer."""
    return Access(variable, machine_arn, ("states:StartSyncExecution",), (machine_arn,))


def run_or_start(machine_arn: str, variable: str) -> Access:
    """May start a workflow, and wait for its answer or leave it alone."""
    actions = ("states:StartExecution", "states:StartSyncExecution")
    return Access(variable, machine_arn, actions, (machine_arn,))


def home_of_books(region: str) -> Access:
    """Knows where a book is at home that nobody took over."""
    return Access("HOME_REGION", region, (), ())


def forward(queue: sqs.IQueue, regions: Sequence[str]) -> Access:
    """May send commands to the queues of the same name in other regions."""
    stack = Stack.of(queue)
    arns = tuple(
        stack.format_arn(service="sqs", region=region, resource=queue.queue_name)
        for region in regions
    )
    actions = ("sqs:SendMessage",) if arns else ()
    return Access("COMMAND_QUEUE_URL", queue.queue_url, actions, arns)


def invoke(function: lambda_.IFunction, variable: str) -> Access:
    """May call a function."""
    arn = function.function_arn
    return Access(variable, arn, ("lambda:InvokeFunction",), (arn,))
