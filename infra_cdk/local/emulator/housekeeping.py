"""Bounds for what ministack keeps for ever: a day of trading must not fill the memory."""

import asyncio
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs, eventbridge, stepfunctions

INTERVAL_SECONDS = 5.0
EXECUTIONS_KEPT = 500
EVENTS_KEPT = 500
LOG_STREAMS_KEPT = 1_000
"""Per log group; ministack opens one stream per invocation."""

POINTS_KEPT = 1_000
"""Per metric."""


async def keep_tidy() -> None:
    """Drop the oldest of everything, every few seconds, for as long as it runs."""
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        tidy()


def tidy() -> None:
    """Drop finished executions, delivered events, old logs and old metrics beyond the bounds."""
    executions: dict[Any, dict[str, Any]] = stepfunctions._executions._data
    finished = [key for key, one in list(executions.items()) if one["status"] != "RUNNING"]
    for key in finished[:-EXECUTIONS_KEPT]:
        executions.pop(key, None)
    for events in list(eventbridge._events_log._data.values()):
        del events[:-EVENTS_KEPT]
    for group in list(cloudwatch_logs._log_groups._data.values()):
        streams = group["streams"]
        for name in list(streams)[:-LOG_STREAMS_KEPT]:
            streams.pop(name, None)
    for points in list(cloudwatch._metrics._data.values()):
        del points[:-POINTS_KEPT]
