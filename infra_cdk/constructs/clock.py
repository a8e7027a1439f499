"""The clock: schedules of EventBridge Scheduler, in one group and with one role."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.constructs.routes import RoutesError, Schedule


class Clock(Construct):
    """What wakes functions as time passes, each with its schedule's name and nothing else.

    Parameters
    ----------
    group_name
        Of the schedules, whose own names need be unique in it only.
    functions
        Targets by the names that the schedules use.
    undelivered
        Keeps what could not be delivered.

    Raises
    ------
    RoutesError
        A schedule wakes what is not a function.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        group_name: str,
        schedules: Sequence[Schedule],
        functions: Mapping[str, lambda_.Function],
        undelivered: sqs.Queue,
        retry_attempts: int,
    ) -> None:
        super().__init__(scope, "Clock")
        if others := {one.target for one in schedules} - functions.keys():
            raise RoutesError(f"the clock wakes functions only: {', '.join(sorted(others))}")
        self._undelivered = undelivered
        self._retry_attempts = retry_attempts
        # CDK keeps groups by itself; one that outlived its stack would be in the way of the next.
        self._group = scheduler.ScheduleGroup(
            self, "Group", schedule_group_name=group_name, removal_policy=RemovalPolicy.DESTROY
        )
        woken = {one.target: functions[one.target] for one in schedules}
        self._role = self._allowed_to_wake(list(woken.values()))
        for schedule in schedules:
            self._tick(schedule, woken[schedule.target])

    def _allowed_to_wake(self, functions: Sequence[lambda_.Function]) -> iam.Role:
        """Return what Scheduler acts as, for this group only: no other schedule may use it."""
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {
                        "aws:SourceAccount": Stack.of(self).account,
                        "aws:SourceArn": self._group.schedule_group_arn,
                    }
                },
            ),
        )
        for action, arns in (
            ("lambda:InvokeFunction", [function.function_arn for function in functions]),
            ("sqs:SendMessage", [self._undelivered.queue_arn]),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=[action], resources=arns))
        return role

    def _tick(self, schedule: Schedule, function: lambda_.Function) -> None:
        every = Duration.minutes(schedule.every_minutes)
        made = scheduler.Schedule(
            self,
            schedule.name,
            schedule_name=schedule.name,
            schedule_group=self._group,
            description=schedule.why,
            schedule=scheduler.ScheduleExpression.rate(every),
            time_window=scheduler.TimeWindow.off(),
            target=targets.LambdaInvoke(
                function,
                input=scheduler.ScheduleTargetInput.from_object({"schedule": schedule.name}),
                dead_letter_queue=self._undelivered,
                # A tick that is late is worth nothing: the next one does its work.
                max_event_age=every,
                retry_attempts=self._retry_attempts,
                # The target would add every version and alias of the function to the role.
                role=self._role.without_policy_updates(),
            ),
        )
        made.node.add_dependency(self._role)
