"""A session with the API: how a call is made, waited for and read."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Self, TypeVar

import httpx

from zerodesk_client.api.decode import decode
from zerodesk_client.api.faults import UnexpectedAnswerError
from zerodesk_client.api.paging import Page
from zerodesk_client.api.transport import Retry, RetryPolicy, Transport

T = TypeVar("T")

TIMEOUT_S: Final = 15.0
"""Intake answers within about two seconds; the rest is room for cold starts."""
FIRST_POLL_S: Final = 0.05
LONGEST_POLL_S: Final = 0.5


class Session:
    """One key on connections that other keys may share, and what every call needs."""

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        retry: RetryPolicy | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        timeout_s: float = TIMEOUT_S,
        http: httpx.Client | None = None,
    ) -> None:
        self._transport = Transport(
            api_url,
            retry=retry or RetryPolicy(),
            timeout_s=timeout_s,
            on_retry=on_retry or (lambda _: None),
            http=http,
        )
        self._api_key = api_key

    @property
    def api_url(self) -> str:
        """The address of the API, without a slash at its end."""
        return self._transport.api_url

    def with_key(self, api_key: str) -> Self:
        """Return a client for another key on the same connections."""
        other = object.__new__(type(self))
        other._transport = self._transport
        other._api_key = api_key
        return other

    def close(self) -> None:
        """Close the connections, those of every client from ``with_key`` too."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _until(
        self, done: Callable[[T], bool], answer: T, ask: Callable[[], T], wait_s: float
    ) -> T:
        """Ask again until an answer is ``done`` or until ``wait_s`` has passed."""
        deadline_s = self._transport.clock() + wait_s
        pause_s = FIRST_POLL_S
        while not done(answer) and self._transport.clock() < deadline_s:
            self._transport.sleep(pause_s)
            pause_s = min(LONGEST_POLL_S, pause_s * 1.5)
            answer = ask()
        return answer

    def _page(self, kind: type[T], path: str, name: str, **query: str | int | None) -> Page[T]:
        asked = {key: str(value) for key, value in query.items() if value is not None}
        body = decode(dict[str, Any], self._send("GET", path, query=asked))
        return Page(_entries(kind, body, name), body.get("next_cursor"))

    def _list(
        self,
        kind: type[T],
        path: str,
        name: str,
        *,
        method: str = "GET",
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> tuple[T, ...]:
        answer = self._send(method, path, body=body, query=query)
        return _entries(kind, decode(dict[str, Any], answer), name)

    def _call(
        self,
        kind: type[T],
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> T:
        return decode(kind, self._send(method, path, body=body, query=query, repeatable=repeatable))

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Any:
        _, answer = self._transport.send(
            method, path, api_key=self._api_key, body=body, query=query, repeatable=repeatable
        )
        return answer


def _entries(kind: type[T], body: Mapping[str, Any], name: str) -> tuple[T, ...]:
    if not isinstance(body.get(name), list):
        raise UnexpectedAnswerError(f"a list has no {name}: {body!s:.200}")
    return tuple(decode(kind, entry) for entry in body[name])
