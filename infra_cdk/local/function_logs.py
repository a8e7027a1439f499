"""Read what the functions of the local cloud wrote to their log groups."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_cdk.local.aws import LocalSession
from infra_cdk.local.function_names import FUNCTION_PREFIX, no_function

FOLLOW_SECONDS = 0.5
OVERLAP_MS = 2_000
"""Lines of one invocation are stored when it ends, with that time: look back a little."""

Line = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a function's log."""

    at_ms: int
    text: str


def read(
    session: LocalSession, function: str, *, follow: bool, since_seconds: float
) -> Iterator[LogLine]:
    """Yield the lines of a function's log in order of time.

    Parameters
    ----------
    session
        Speaks to the cloud.
    function
        Name of its folder in ``functions/``.
    follow
        Go on for as long as the caller does, with what comes.
    since_seconds
        How far back to begin.

    Raises
    ------
    UsageError
        There is no such function.
    """
    client = session.client("logs")
    group = f"/aws/lambda/{FUNCTION_PREFIX}{function}"
    if not client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        raise no_function(function)
    begin_ms = int((time.time() - since_seconds) * 1000)
    seen: dict[Line, int] = {}
    while True:
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=begin_ms
        )
        events = [event for page in pages for event in page["events"]]
        new = [event for event in events if _line(event) not in seen]
        for event in sorted(new, key=lambda each: each["timestamp"]):
            seen[_line(event)] = event["timestamp"]
            yield LogLine(event["timestamp"], event["message"].rstrip("\n"))
        if not follow:
            return
        begin_ms = max([begin_ms, *(at_ms - OVERLAP_MS for at_ms in seen.values())])
        seen = {key: at_ms for key, at_ms in seen.items() if at_ms >= begin_ms}
        time.sleep(FOLLOW_SECONDS)


def _line(event: Mapping[str, Any]) -> Line:
    """Return what tells a line from others: the local cloud gives its events no ids."""
    return event["logStreamName"], event["timestamp"], event["message"]
