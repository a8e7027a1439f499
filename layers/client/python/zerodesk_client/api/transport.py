"""One HTTP exchange, repeated while that is harmless and patience lasts.

A request that never left may always be sent again. One that may have arrived is sent again only
if repeating it has no further effect; the API is made so that nearly every request is like that.
"""

import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import httpx

from zerodesk_client.api.faults import ApiProblem, UnexpectedAnswerError, UnreachableError

MAX_CONNECTIONS: Final = 128
KEEPALIVE_S: Final = 5.0
"""Shorter than servers keep idle connections, so that a request seldom meets a closed one."""

_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to go on trying.

    ``unreachable_s`` counts while nothing listens or no API stands behind the address,
    ``faults_s`` while the venue answers with 429 or 5xx, or not in time. A pause is never shorter
    than the ``Retry-After`` of an answer; one that ends behind the patience is not begun.
    """

    unreachable_s: float = 0.0
    faults_s: float = 15.0
    first_pause_s: float = 0.05
    longest_pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Retry:
    """A request is about to be sent again: why, and since when it is being tried."""

    method: str
    path: str
    reason: str
    waited_s: float


@dataclass(frozen=True, slots=True)
class _Fault:
    """An exchange without a usable answer."""

    reason: str
    maybe_arrived: bool = False
    is_absence: bool = False
    retry_after_s: int = 0


class Transport:
    """Sends requests to one API address; safe to share between threads."""

    def __init__(
        self,
        api_url: str,
        *,
        retry: RetryPolicy,
        timeout_s: float,
        on_retry: Callable[[Retry], None],
        http: httpx.Client | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.clock = clock
        self.sleep = sleep
        self._retry = retry
        self._on_retry = on_retry
        self._http = http or _http_client(self.api_url, timeout_s)
        self._random = random.Random()  # noqa: S311 - jitter guards no secret
        self._random_lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        api_key: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> tuple[int, Any]:
        """Return the status and the decoded body of a success.

        Raises
        ------
        ApiProblem
            The venue refused the request.
        UnreachableError
            No usable answer within the policy's patience, or a request that must not be
            repeated may have arrived.
        """
        started_s = self.clock()
        attempt, maybe_arrived = 0, False
        while True:
            outcome = self._exchange(method, path, api_key, body, query)
            if not isinstance(outcome, _Fault):
                return outcome
            maybe_arrived |= outcome.maybe_arrived
            waited_s = self.clock() - started_s
            patience_s = self._retry.unreachable_s if outcome.is_absence else self._retry.faults_s
            is_over = waited_s + outcome.retry_after_s >= patience_s
            if (outcome.maybe_arrived and not repeatable) or is_over:
                raise UnreachableError(
                    self.api_url, outcome.reason, waited_s, maybe_arrived=maybe_arrived
                )
            self._on_retry(Retry(method, path, outcome.reason, waited_s))
            self.sleep(max(self._pause_s(attempt), outcome.retry_after_s))
            attempt += 1

    def _exchange(
        self,
        method: str,
        path: str,
        api_key: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
    ) -> tuple[int, Any] | _Fault:
        try:
            response = self._http.request(
                method,
                self.api_url + path,
                headers={"Authorization": f"Bearer {api_key}"},
                json=body,
                params=query,
            )
        except _NEVER_SENT as error:
            return _Fault(f"{type(error).__name__}: {error}", is_absence=True)
        except httpx.TransportError as error:
            return _Fault(f"{type(error).__name__}: {error}", maybe_arrived=True)
        return _read(response)

    def _pause_s(self, attempt: int) -> float:
        ceiling_s = min(
            self._retry.longest_pause_s, self._retry.first_pause_s * 2.0 ** min(attempt, 20)
        )
        with self._random_lock:
            return self._random.uniform(ceiling_s / 2, ceiling_s)


def _http_client(api_url: str, timeout_s: float) -> httpx.Client:
    # A proxy of the environment does not lead to an address of this machine.
    loopback = httpx.URL(api_url).host in ("127.0.0.1", "localhost", "::1")
    return httpx.Client(
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)),
        limits=httpx.Limits(
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_S,
        ),
        trust_env=not loopback,
        verify=_trusted(trust_env=not loopback),
    )


@cache
def _trusted(*, trust_env: bool) -> ssl.SSLContext:
    """Return whom clients trust: to read that takes longer than a request, so they share it."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _read(response: httpx.Response) -> tuple[int, Any] | _Fault:
    """Sort an answer into success, refusal (raised) and fault."""
    status = response.status_code
    try:
        body = response.json() if response.content else None
    except ValueError as error:
        if status < HTTPStatus.BAD_REQUEST:
            raise UnexpectedAnswerError(f"{response.url} answered no JSON: {error}") from error
        body = None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _Fault("429 too many requests", retry_after_s=_retry_after_s(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _Fault(
            f"{status} {_said(body)}", maybe_arrived=True, retry_after_s=_retry_after_s(response)
        )
    if status < HTTPStatus.BAD_REQUEST:
        return status, body
    if isinstance(body, dict) and "code" in body:
        raise ApiProblem.from_json(status, body)
    return _gateway_refusal(status, body)


def _retry_after_s(response: httpx.Response) -> int:
    """Return the seconds that an answer asks for; what is no number of seconds asks for none."""
    told = response.headers.get("Retry-After", "")
    return int(told[:9]) if told.isascii() and told.isdigit() else 0  # no patience is that long


def _gateway_refusal(status: int, body: Any) -> _Fault:
    """Sort what the gateway says by itself, in its own words, before any function ran."""
    if status == HTTPStatus.UNAUTHORIZED:
        raise ApiProblem(status, "UNAUTHENTICATED", "the key is missing or unknown")
    if status == HTTPStatus.FORBIDDEN:
        raise ApiProblem(status, "FORBIDDEN", "the key may not do this")
    if status == HTTPStatus.NOT_FOUND:
        return _Fault(f"404 no API at this address: {_said(body)}", is_absence=True)
    raise ApiProblem(status, "UNEXPECTED", _said(body))


def _said(body: Any) -> str:
    if isinstance(body, dict):
        return str(body.get("detail") or body.get("message") or body)[:200]
    return "" if body is None else str(body)[:200]
