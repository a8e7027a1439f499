"""Kill a process, lose an answer or overtake it, at any call that it makes to the tables.

Before the call: nothing has happened. After it: it has happened, and the caller does not know.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError


class Killed(BaseException):
    """Passes every handler of exceptions, as SIGKILL does."""


def timed_out() -> Exception:
    """Return what a caller gets that waited for too long."""
    return ReadTimeoutError(endpoint_url="https://dynamodb")


def throttled() -> Exception:
    """Return what a caller gets of a table that is too busy."""
    answer = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}
    return ClientError(answer, "Query")  # type: ignore[arg-type]


@contextmanager
def killed(at_call: int, *, after: bool) -> Iterator[list[str]]:
    """Kill at the ``at_call``-th call to a table, counted from 0; yield the calls made."""
    try:
        with failing(at_call, after=after, fault=Killed) as made:
            yield made
    except Killed:
        return
    assert at_call >= len(made), "somebody survived"


@contextmanager
def failing(
    at_call: int, *, after: bool, fault: Callable[[], BaseException] = timed_out
) -> Iterator[list[str]]:
    """Let the ``at_call``-th call to a table fail, counted from 0; yield the calls made."""
    made: list[str] = []
    whole = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(self: Any, operation: str, *given: Any, **named: Any) -> Any:
        if not _of_tables(self):
            return whole(self, operation, *given, **named)
        made.append(operation)
        if len(made) - 1 != at_call:
            return whole(self, operation, *given, **named)
        if after:
            with suppress(Exception):  # a refused condition is an answer that is lost as well
                whole(self, operation, *given, **named)
        raise fault()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call)
        yield made


@contextmanager
def overtaken(at_call: int, by: Callable[[], object]) -> Iterator[None]:
    """Let something else happen, all of it, just before the ``at_call``-th call to a table."""
    made: list[str] = []
    whole = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(self: Any, operation: str, *given: Any, **named: Any) -> Any:
        if not _of_tables(self):
            return whole(self, operation, *given, **named)
        made.append(operation)
        if len(made) - 1 == at_call:
            by()
        return whole(self, operation, *given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call)
        yield


def _of_tables(client: Any) -> bool:
    return bool(client.meta.service_model.service_name == "dynamodb")
