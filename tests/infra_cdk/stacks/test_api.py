"""The API: every route of every function, nothing open, and problems where no function answers."""

import json
from typing import Any

import pytest

from infra_cdk.stacks.api import APPS
from tests.infra_cdk.templates import Resource, StageTemplates
from zerodesk_aws.api.problems import ProblemCode

ALL_RESPONSE_TYPES = {
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
}
"""What API Gateway can answer by itself, as its reference lists it."""


def path_of(stage: StageTemplates, stack: str, reference: dict[str, Any]) -> str:
    """Return the path of a resource, from the root down."""
    if "Ref" not in reference:
        return ""
    [resource] = [
        entry
        for entry in stage.all("AWS::ApiGateway::Resource")
        if entry.logical_id == reference["Ref"] and entry.stack == stack
    ]
    parent = path_of(stage, stack, resource.properties["ParentId"])
    return f"{parent}/{resource.properties['PathPart']}"


def methods(stage: StageTemplates) -> dict[tuple[str, str], Resource]:
    return {
        (
            entry.properties["HttpMethod"],
            path_of(stage, entry.stack, entry.properties["ResourceId"]),
        ): entry
        for entry in stage.all("AWS::ApiGateway::Method")
    }


def gateway_responses(stage: StageTemplates) -> dict[str, dict[str, Any]]:
    return {
        entry.properties["ResponseType"]: entry.properties
        for entry in stage.all("AWS::ApiGateway::GatewayResponse")
    }


def document_of(response: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(response["ResponseTemplates"]["application/json"])
    return document


def test_every_route_is_a_method_and_every_method_a_route(stage: StageTemplates) -> None:
    routes = {
        (method, path)
        for app in APPS.values()
        for path, entry in app.routes.items()
        for method in entry
    }

    assert set(methods(stage)) == routes


@pytest.mark.parametrize("function", APPS)
def test_a_method_calls_the_function_that_declares_its_route(
    stage: StageTemplates, function: str
) -> None:
    standing = methods(stage)
    for path, entry in APPS[function].routes.items():
        for method in entry:
            found = standing[method, path]
            uri = stage.resolve(found.stack, found.properties["Integration"]["Uri"])
            assert f"-{function}/invocations" in uri
            assert found.properties["Integration"]["Type"] == "AWS_PROXY"


def test_no_method_is_open(stage: StageTemplates) -> None:
    [authorizer] = stage.all("AWS::ApiGateway::Authorizer")
    for (method, path), entry in methods(stage).items():
        assert entry.properties["AuthorizationType"] == "CUSTOM", f"{method} {path}"
        assert entry.properties["AuthorizerId"] == {"Ref": authorizer.logical_id}
        assert not entry.properties.get("ApiKeyRequired")


def test_the_authorizer_looks_at_the_authorization_header(stage: StageTemplates) -> None:
    [authorizer] = stage.all("AWS::ApiGateway::Authorizer")

    assert authorizer.properties["IdentitySource"] == "method.request.header.Authorization"
    cached_seconds = authorizer.properties["AuthorizerResultTtlInSeconds"]
    assert cached_seconds == stage.settings.authorizer_cache_seconds


def test_only_this_api_may_call_the_functions_behind_it(stage: StageTemplates) -> None:
    [api] = stage.all("AWS::ApiGateway::RestApi")
    callers = [
        entry
        for entry in stage.all("AWS::Lambda::Permission")
        if entry.properties["Principal"] == "apigateway.amazonaws.com"
    ]

    called = {stage.resolve(entry.stack, entry.properties["FunctionName"]) for entry in callers}

    assert {name.split("-")[-1] for name in called} == {*APPS, "authorizer"}
    for entry in callers:
        assert api.logical_id in stage.resolve(entry.stack, entry.properties["SourceArn"])


def test_whatever_the_gateway_answers_is_a_problem_document(stage: StageTemplates) -> None:
    responses = gateway_responses(stage)
    assert set(responses) == ALL_RESPONSE_TYPES
    for kind, response in responses.items():
        document = document_of(response)
        assert str(document["status"]) == response["StatusCode"], kind
        assert document["type"] == f"urn:zerodesk:problem:{document['code']}", kind
        assert set(document) == {"type", "title", "status", "detail", "code"}, kind
        headers = response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_the_gateway_says_it_as_the_functions_do(local: StageTemplates) -> None:
    """A client reads a code, its status and its title in one table, whoever answers."""
    for kind, response in gateway_responses(local).items():
        document = document_of(response)
        code = ProblemCode(document["code"])
        assert (document["status"], document["title"]) == (code.status, code.heading), kind


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("UNAUTHORIZED", "401", "UNAUTHENTICATED"),
        ("ACCESS_DENIED", "403", "FORBIDDEN"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "NOT_FOUND"),
        ("INVALID_SIGNATURE", "404", "NOT_FOUND"),
        ("DEFAULT_4XX", "404", "NOT_FOUND"),
        ("REQUEST_TOO_LARGE", "413", "INTAKE_BODY_TOO_LARGE"),
        ("THROTTLED", "429", "TOO_MANY_REQUESTS"),
        ("INTEGRATION_FAILURE", "503", "UNAVAILABLE"),
        ("INTEGRATION_TIMEOUT", "503", "UNAVAILABLE"),
        ("DEFAULT_5XX", "503", "UNAVAILABLE"),
        ("API_CONFIGURATION_ERROR", "500", "INTERNAL"),
    ],
)
def test_a_client_can_tell_the_gateways_answers_apart(
    local: StageTemplates, kind: str, status: str, code: str
) -> None:
    response = gateway_responses(local)[kind]

    assert (response["StatusCode"], document_of(response)["code"]) == (status, code)


def test_a_missing_key_is_told_which_scheme_to_use(local: StageTemplates) -> None:
    headers = gateway_responses(local)["UNAUTHORIZED"]["ResponseParameters"]

    assert headers["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"


def test_the_deployment_waits_for_the_problem_documents(stage: StageTemplates) -> None:
    """A deployment is a snapshot: what comes after it is not served."""
    [deployment] = stage.all("AWS::ApiGateway::Deployment")
    problems = {entry.logical_id for entry in stage.all("AWS::ApiGateway::GatewayResponse")}

    assert problems <= set(deployment.attributes["DependsOn"])


def test_the_api_bounds_its_request_rate(stage: StageTemplates) -> None:
    [entry] = stage.all("AWS::ApiGateway::Stage")
    [everywhere] = entry.properties["MethodSettings"]

    assert (everywhere["HttpMethod"], everywhere["ResourcePath"]) == ("*", "/*")
    assert everywhere["ThrottlingRateLimit"] > 0
    assert everywhere["ThrottlingBurstLimit"] >= everywhere["ThrottlingRateLimit"]
