"""Reading logs, from a client that answers as the local cloud does: without event ids."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any, Self, cast

import pytest

from infra_cdk.local.function_logs import read as read_log
from infra_cdk.local.process import UsageError

NOW_MS = int(time.time() * 1000)
EARLY = {"logStreamName": "one", "timestamp": NOW_MS - 10, "message": "early\n"}
LATE = {"logStreamName": "two", "timestamp": NOW_MS, "message": "late\n"}


class Logs:
    """A session, its client and its paginator in one; each read shows the next of ``rounds``."""

    def __init__(self, *rounds: list[dict[str, Any]]) -> None:
        self.rounds = list(rounds)

    def client(self, _service: str) -> Self:
        return self

    def describe_log_groups(self, *, logGroupNamePrefix: str) -> dict[str, Any]:  # noqa: N803
        known = "/aws/lambda/zerodesk-local-matching"
        return {"logGroups": [known] if logGroupNamePrefix == known else []}

    def get_paginator(self, _operation: str) -> Self:
        return self

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        yield {"events": self.rounds.pop(0)}


def read(session: Logs, *, follow: bool = False, lines: int = 9) -> list[str]:
    found = read_log(cast(Any, session), "matching", follow=follow, since_seconds=86_400)
    return [line.text for line in islice(found, lines)]


def test_lines_come_in_the_order_of_time_with_repeats_kept() -> None:
    assert read(Logs([LATE, EARLY, EARLY])) == ["early", "early", "late"]


def test_following_shows_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    session = Logs([EARLY], [EARLY, LATE], [EARLY, LATE | {"message": "last\n"}])
    assert read(session, follow=True, lines=3) == ["early", "late", "last"]


def test_an_unknown_function_is_an_error_of_usage() -> None:
    with pytest.raises(UsageError, match="nothing"):
        list(read_log(cast(Any, Logs()), "nothing", follow=False, since_seconds=60))
