"""A route reads what it declares, answers what it declares, and hides what goes wrong inside."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.exceptions import PutError

from tests.functions.gateway import proxy_event
from zerodesk.accounts import AnswersWaitError
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.accounts import PartnerBinding
from zerodesk_aws.contracts.fields import Contract, Nothing, OrderId
from zerodesk_aws.contracts.roles import Role
from zerodesk_aws.faults import JournalContentionError, JournalCorruptError, RegisterFullError

ALICE = {"account_id": "alice", "role": "trader", "key_id": "0123456789ab"}


class Echo(Contract):
    order_id: OrderId


def answered(api: Api, event: dict[str, Any]) -> tuple[int, Any]:
    answer = api(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def failing(raises: Callable[[], Exception]) -> Api:
    api = Api("test")

    @api.route("GET", "/v1/things", Nothing, answers={200: Echo})
    def get_thing(_: Call, __: Nothing) -> Answer:
        """Get a thing."""
        raise raises()

    return api


def things(**changed: Any) -> dict[str, Any]:
    return proxy_event("GET", "/v1/things", authorizer=ALICE) | changed


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret"}}, "PutItem")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (lambda: JournalContentionError("12 lost races"), 503, "UNAVAILABLE"),
        (lambda: AnswersWaitError("200 answers wait"), 429, "TOO_MANY_REQUESTS"),
        (lambda: RegisterFullError("it holds 5,000 entries"), 422, "REGISTER_FULL"),
        (lambda: ReadTimeoutError(endpoint_url="https://secret"), 503, "UNAVAILABLE"),
        (lambda: JournalCorruptError("record 7"), 500, "INTERNAL"),
        (lambda: KeyError("secret"), 500, "INTERNAL"),
        (lambda: PutError("secret", client_error("ValidationException")), 500, "INTERNAL"),
        (lambda: PutError("secret", client_error("ThrottlingException")), 503, "UNAVAILABLE"),
        (lambda: PutError("secret", ReadTimeoutError(endpoint_url="x")), 503, "UNAVAILABLE"),
        (
            lambda: PutError("secret", client_error("ReplicatedWriteConflictException")),
            503,
            "UNAVAILABLE",
        ),
        (lambda: client_error("RequestThrottled"), 503, "UNAVAILABLE"),
        (lambda: client_error("SlowDown"), 503, "UNAVAILABLE"),
        (lambda: client_error("ConditionalRequestConflict"), 503, "UNAVAILABLE"),
        (lambda: client_error("AccessDeniedException"), 500, "INTERNAL"),
        (lambda: ended(ProblemCode.NOT_FOUND, "none"), 404, "NOT_FOUND"),
    ],
)
def test_a_fault_is_503_when_another_try_will_help_and_500_when_not(
    fault: Callable[[], Exception], status: int, code: str
) -> None:
    found, document = answered(failing(fault), things())
    assert (found, document["code"]) == (status, code)
    assert "secret" not in json.dumps(document)


def test_a_path_that_is_not_served_is_not_found() -> None:
    api = failing(KeyError)
    found, document = answered(api, proxy_event("GET", "/v1/nothing", authorizer=ALICE))
    assert (found, document["code"]) == (404, "NOT_FOUND")
    assert "/v1/nothing" not in api.app.routes


def test_routes_that_few_ask_for_are_declared_by_a_request_for_none_of_the_others() -> None:
    declared: list[str] = []

    def others() -> None:
        for method, path in (("POST", "/v1/things"), ("GET", "/v1/rare")):
            declared.append(path)
            api.route(method, path, Nothing, answers={200: None})(lambda *_: Answer("1"))

    api = Api("test", others=others)
    api.route("GET", "/v1/things", Nothing, answers={200: None})(lambda *_: Answer("2"))
    assert answered(api, things()) == (200, 2)
    assert not declared
    assert answered(api, proxy_event("POST", "/v1/things", authorizer=ALICE)) == (200, 1)
    assert answered(api, proxy_event("GET", "/v1/rare", authorizer=ALICE)) == (200, 1)
    assert declared == ["/v1/things", "/v1/rare"], "at once, and once"


def test_a_method_that_is_not_served_is_not_allowed() -> None:
    found, document = answered(failing(KeyError), proxy_event("PUT", "/v1/things"))
    assert (found, document["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert document["detail"] == "This resource takes GET."


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"account_id": "alice"},
        {"account_id": "alice", "role": "root", "key_id": "k"},
        {"role": "trader", "key_id": "k"},
    ],
)
def test_without_a_whole_principal_nobody_is_served(authorizer: dict[str, str] | None) -> None:
    event = proxy_event("GET", "/v1/things", authorizer=authorizer)
    found, document = answered(failing(KeyError), event)
    assert (found, document["code"]) == (401, "UNAUTHENTICATED")


def test_who_calls_comes_before_what_is_asked() -> None:
    api = Api("test")

    @api.route("PUT", "/v1/partners/{source}", Echo, answers={200: Echo}, role=Role.OPERATOR)
    def put_partner(_: Call, asked: Echo) -> Answer:
        """Put a partner."""
        return Answer(asked)

    bad = proxy_event("PUT", "/v1/partners/{source}", path={"source": "!"}, body="{")
    operator = ALICE | {"role": "operator"}
    path = {"source": "partner.acme"}
    codes = []
    for changed in (
        {},
        {"authorizer": ALICE},
        {"authorizer": operator},
        {"authorizer": operator, "path": path},
    ):
        event = bad | {"pathParameters": changed.pop("path", bad["pathParameters"])}
        event["requestContext"] = bad["requestContext"] | changed
        codes.append(answered(api, event)[1]["code"])
    assert codes == ["UNAUTHENTICATED", "FORBIDDEN", "INTAKE_BAD_VALUE", "INTAKE_MALFORMED_JSON"]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", None])
def test_a_body_is_read_as_json_whatever_it_is_said_to_be(content_type: str | None) -> None:
    api = Api("test")

    @api.route("POST", "/v1/things", Echo, answers={200: Echo})
    def make_thing(_: Call, asked: Echo) -> Answer:
        """Make a thing."""
        return Answer(asked)

    said = {} if content_type is None else {"Content-Type": content_type}
    headers = {"headers": said, "multiValueHeaders": {name: [said[name]] for name in said}}
    body = json.dumps({"order_id": "o" + "a" * 26})
    event = proxy_event("POST", "/v1/things", authorizer=ALICE, body=body) | headers
    assert answered(api, event) == (200, json.loads(body))
    found, document = answered(api, event | {"body": "a=b"})
    assert (found, document["code"]) == (400, "INTAKE_MALFORMED_JSON")


def test_an_answer_is_never_kept_by_a_cache() -> None:
    api = Api("test")

    @api.route("GET", "/v1/things", Nothing, answers={200: PartnerBinding})
    def get_thing(_: Call, __: Nothing) -> Answer:
        """Get a thing."""
        return Answer(PartnerBinding(source="partner.acme", account_id="alice"))

    answer = api(things(), None)
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert json.loads(answer["body"]) == {"source": "partner.acme", "account_id": "alice"}


def test_the_route_table_is_what_the_infrastructure_reads() -> None:
    assert set(failing(KeyError).app.routes["/v1/things"]) == {"GET"}
