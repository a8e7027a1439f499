"""What API Gateway writes down by itself: every request, and its own failures."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.constructs.function import RETENTION
from infra_cdk.settings import Settings

ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "account": "$context.authorizer.account_id",
    "key": "$context.authorizer.key_id",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "refusedBy": "$context.error.responseType",
    "milliseconds": "$context.responseLatency",
}
"""One line a request: who asked for what and what became of it; no body and no secret."""

WRITES: Final = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
)
"""What API Gateway wants of the role with which it writes logs."""


class ApiLogs(Construct):
    """The log groups of the API, and the role with which API Gateway writes to them.

    The role is the account's, one for all APIs of a region: it stays when this stack goes.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Logs")
        self._settings = settings
        self.accesses = self._group("Accesses", f"/aws/apigateway/{settings.prefix}")
        self._account = self._account_with_role()

    def follow(self, api: apigateway.RestApi) -> None:
        """Bound what API Gateway writes about its own failures, and let it write at all."""
        stage = api.deployment_stage
        name = f"API-Gateway-Execution-Logs_{api.rest_api_id}/{self._settings.environment}"
        stage.node.add_dependency(self._group("Failures", name), self._account)

    def _group(self, construct_id: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=RETENTION[self._settings.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _account_with_role(self) -> apigateway.CfnAccount:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=list(WRITES), resources=["*"]))
        role.apply_removal_policy(RemovalPolicy.RETAIN)
        account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        account.node.add_dependency(role)
        account.apply_removal_policy(RemovalPolicy.RETAIN)
        return account
