"""The HTTPS API in front of the functions that have routes."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from archivist.routes import app as archivist
from back_office.routes import app as back_office
from funds.routes import app as funds
from infra_cdk.constructs.function import ZerodeskFunction
from infra_cdk.constructs.rest_api import App, ZerodeskApi, routes_of
from infra_cdk.settings import Settings
from option_quotes.routes import app as option_quotes
from order_intake.routes import app as order_intake
from price_source.routes import app as price_source
from pricing_api.routes import app as pricing_api
from pricing_jobs.routes import app as pricing_jobs
from queries.routes import app as queries
from reconciliation.routes import app as reconciliation

APPS: Mapping[str, App] = {
    "archivist": archivist,
    "back_office": back_office,
    "funds": funds,
    "option_quotes": option_quotes,
    "order_intake": order_intake,
    "price_source": price_source,
    "pricing_api": pricing_api,
    "pricing_jobs": pricing_jobs,
    "queries": queries,
    "reconciliation": reconciliation,
}


class ApiStack(Stack):
    """The REST API of one region: the routes of the functions that run there."""

    def __init__(
        self, scope: Construct, *, settings: Settings, functions: Mapping[str, ZerodeskFunction]
    ) -> None:
        super().__init__(scope, "Api", stack_name=f"{settings.prefix}-api")
        apps = {name: app for name, app in APPS.items() if name in functions}
        rest = ZerodeskApi(
            self,
            settings=settings,
            routes=routes_of(apps),
            functions={name: functions[name].function for name in apps},
            authorizer=functions["authorizer"].function,
        )
        CfnOutput(self, "ApiId", value=rest.api.rest_api_id)
        CfnOutput(self, "ApiUrl", value=rest.api.url)
