"""The event bus: facts, told after they stand in the journal. They only wake somebody up."""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from zerodesk_aws.at_once import at_once
from zerodesk_aws.clients import client
from zerodesk_aws.faults import EventsNotTakenError

MAX_ENTRIES: Final = 10
"""EventBridge takes ten entries in one call."""

MAX_CALL_BYTES: Final = 240_000
"""EventBridge takes 256 KB in one call, all its entries together."""


class Announcement(NamedTuple):
    """One event: who says it, what happened, and the facts."""

    source: str
    detail_type: str
    detail: dict[str, Any]

    def to_entry(self, bus_name: str) -> dict[str, str]:
        """Return the event as an entry of ``PutEvents``."""
        return {
            "EventBusName": bus_name,
            "Source": self.source,
            "DetailType": self.detail_type,
            "Detail": json.dumps(self.detail, separators=(",", ":")),
        }


def in_chunks(
    announcements: Iterable[Announcement], bus_name: str
) -> Iterator[list[dict[str, str]]]:
    """Yield entries in lists that one call takes, by number and by size."""
    chunk: list[dict[str, str]] = []
    room = MAX_CALL_BYTES
    for one in announcements:
        entry = one.to_entry(bus_name)
        size = sum(len(text.encode()) for text in entry.values())
        if chunk and (len(chunk) == MAX_ENTRIES or size > room):
            yield chunk
            chunk, room = [], MAX_CALL_BYTES
        chunk.append(entry)
        room -= size
    if chunk:
        yield chunk


class Bus:
    """Publishes announcements."""

    def __init__(self, bus_name: str) -> None:
        self._bus_name = bus_name

    @cached_property
    def _events(self) -> Any:
        return client("events", read_timeout=3, retries={"total_max_attempts": 3})

    def publish(self, announcements: Iterable[Announcement]) -> None:
        """Put events; what the bus has taken it may still lose, and the sweeper sees to that.

        Raises
        ------
        EventsNotTakenError
            The bus refused some, and may have taken others.
        """
        chunks = in_chunks(announcements, self._bus_name)
        at_once([partial(_put, self._events, chunk) for chunk in chunks])


def _put(events: Any, chunk: list[dict[str, str]]) -> None:
    answer = events.put_events(Entries=chunk)
    if answer["FailedEntryCount"]:
        raise EventsNotTakenError(f"{answer['FailedEntryCount']} of {len(chunk)} events")
