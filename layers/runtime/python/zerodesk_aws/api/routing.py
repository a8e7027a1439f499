"""Routes: a Chalice app whose every view says what it reads, what it answers and who may call.

A route's contract is data beside its view. The same data reads the request, and generates the API
Gateway resources and the OpenAPI document. A function's route table needs no environment, so that
the infrastructure can read it.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Generic, NamedTuple, TypeVar

from chalice.app import Chalice, Response
from pydantic import BaseModel

from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.paths import read_path
from zerodesk_aws.api.principal import Principal
from zerodesk_aws.api.problems import (
    RETRY_AFTER_SECONDS,
    Problem,
    ProblemCode,
    ProblemError,
    refused,
)
from zerodesk_aws.api.strict_json import MAX_BODY_BYTES, body_of, check_characters, parse_object
from zerodesk_aws.contracts.fields import Contract
from zerodesk_aws.contracts.roles import Role
from zerodesk_aws.entry import count, logger
from zerodesk_aws.faults import RegisterFullError, passes

A = TypeVar("A", bound=Contract)

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
NO_STORE: Final = {"Cache-Control": "no-store"}
"""Answers are about one account at one moment; no cache on the way may keep them."""


class Call(NamedTuple):
    """A request, as far as its contract does not describe it: who calls, on what."""

    principal: Principal
    path: Mapping[str, str]

    @property
    def account_id(self) -> str:
        """The caller's account."""
        return self.principal.account_id


class Answer(NamedTuple):
    """What a view answers: a status of its route, a body of the contract, further headers."""

    body: BaseModel | str
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] | None = None


class Route(NamedTuple, Generic[A]):
    """One method of a path, with its contract."""

    method: str
    path: str
    asks: type[A]
    role: Role | None
    answers: Mapping[int, type[BaseModel] | None]
    refuses: tuple[ProblemCode, ...]
    view: Callable[[Call, A], Answer]
    body_bytes: int = MAX_BODY_BYTES
    """The largest body that is read."""

    @property
    def asks_by_query(self) -> bool:
        """Whether the request is in the query string; otherwise it is the body."""
        return self.method in ("GET", "DELETE")

    def answer(self, event: dict[str, Any]) -> Answer:
        """Read a request and answer it.

        Raises
        ------
        ProblemError
            Who calls, then what role, then the path, then the request: the first that is refused.
        """
        principal = Principal.of(event)
        principal.must_be(self.role)
        path = read_path(self.method, self.path, event.get("pathParameters"))
        return self.view(Call(principal, path), read(self.asks, self._asked(event)))

    def _asked(self, event: dict[str, Any]) -> dict[str, Any]:
        if self.asks_by_query:
            self._check_no_body(event)
            return _query_of(event)
        if extra := _query_of(event):
            name, value = next(iter(extra.items()))
            raise refused(ProblemCode.INTAKE_UNKNOWN_FIELD, name, value, "no query parameters")
        data = body_of(event, self.body_bytes)
        # A request without fields may leave its body out.
        return parse_object(data) if data or self.asks.model_fields else {}

    def _check_no_body(self, event: dict[str, Any]) -> None:
        """Refuse a body of a DELETE that says something; nobody sends one with a GET."""
        if self.method == "DELETE" and (data := body_of(event, self.body_bytes)):
            for name, value in parse_object(data).items():
                raise refused(ProblemCode.INTAKE_UNKNOWN_FIELD, name, value, "no body")


View = Callable[[Call, A], Answer]


class Api:
    """The routes of one function. ``app`` is the Chalice app that the infrastructure reads."""

    def __init__(self, function: str, *, others: Callable[[], None] | None = None) -> None:
        """Begin without a route.

        Parameters
        ----------
        others
            Declares more of them: what few requests ask for comes with the first that does.
        """
        self._others = others
        self.app = Chalice(function, configure_logs=False, env={})
        # All that is answered is text: Chalice need not look for what is not, four times a request.
        self.app.api.binary_types = []
        self.routes: list[Route[Any]] = []

    def route(
        self,
        method: str,
        path: str,
        asks: type[A],
        *,
        answers: Mapping[int, type[BaseModel] | None],
        role: Role | None = None,
        refuses: Sequence[ProblemCode] = (),
        body_bytes: int = MAX_BODY_BYTES,
    ) -> Callable[[View[A]], View[A]]:
        """Declare a view.

        Parameters
        ----------
        method, path
            What is served; variables of the path are in ``zerodesk_aws.api.paths``.
        asks
            The contract of the query string (GET, DELETE) or of the body; ``Nothing`` for none.
        answers
            The contract of the body by status; None for JSON that has no class.
        role
            Who may call, None for every key.
        refuses
            Problems beyond those that every route with such a request may answer.
        body_bytes
            The largest body that it reads, if not that of all others.
        """

        # As texts: to subscript a callable takes longer than all else here.
        def declare(view: "View[A]") -> "View[A]":
            route = Route(method, path, asks, role, answers, tuple(refuses), view, body_bytes)
            self.routes.append(route)

            def served(**_: str) -> Response:
                return self._serve(route)

            # A body is read as what it is: no content type is asked for.
            self.app.route(path, methods=[method], name=view.__name__, content_types=[])(served)
            return view

        return declare

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer an event of API Gateway. Nothing that a client sends leads to a fault of ours."""
        problem = self._unrouted(event["requestContext"])
        if problem is not None and self._others is not None:
            self._others()
            problem = self._unrouted(event["requestContext"])
        if problem is not None:
            return respond(problem).to_dict()
        answered: dict[str, Any] = self.app(event, context)
        return answered

    def _unrouted(self, called: Mapping[str, Any]) -> Problem | None:
        methods = self.app.routes.get(str(called.get("resourcePath")))
        if methods is None:
            return Problem(ProblemCode.NOT_FOUND, "No resource of this API has this path.")
        if called.get("httpMethod") not in methods:
            allowed = ", ".join(sorted(methods))
            return Problem(ProblemCode.METHOD_NOT_ALLOWED, f"This resource takes {allowed}.")
        return None

    def _serve(self, route: Route[Any]) -> Response:
        request = self.app.current_request
        assert request is not None, "Chalice serves a view only during a request"
        event = request.to_original_event()
        try:
            answer = route.answer(event)
        except ProblemError as refusal:
            count("RequestsRefused")
            return respond(refusal.problem)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the client learns no more of it
            logger.exception("request failed", route=f"{route.method} {route.path}")
            count("RequestsFailed")
            return respond(problem_of_fault(fault))
        body = answer.body if isinstance(answer.body, str) else answer.body.model_dump_json()
        return Response(
            body, {"Content-Type": JSON, **NO_STORE, **(answer.headers or {})}, int(answer.status)
        )


def _query_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the query parameters, each given once."""
    found: dict[str, Any] = {}
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        if len(values) != 1:
            raise refused(ProblemCode.INTAKE_DUPLICATE_KEY, name, values, "each parameter once")
        found[name] = values[0]
    if found:
        check_characters(found)
    return found


def problem_of_fault(fault: Exception) -> Problem:
    """Return what a client is told of a fault: a bound, or whether trying again will help."""
    # Here and below: a function that never has these faults does without what raises them.
    from zerodesk.accounts import MAX_ANSWERED, AnswersWaitError

    if isinstance(fault, RegisterFullError):
        return Problem(ProblemCode.REGISTER_FULL, str(fault))
    if isinstance(fault, AnswersWaitError):
        return Problem(
            ProblemCode.TOO_MANY_REQUESTS,
            f"{MAX_ANSWERED} requests of this account are answered and not shown yet. This one "
            "waits: repeat it in a moment, with the same ids; it happens once.",
        )
    if passes(fault):
        return Problem(
            ProblemCode.UNAVAILABLE,
            "No answer in time. What was asked for may yet be carried out: send the same request "
            "again, with the same ids: it happens once.",
        )
    return Problem(
        ProblemCode.INTERNAL,
        "The fault is ours and has been recorded. What was asked for may yet be carried out: the "
        "same request again, with the same ids, happens once.",
    )


def respond(problem: Problem) -> Response:
    """Return a problem as an HTTP response."""
    headers: dict[str, str | list[str]] = {"Content-Type": PROBLEM_JSON, **NO_STORE}
    if problem.code is ProblemCode.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.code in (ProblemCode.UNAVAILABLE, ProblemCode.TOO_MANY_REQUESTS):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(problem.to_document(), headers, problem.code.status)
