"""Events go out in calls that EventBridge takes: ten entries, 256 KB."""

from typing import Any

import pytest

from zerodesk_aws.bus import MAX_CALL_BYTES, MAX_ENTRIES, Announcement, Bus, in_chunks
from zerodesk_aws.faults import EventsNotTakenError


def announcements(count: int, padding: int) -> list[Announcement]:
    return [Announcement("zerodesk.test", "Told", {"pad": "x" * padding})] * count


def test_a_call_has_at_most_ten_entries_and_loses_none() -> None:
    chunks = list(in_chunks(announcements(23, 1), "bus"))
    assert [len(chunk) for chunk in chunks] == [MAX_ENTRIES, MAX_ENTRIES, 3]


def test_a_call_never_exceeds_what_the_bus_takes_at_once() -> None:
    chunks = list(in_chunks(announcements(7, 100_000), "bus"))
    assert [len(chunk) for chunk in chunks] == [2, 2, 2, 1]
    for chunk in chunks:
        assert sum(len(entry["Detail"]) for entry in chunk) <= MAX_CALL_BYTES


def test_nothing_to_tell_is_no_call() -> None:
    assert list(in_chunks([], "bus")) == []


class Refusing:
    """A bus that takes no whole call, and remembers how many entries each had."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.asked.append(len(Entries))
        return {"FailedEntryCount": len(Entries) // MAX_ENTRIES}


def test_a_call_that_is_refused_keeps_no_other_from_the_bus() -> None:
    bus, events = Bus("bus"), Refusing()
    bus._events = events
    with pytest.raises(EventsNotTakenError, match="1 of 10"):
        bus.publish(announcements(23, 1))
    assert sorted(events.asked) == [3, MAX_ENTRIES, MAX_ENTRIES]
