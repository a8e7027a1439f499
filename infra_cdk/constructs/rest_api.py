"""The REST API, generated from the route tables of the functions that serve it.

A route that a function declares is a method here, and there are no others: what the function would
refuse as unknown, the gateway refuses first.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.constructs.api_logs import ACCESS_LOG, ApiLogs
from infra_cdk.constructs.problems import PROBLEMS
from infra_cdk.settings import Settings

PATH = re.compile(r"(/([a-z0-9._-]+|\{[a-z_]+\}))+")


class RoutingError(ValueError):
    """The route tables of two functions do not fit into one API; the text names the route."""


class App(Protocol):
    """What is read of a Chalice app: path, method, entry."""

    @property
    def routes(self) -> Mapping[str, Mapping[str, object]]:
        """Methods by path, entries by method."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """One method of the API and the function that serves it."""

    path: str
    method: str
    function: str


def routes_of(apps: Mapping[str, App]) -> tuple[Route, ...]:
    """Return every route of several functions, checked against one another.

    Parameters
    ----------
    apps
        Chalice apps by the name of the function that runs them.

    Raises
    ------
    RoutingError
        A path is malformed, two functions serve the same method of a path, or two paths name the
        same place differently (``/orders/{id}`` and ``/orders/{order_id}``).
    """
    routes = tuple(
        sorted(
            Route(path, method, function)
            for function, app in apps.items()
            for path, methods in app.routes.items()
            for method in methods
        )
    )
    served: dict[tuple[str, str], str] = {}
    variables: dict[str, str] = {}
    for route in routes:
        if not PATH.fullmatch(route.path):
            raise RoutingError(f"{route.path} of {route.function} is no path of this API")
        other = served.setdefault((route.path, route.method), route.function)
        if other != route.function:
            raise RoutingError(f"{route.method} {route.path}: {other} and {route.function}")
        for place, variable in _variables(route.path):
            if variables.setdefault(place, variable) != variable:
                raise RoutingError(f"{route.path}: {variable} is {variables[place]} elsewhere")
    return routes


def _variables(path: str) -> Iterator[tuple[str, str]]:
    """Yield each variable of a path with the place that it fills."""
    parts = path.split("/")
    for depth, part in enumerate(parts):
        if part.startswith("{"):
            yield "/".join(parts[:depth]), part


class ZerodeskApi(Construct):
    """The API: one method per route, one authorizer on all of them, problems for everything else.

    Parameters
    ----------
    functions
        Every function that a route names.
    authorizer
        Looks at the Authorization header and says who calls.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        routes: tuple[Route, ...],
        functions: Mapping[str, lambda_.IFunction],
        authorizer: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, "Rest")
        self._logs = ApiLogs(self, settings=settings)
        self.api = self._api(settings, authorizer)
        self._logs.follow(self.api)
        integrations = {
            name: apigateway.LambdaIntegration(functions[name], scope_permission_to_method=False)
            for name in sorted({route.function for route in routes})
        }
        for route in routes:
            resource = self.api.root.resource_for_path(route.path)
            resource.add_method(route.method, integrations[route.function])
        for problem in PROBLEMS:
            problem.add_to(self.api)

    def _api(self, settings: Settings, authorizer: lambda_.IFunction) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=settings.prefix,
            description="Zerodesk, version 1",
            cloud_watch_role=False,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name=settings.environment,
                access_log_destination=apigateway.LogGroupLogDestination(self._logs.accesses),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                throttling_rate_limit=settings.api_requests_per_second,
                throttling_burst_limit=settings.api_burst_requests,
            ),
            default_method_options=apigateway.MethodOptions(
                authorization_type=apigateway.AuthorizationType.CUSTOM,
                authorizer=self._authorizer(settings, authorizer),
            ),
        )
        # The stack prints the address under a name that can be read.
        api.node.try_remove_child("Endpoint")
        return api

    def _authorizer(
        self, settings: Settings, function: lambda_.IFunction
    ) -> apigateway.RequestAuthorizer:
        # The authorizer gives the function a permission beside the function, in the function's own
        # stack, which would then depend on this one. Seen by its ARN, it gets it here.
        seen = lambda_.Function.from_function_attributes(
            self,
            "AuthorizerFunction",
            function_arn=function.function_arn,
            same_environment=True,
        )
        return apigateway.RequestAuthorizer(
            self,
            "Authorizer",
            authorizer_name=f"{settings.prefix}-api-keys",
            handler=seen,
            identity_sources=[apigateway.IdentitySource.header("Authorization")],
            results_cache_ttl=Duration.seconds(settings.authorizer_cache_seconds),
        )
