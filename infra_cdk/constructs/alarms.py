"""Alarms: what is wrong, why that matters, and where it is written what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

OPERATIONS_PAGE: Final = "docs/operations.md"
FAILURES: Final = "failures-of"
TOLD: Final = cloudwatch.TreatMissingData.NOT_BREACHING
SILENT: Final = cloudwatch.TreatMissingData.BREACHING


@dataclass(frozen=True, slots=True)
class Alarm:
    """A figure of CloudWatch and the bound that it should keep."""

    name: str
    """Also its heading in docs/operations.md, but that failures of all have one."""
    why: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Sum"
    threshold: float = 1
    minutes: int = 1
    periods: int = 1
    """How many of them in a row; one of a minute unless said."""
    is_silence: bool = False
    """Alarms when the figure is below the threshold or missing, not when it is reached."""

    @property
    def page(self) -> str:
        """The heading under which it is written what to do."""
        return FAILURES if self.name.startswith(FAILURES) else self.name

    def add_to(self, scope: Construct, *, prefix: str, topic: sns.ITopic) -> None:
        """Declare it, and tell the topic when it goes off and when it is over."""
        operator = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            scope,
            self.name,
            alarm_name=f"{prefix}-{self.name}",
            alarm_description=f"{self.why} What to do: {OPERATIONS_PAGE}#{self.page}",
            metric=cloudwatch.Metric(
                namespace=self.namespace,
                metric_name=self.metric,
                dimensions_map=dict(self.dimensions),
                statistic=self.statistic,
                period=Duration.minutes(self.minutes),
            ),
            threshold=self.threshold,
            evaluation_periods=self.periods,
            comparison_operator=(
                operator.LESS_THAN_THRESHOLD
                if self.is_silence
                else operator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=SILENT if self.is_silence else TOLD,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        alarm.add_ok_action(actions.SnsAction(topic))
