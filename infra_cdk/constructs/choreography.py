"""The rules on the bus, the clock, and the queue of what neither could deliver."""

from collections.abc import Mapping, Set

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.constructs.clock import Clock
from infra_cdk.constructs.routes import Route, RoutesError, load

FUNCTION_RETRIES = 2
"""Of an asynchronous call whose function failed; Lambda knows no more than two."""


class Choreography(Construct):
    """The rules on the bus and the clock, with one queue for what could not be delivered.

    Parameters
    ----------
    functions, workflows
        Targets by the names that the file uses.
    elsewhere
        Targets that run in other regions: nobody is to be woken here.

    Raises
    ------
    RoutesError
        The file names a target that does not exist.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        prefix: str,
        bus: events.IEventBus,
        functions: Mapping[str, lambda_.Function],
        workflows: Mapping[str, sfn.StateMachine],
        elsewhere: Set[str] = frozenset(),
    ) -> None:
        super().__init__(scope, "Choreography")
        self._prefix = prefix
        self._functions = functions
        self._workflows = workflows
        self._routes = load()
        if unknown := self._routes.targets() - {*functions, *workflows, *elsewhere}:
            raise RoutesError(f"no such target: {', '.join(sorted(unknown))}")
        self.undelivered = sqs.Queue(
            self,
            "Undelivered",
            queue_name=f"{prefix}-undelivered",
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        for route in self._routes.routes:
            if route.target not in elsewhere:
                self._listen(route, bus)
        Clock(
            self,
            group_name=prefix,
            schedules=[one for one in self._routes.schedules if one.target not in elsewhere],
            functions=functions,
            undelivered=self.undelivered,
            retry_attempts=self._routes.delivery.retry_attempts,
        )
        for name in sorted(self._routes.targets() & functions.keys()):
            self._keep_failures(functions[name])

    def _listen(self, route: Route, bus: events.IEventBus) -> None:
        events.Rule(
            self,
            route.name,
            rule_name=f"{self._prefix}-{route.name}",
            description=route.why,
            event_bus=bus,
            event_pattern=route.pattern(),
            targets=[self._target(route)],
        )

    def _target(self, route: Route) -> events.IRuleTarget:
        given = route.target_input()
        delivery = self._routes.delivery
        age = Duration.minutes(delivery.maximum_age_minutes)
        if route.target in self._workflows:
            return targets.SfnStateMachine(
                self._workflows[route.target],
                input=given,
                dead_letter_queue=self.undelivered,
                max_event_age=age,
                retry_attempts=delivery.retry_attempts,
            )
        return targets.LambdaFunction(
            self._functions[route.target],
            event=given,
            dead_letter_queue=self.undelivered,
            max_event_age=age,
            retry_attempts=delivery.retry_attempts,
        )

    def _keep_failures(self, function: lambda_.Function) -> None:
        # Bus and clock have done their part once Lambda took the event: what the function then
        # fails at is Lambda's to retry and to put aside.
        function.configure_async_invoke(
            on_failure=destinations.SqsDestination(self.undelivered),
            max_event_age=Duration.minutes(self._routes.delivery.maximum_age_minutes),
            retry_attempts=FUNCTION_RETRIES,
        )
