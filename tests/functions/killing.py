"""Kill a process at any call that it makes to the tables, before the call or after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.connection import Connection


class Killed(BaseException):
    """Passes every handler of exceptions, as SIGKILL does."""


@contextmanager
def killed(at_call: int, *, after: bool) -> Iterator[list[str]]:
    """Kill at the ``at_call``-th call to a table, counted from 0; yield the calls made."""
    made: list[str] = []
    whole = Connection._make_api_call

    def call(self: Any, operation: str, *given: Any, **named: Any) -> Any:
        made.append(operation)
        if len(made) - 1 != at_call:
            return whole(self, operation, *given, **named)
        if after:
            whole(self, operation, *given, **named)
        raise Killed(operation)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_make_api_call", call)
        try:
            yield made
        except Killed:
            return
        assert at_call >= len(made), "somebody survived"
