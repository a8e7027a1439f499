"""A stage: all stacks of one environment in one region."""

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from infra_cdk.policy import acknowledge
from infra_cdk.settings import Settings
from infra_cdk.stacks.api import ApiStack
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.keys import KeysStack
from infra_cdk.stacks.messaging import MessagingStack
from infra_cdk.stacks.operations import OperationsStack
from infra_cdk.stacks.trading import TradingStack


class ZerodeskStage(Stage):
    """Zerodesk, whole, in one region: the same stacks under the same names in every one."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stage,
            env=Environment(account=settings.account, region=settings.region),
        )
        keys = KeysStack(self, settings=settings) if settings.has_customer_key else None
        self.data = DataStack(self, settings=settings, key=keys.data if keys else None)
        if keys:
            # The tables name it by its alias, which CDK does not see.
            self.data.add_stack_dependency(keys)
        self.messaging = MessagingStack(self, settings=settings)
        self.trading = TradingStack(
            self, settings=settings, data=self.data, messaging=self.messaging
        )
        self.api = ApiStack(self, settings=settings, functions=self.trading.functions)
        self.operations = OperationsStack(
            self,
            settings=settings,
            workflows={
                name: entry.machine.state_machine_arn
                for name, entry in self.trading.workflows.items()
            },
        )
        acknowledge(self, settings)
        Tags.of(self).add("application", "zerodesk")
        Tags.of(self).add("environment", settings.environment)
