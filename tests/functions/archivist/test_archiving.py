"""Archives grow by the clock: each stream once a day at its minute, a busy book sooner."""

from collections.abc import Callable
from typing import Any

import pytest

from archivist import archiving, operations
from archivist.archiving import MINUTE_MS, MINUTES_A_DAY, Archiving, minute_of
from archivist.exports import Exports
from tests.functions.archivist.test_archivist import STREAM, Live, never
from tests.functions.job_flow import s3
from zerodesk.accounts import deposit, open_account
from zerodesk.archive import Archive
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.archive_files import ArchiveFiles
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.registers import ACCOUNTS, LIMITS, MARKETS, Register

ALICE = "account#alice"
Make = Callable[[], Archiving]


@pytest.fixture
def live() -> Live:
    s3().create_bucket(Bucket="snapshots")
    live = Live()
    accounts = AccountJournal("journal")
    accounts.commit("alice", lambda account: open_account(account.state, "alice"))
    accounts.commit("alice", lambda account: deposit(account.state, "d-1", "USD", 100))
    Register(live.journal, ACCOUNTS).put("alice", {})
    return live


@pytest.fixture
def make(live: Live) -> Make:
    exports = Exports(live.journal, operations.history, "snapshots")
    return lambda: Archiving(live.journal, exports)


def at_minute_of(stream: str) -> int:
    return (7 * MINUTES_A_DAY + minute_of(stream)) * MINUTE_MS + 59_000


def archived(stream: str) -> int:
    archive = Archive(stream)
    archive.verify(ArchiveFiles("snapshots", stream).load)
    return archive.head.sequence


def test_each_stream_is_archived_at_its_minute_of_the_day(live: Live, make: Make) -> None:
    live.grow_to(12)
    for stream, records in ((ALICE, 2), (STREAM, 12), (MARKETS, 1)):
        assert archived(stream) == 0
        assert make().run(at_minute_of(stream), never) == records
        assert make().run(at_minute_of(stream), never) == 0
        assert archived(stream) == records


def test_the_limits_of_venue_and_groups_are_archived_as_the_other_registers(
    live: Live, make: Make
) -> None:
    Register(live.journal, LIMITS).put("venue", {"limits": {}})
    assert make().run(at_minute_of(LIMITS), never) == 1
    assert archived(LIMITS) == 1


def test_in_a_day_of_minutes_every_stream_is_archived_once(
    live: Live, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "MINUTES_A_DAY", 5)
    live.grow_to(12)
    one = make()
    added = [one.run(minute * MINUTE_MS, never) for minute in range(5)]
    assert sum(added) == 12 + 2 + 1 + 1
    assert [one.run(minute * MINUTE_MS, never) for minute in range(5)] == [0] * 5


def test_a_book_with_a_part_behind_its_archive_does_not_wait_for_its_minute(
    live: Live, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "MAX_RECORDS", 10)
    another = at_minute_of(STREAM) + MINUTE_MS
    warm = make()
    for upto, added in ((9, 0), (10, 10), (19, 0), (20, 10)):
        live.grow_to(upto)
        assert warm.run(another, never) == added
    live.grow_to(29)
    assert make().run(another, never) == 0
    live.grow_to(30)
    assert make().run(another, never) == 10
    assert archived(STREAM) == 30


def test_when_the_time_is_up_the_next_run_goes_on(
    live: Live, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archivist.exports.MAX_RECORDS", 5)
    live.grow_to(12)
    asked = iter([False, False, True])
    assert make().run(at_minute_of(STREAM), lambda: next(asked)) == 10
    assert make().run(at_minute_of(STREAM), never) == 2
    assert archived(STREAM) == 12


def test_whoever_loses_a_race_leaves_the_other_streams_their_turn(
    live: Live, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "MINUTES_A_DAY", 1)
    live.grow_to(12)
    export = Exports.export

    def lost(self: Exports, stream: str) -> Any:
        if stream == ALICE:
            raise JournalContentionError(stream)
        return export(self, stream)

    monkeypatch.setattr(Exports, "export", lost)
    assert make().run(0, never) == 12 + 1 + 1
    assert (archived(STREAM), archived(ALICE)) == (12, 0)
