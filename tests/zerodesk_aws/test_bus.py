"""Events go out in calls that EventBridge takes: ten entries, 256 KB."""

from zerodesk_aws.bus import MAX_CALL_BYTES, MAX_ENTRIES, Announcement, in_chunks


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
