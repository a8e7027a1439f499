"""The key that the tables of this region are encrypted with.

A stack of its own, for it goes first in every region: the tables of all regions are declared at
home, and each replica names the key of its region.
"""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.settings import Settings

DELETED_AFTER = Duration.days(30)
"""The longest that a key can wait for its end, and with it all that it encrypts."""


class KeysStack(Stack):
    """One key of the account; an environment that does with a key of AWS has no such stack."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Keys", stack_name=f"{settings.prefix}-keys")
        self.data = kms.Key(
            self,
            "Data",
            alias=settings.data_key_alias,
            description=f"Encrypts the tables of {settings.prefix} in {settings.region}",
            enable_key_rotation=True,
            pending_window=DELETED_AFTER,
            removal_policy=RemovalPolicy.RETAIN,
        )
        CfnOutput(self, "DataKeyArn", value=self.data.key_arn)
