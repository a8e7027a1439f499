"""What API Gateway answers when no function gets to: problem documents (RFC 9457), like all others.

The codes are those of the API's own problems; the functions never see these requests.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus

from aws_cdk import aws_apigateway as apigateway

RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class GatewayProblem:
    """One kind of answer that the gateway gives by itself."""

    response_type: str
    status: int
    code: str
    title: str
    detail: str

    def add_to(self, api: apigateway.RestApi) -> None:
        """Make the API answer so."""
        api.add_gateway_response(
            self.response_type,
            type=apigateway.ResponseType.of(self.response_type),
            status_code=str(self.status),
            response_headers=self._headers(),
            templates={"application/json": self.document()},
        )

    def document(self) -> str:
        """Return the problem document as JSON text."""
        return json.dumps(
            {
                "type": f"urn:zerodesk:problem:{self.code}",
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "code": self.code,
            }
        )

    def _headers(self) -> dict[str, str]:
        # Values in single quotes are literals; without them API Gateway would look up a parameter.
        headers = {"Content-Type": "'application/problem+json'"}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "'Bearer'"
        if self.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            headers["Retry-After"] = f"'{RETRY_AFTER_SECONDS}'"
        return headers


def _unauthenticated(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type,
        401,
        "UNAUTHENTICATED",
        "No valid key",
        "Send the header 'Authorization: Bearer <api key>' with a key that has not been revoked.",
    )


def _forbidden(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type, 403, "FORBIDDEN", "Not allowed", "The key's role may not do this."
    )


def _unknown_route(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type,
        404,
        "NOT_FOUND",
        "No such resource",
        "No resource of this API has this path and method; GET /v1/openapi.json lists them.",
    )


def _not_understood(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type,
        400,
        "INTAKE_BAD_VALUE",
        "Value not allowed",
        "The gateway could not make sense of the request.",
    )


def _too_many(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type,
        429,
        "TOO_MANY_REQUESTS",
        "Too many requests",
        "The API takes fewer requests per second; wait and try again.",
    )


def _unavailable(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type,
        503,
        "UNAVAILABLE",
        "Not available now",
        "No whole answer in time. What was asked for may yet be carried out: send the same request "
        "again, with the same ids: it happens once.",
    )


def _internal(response_type: str) -> GatewayProblem:
    return GatewayProblem(
        response_type, 500, "INTERNAL", "Internal error", "The fault is ours and has been recorded."
    )


PROBLEMS: tuple[GatewayProblem, ...] = (
    _unauthenticated("UNAUTHORIZED"),
    _forbidden("ACCESS_DENIED"),
    _forbidden("INVALID_API_KEY"),
    _forbidden("WAF_FILTERED"),
    # No method asks for an AWS signature. Whoever meets these asked for a route that is not there,
    # where the gateway falls back to reading the Authorization header as one.
    _unknown_route("MISSING_AUTHENTICATION_TOKEN"),
    _unknown_route("INVALID_SIGNATURE"),
    _unknown_route("EXPIRED_TOKEN"),
    _unknown_route("RESOURCE_NOT_FOUND"),
    _not_understood("BAD_REQUEST_BODY"),
    _not_understood("BAD_REQUEST_PARAMETERS"),
    _not_understood("UNSUPPORTED_MEDIA_TYPE"),
    GatewayProblem(
        "REQUEST_TOO_LARGE",
        413,
        "INTAKE_BODY_TOO_LARGE",
        "Body too large",
        "The gateway takes no bodies above 10 MB.",
    ),
    _too_many("THROTTLED"),
    _too_many("QUOTA_EXCEEDED"),
    _unavailable("INTEGRATION_FAILURE"),
    _unavailable("INTEGRATION_TIMEOUT"),
    _unavailable("AUTHORIZER_FAILURE"),
    _internal("AUTHORIZER_CONFIGURATION_ERROR"),
    _internal("API_CONFIGURATION_ERROR"),
    # What has no type of its own: above all, an Authorization header that is no AWS signature on
    # a route that is not there.
    _unknown_route("DEFAULT_4XX"),
    # Above all, a function that ended, or ran out of its time, with a request in its hands: nobody
    # knows how far it came.
    _unavailable("DEFAULT_5XX"),
)
