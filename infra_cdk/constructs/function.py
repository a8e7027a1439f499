"""One Lambda: one folder of ``functions/``, one asset, one role, one log group."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.constructs.access import Access
from infra_cdk.constructs.layers import Layers, architecture_of, runtime
from infra_cdk.constructs.packages import FUNCTION_ROOT, NOT_SHIPPED, compiled, has_byte_code
from infra_cdk.settings import ROOT, Settings

RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


@dataclass(frozen=True, slots=True)
class Size:
    """What one invocation may use. Memory buys processor time: 1,769 MB is one core."""

    memory_mb: int = 512
    timeout_seconds: int = 10
    reserved_concurrency: int | None = None


DEFAULT_SIZE = Size()


class ZerodeskFunction(Construct):
    """A function of this app.

    Parameters
    ----------
    name
        Folder in ``functions/``; the handler is ``<name>.handler.handler``, which is also the path
        by which the tests import it.
    access
        Everything that the function may touch. Each right also sets the environment variable that
        names the resource, so that the list is the whole environment and the whole policy.
    computes
        Whether it needs numpy, and so a layer more.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        layers: Layers,
        access: Sequence[Access],
        size: Size = DEFAULT_SIZE,
        computes: bool = False,
    ) -> None:
        super().__init__(scope, name)
        function_name = f"{settings.prefix}-{name}"
        log_group = self._log_group(function_name, settings)
        self.role = self._role(log_group, access)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            handler=f"{name}.handler.handler",
            code=_code(name, settings),
            runtime=runtime(),
            architecture=architecture_of(settings),
            layers=[*layers.versions, *([layers.numeric] if computes else [])],
            role=self.role,
            log_group=log_group,
            memory_size=size.memory_mb,
            timeout=Duration.seconds(size.timeout_seconds),
            reserved_concurrent_executions=size.reserved_concurrency,
            environment=_environment(name, settings, access),
        )

    def _log_group(self, function_name: str, settings: Settings) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{function_name}",
            retention=RETENTION[settings.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(self, log_group: logs.LogGroup, access: Sequence[Access]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        for right in access:
            right.allow(role)
        return role


def _code(name: str, settings: Settings) -> lambda_.AssetCode:
    """Return an asset that holds exactly one function and none of its siblings."""
    functions = ROOT / "functions"
    if settings.ships_byte_code and has_byte_code():
        return lambda_.Code.from_asset(str(compiled(functions, only=name, root=FUNCTION_ROOT)))
    return lambda_.Code.from_asset(
        str(functions),
        exclude=["/*", f"!/{name}", *NOT_SHIPPED],
        ignore_mode=IgnoreMode.GIT,
    )


def _environment(name: str, settings: Settings, access: Sequence[Access]) -> dict[str, str]:
    variables = {right.variable: right.value for right in access}
    if len(variables) != len(access):
        raise ValueError(f"{name} names a resource twice: {[right.variable for right in access]}")
    return {
        **variables,
        "LOG_LEVEL": settings.log_level,
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": settings.metrics_namespace,
    }
