"""Repeating requests: what is repeated, for how long, and what is not."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
import pytest

from zerodesk_client.api import (
    ApiProblem,
    Retry,
    RetryPolicy,
    UnexpectedAnswerError,
    UnreachableError,
    transport,
)
from zerodesk_client.api.transport import Transport

PROBLEM = {"code": "INTAKE_OFF_TICK", "title": "Off tick", "status": 422, "field": "price"}
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Wire:
    """Answers in turn; time passes only when somebody sleeps."""

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)
    now_s: float = 0.0
    retries: list[Retry] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def transport(self, retry: RetryPolicy) -> Transport:
        return Transport(
            "http://venue.test/",
            retry=retry,
            timeout_s=1,
            on_retry=self.retries.append,
            http=httpx.Client(transport=httpx.MockTransport(self)),
            clock=lambda: self.now_s,
            sleep=self.sleep,
        )

    def post(
        self, retry: RetryPolicy | None = None, *, repeatable: bool = True
    ) -> tuple[int, object]:
        transport = self.transport(retry or RetryPolicy(unreachable_s=5, faults_s=5))
        try:
            return transport.send(
                "POST", "/v1/orders", api_key="k", body={"a": "b"}, repeatable=repeatable
            )
        finally:
            transport.close()


OK = httpx.Response(201, json={"fine": True})


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(503, json={"code": "UNAVAILABLE"}),
        httpx.Response(502, text="Bad gateway"),
        httpx.Response(429, json={"message": "Too Many Requests"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
        httpx.Response(404, json={"message": "no such API yet"}),
    ],
)
def test_a_fault_is_followed_by_the_same_request(fault: httpx.Response | Exception) -> None:
    wire = Wire([fault, fault, OK])
    assert wire.post() == (201, {"fine": True})
    assert len(wire.requests) == 3
    assert len({request.content for request in wire.requests}) == 1
    assert [retry.path for retry in wire.retries] == ["/v1/orders"] * 2


@pytest.mark.parametrize("fault", [httpx.Response(500), httpx.ReadTimeout("slow")])
def test_what_must_not_be_repeated_is_not_when_it_may_have_arrived(
    fault: httpx.Response | Exception,
) -> None:
    wire = Wire([fault, OK])
    with pytest.raises(UnreachableError):
        wire.post(repeatable=False)
    assert len(wire.requests) == 1


def test_what_must_not_be_repeated_is_when_it_never_left() -> None:
    wire = Wire([httpx.ConnectError("refused"), httpx.Response(429), OK])
    assert wire.post(repeatable=False)[0] == 201


def test_patience_with_a_venue_that_is_not_there_ends() -> None:
    wire = Wire([httpx.ConnectError("refused")])
    with pytest.raises(UnreachableError, match="refused") as raised:
        wire.post(RetryPolicy(unreachable_s=3, faults_s=600))
    assert 3 <= raised.value.waited_s < 5


def test_without_patience_an_absent_venue_is_reported_at_once() -> None:
    wire = Wire([httpx.ConnectError("refused")])
    with pytest.raises(UnreachableError):
        wire.post(RetryPolicy())
    assert len(wire.requests) == 1


def test_pauses_grow_to_a_bound() -> None:
    wire = Wire([httpx.Response(503)])
    with pytest.raises(UnreachableError):
        wire.post(RetryPolicy(faults_s=60, first_pause_s=0.1, longest_pause_s=2))
    waits = [retry.waited_s for retry in wire.retries]
    pauses = [after - before for before, after in pairwise(waits)]
    assert pauses[0] <= 0.1
    assert max(pauses) <= 2
    assert min(pauses[8:]) >= 1


def test_nobody_asks_again_sooner_than_the_venue_said() -> None:
    wire = Wire([httpx.Response(503, headers={"Retry-After": "2"}), httpx.Response(429), OK])
    wire.post()
    assert 2.0 < wire.now_s < 2.0 + 0.1 + 0.05


def test_a_venue_that_asks_for_more_patience_than_there_is_is_not_waited_for() -> None:
    wire = Wire([httpx.Response(503, headers={"Retry-After": "3600"})])
    with pytest.raises(UnreachableError):
        wire.post()
    assert wire.now_s == 0.0


@pytest.mark.parametrize("told", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "2.5", ""])
def test_a_retry_after_that_is_no_number_of_seconds_asks_for_no_pause(told: str) -> None:
    wire = Wire([httpx.Response(503, headers={"Retry-After": told}), OK])
    wire.post()
    assert wire.now_s <= RetryPolicy().first_pause_s


def test_a_problem_document_is_raised_with_all_it_says() -> None:
    body = PROBLEM | {"detail": "not on the tick", "value": "1.001", "rule": "a multiple of 0.01"}
    with pytest.raises(ApiProblem) as raised:
        Wire([httpx.Response(422, json=body)]).post()
    problem = raised.value
    assert (problem.status, problem.code, problem.field) == (422, "INTAKE_OFF_TICK", "price")
    assert (problem.value, problem.rule) == ("1.001", "a multiple of 0.01")
    assert str(problem) == (
        "422 INTAKE_OFF_TICK: not on the tick; a multiple of 0.01 (price was '1.001')"
    )


@pytest.mark.parametrize(
    ("status", "code"), [(401, "UNAUTHENTICATED"), (403, "FORBIDDEN"), (413, "UNEXPECTED")]
)
def test_what_the_gateway_says_by_itself_is_a_problem_too(status: int, code: str) -> None:
    with pytest.raises(ApiProblem) as raised:
        Wire([httpx.Response(status, json={"message": "in its own words"})]).post()
    assert raised.value.code == code


def test_an_answer_that_is_no_json_is_not_understood() -> None:
    with pytest.raises(UnexpectedAnswerError):
        Wire([httpx.Response(200, text="<html>")]).post()


def test_who_watches_the_retries_may_give_up() -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def give_up(_: Retry) -> None:
        raise Enough

    wire = Wire([httpx.Response(503)])
    transport = wire.transport(RetryPolicy())
    transport._on_retry = give_up
    with pytest.raises(Enough):
        transport.send("GET", "/v1/health", api_key="k")
    transport.close()


@pytest.mark.parametrize(
    ("faults", "may"),
    [
        ([httpx.ReadTimeout("slow"), httpx.ConnectError("refused")], True),
        ([httpx.Response(503), httpx.Response(429)], True),
        ([httpx.ConnectError("refused"), httpx.Response(429)], False),
    ],
)
def test_a_request_that_may_have_arrived_once_is_not_told_as_one_that_never_left(
    faults: list[httpx.Response | Exception], *, may: bool
) -> None:
    with pytest.raises(UnreachableError) as raised:
        Wire(faults).post()
    assert raised.value.maybe_arrived is may


def test_clients_read_whom_they_trust_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []

    def reading(*, trust_env: bool) -> ssl.SSLContext:
        read.append(trust_env)
        return ssl.create_default_context()

    monkeypatch.setattr(httpx, "create_ssl_context", reading)
    transport._trusted.cache_clear()
    for url in ("https://venue.test", "https://other.test", "http://127.0.0.1:1"):
        transport._http_client(url, 1.0).close()
    transport._trusted.cache_clear()
    assert read == [True, False]
