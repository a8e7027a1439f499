"""State, export and verify: what was, in files that anybody can check."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from tests.tools.golden import a_venue

BOOK, ALICE = "book#BTC-USD", "account#alice"


@pytest.fixture(autouse=True)
def streams(venue: FakeVenue) -> FakeVenue:
    """Have the venue's journal hold a day of everything."""
    venue.streams, venue.exported = dict(a_venue().journals), {}
    return venue


def test_a_book_is_shown_as_it_was_behind_a_record(zerodesk: Zerodesk) -> None:
    result = zerodesk("state", BOOK, "--at", "7", "--json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert (shown["stream"], shown["sequence"], shown["state"]["sequence"]) == (BOOK, 7, 7)


def test_people_get_the_hashes_and_the_state(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    result = zerodesk("state", ALICE)
    assert venue.streams[ALICE][-1].hash in result.stdout
    assert '"available"' in result.stdout


def test_a_point_that_is_none_is_named(zerodesk: Zerodesk) -> None:
    assert zerodesk("state", BOOK, "--at", "9999").exit_code == 4
    refused = zerodesk("state", BOOK, "--at", "teatime")
    assert refused.exit_code == 2
    assert "'teatime' is no time" in refused.stderr


def test_an_export_verifies_and_goes_on_where_it_ended(
    zerodesk: Zerodesk, venue: FakeVenue, tmp_path: Path
) -> None:
    whole = venue.streams[BOOK]
    venue.streams[BOOK] = whole[:40]
    first = json.loads(zerodesk("export", BOOK, "--to", str(tmp_path), "--json").stdout)
    venue.streams[BOOK] = whole
    second = json.loads(zerodesk("export", BOOK, "--to", str(tmp_path), "--json").stdout)
    assert (first["added"], second["added"]) == (40, len(whole) - 40)
    assert sorted(path.name for path in (tmp_path / BOOK).iterdir()) == [
        "000000000001-000000000040.jsonl.gz",
        f"000000000041-{len(whole):012d}.jsonl.gz",
        "manifest-000001.json",
        "manifest-000002.json",
        "state-000000000040.json.gz",
        f"state-{len(whole):012d}.json.gz",
    ]
    verified = json.loads(zerodesk("verify", str(tmp_path), "--json").stdout)
    del second["added"], second["folder"]
    assert verified == {"verified": [second]}


def test_all_archives_of_a_folder_are_verified(zerodesk: Zerodesk, tmp_path: Path) -> None:
    for stream in (BOOK, ALICE):
        zerodesk("export", stream, "--to", str(tmp_path))
    result = zerodesk("verify", str(tmp_path))
    assert result.exit_code == 0
    assert f"{BOOK}: " in result.stdout
    assert f"{ALICE}: " in result.stdout


def test_an_archive_that_was_altered_is_named_with_exit_code_1(
    zerodesk: Zerodesk, tmp_path: Path
) -> None:
    zerodesk("export", ALICE, "--to", str(tmp_path))
    [part] = (tmp_path / ALICE).glob("*.jsonl.gz")
    part.write_bytes(part.read_bytes()[:-1])
    result = zerodesk("verify", str(tmp_path))
    assert result.exit_code == 1
    assert part.name in result.stderr


def test_the_live_journal_is_verified_and_an_altered_record_is_named(
    zerodesk: Zerodesk, venue: FakeVenue, tmp_path: Path
) -> None:
    assert zerodesk("verify", BOOK).exit_code == 0
    records = list(venue.streams[BOOK])
    records[8] = replace(records[8], body=records[8].body | {"time_ms": 1})
    venue.streams[BOOK] = records
    result = zerodesk("verify", BOOK)
    assert result.exit_code == 1
    assert f"{BOOK} record 9: it does not hash" in result.stderr
    assert zerodesk("export", BOOK, "--to", str(tmp_path)).exit_code == 1
    assert not list(tmp_path.rglob("manifest*"))


def test_what_is_neither_archive_nor_stream_is_a_usage_error(
    zerodesk: Zerodesk, tmp_path: Path
) -> None:
    assert zerodesk("verify", str(tmp_path / "nothing")).exit_code == 2


def test_without_a_folder_the_venue_exports_to_its_bucket_until_it_has_all(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    records = len(venue.streams[BOOK])
    assert records > 50
    document = json.loads(zerodesk("export", BOOK, "--json").stdout)
    assert (document["added"], document["last"]) == (records, records)
    assert json.loads(zerodesk("export", BOOK, "--json").stdout)["added"] == 0


def test_a_range_begins_with_the_state_before_it_and_verifies(
    zerodesk: Zerodesk, venue: FakeVenue, tmp_path: Path
) -> None:
    export = ("export", BOOK, "--from", "31", "--until", "75", "--to", str(tmp_path), "--json")
    document = json.loads(zerodesk(*export).stdout)
    assert (document["added"], document["records"]) == (45, 75)
    folder = tmp_path / f"{BOOK}@31-75"
    assert sorted(path.name for path in folder.iterdir()) == [
        "000000000031-000000000075.jsonl.gz",
        "manifest-000000.json",
        "manifest-000001.json",
        "state-000000000030.json.gz",
        "state-000000000075.json.gz",
    ]
    assert json.loads(zerodesk(*export).stdout)["added"] == 0
    [told] = json.loads(zerodesk("verify", str(tmp_path), "--json").stdout)["verified"]
    before = json.loads(zerodesk("state", BOOK, "--at", "30", "--json").stdout)
    assert (told["first"], told["records"]) == (31, 45)
    assert (told["state_hash_before"], told["record_hash_before"]) == (
        before["state_hash"],
        before["record_hash"],
    )
    assert told["last_record_hash"] == venue.streams[BOOK][74].hash
    assert "begun behind record 30" in zerodesk("verify", str(tmp_path)).stdout


def test_a_range_of_an_account_is_held_against_no_book(zerodesk: Zerodesk, tmp_path: Path) -> None:
    zerodesk("export", BOOK, "--to", str(tmp_path))
    zerodesk("export", ALICE, "--from", "9", "--to", str(tmp_path))
    result = zerodesk("verify", str(tmp_path), "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert "reconciliation" not in document
    assert {told["stream"] for told in document["verified"]} == {BOOK, ALICE}


def test_a_range_whose_records_were_altered_is_named(zerodesk: Zerodesk, tmp_path: Path) -> None:
    zerodesk("export", ALICE, "--from", "9", "--until", "20", "--to", str(tmp_path))
    [state] = (tmp_path / f"{ALICE}@9-20").glob("state-000000000008*")
    state.write_bytes(state.with_name("state-000000000020.json.gz").read_bytes())
    result = zerodesk("verify", str(tmp_path))
    assert result.exit_code == 1
    assert f"{state.name} is not the state that its manifest names" in result.stderr


def test_a_range_goes_to_the_bucket_until_it_is_whole(zerodesk: Zerodesk) -> None:
    export = ("export", BOOK, "--from", "2", "--until", "75", "--json")
    document = json.loads(zerodesk(*export).stdout)
    assert (document["added"], document["last"]) == (74, 75)


@pytest.mark.parametrize(("begin", "end"), [("9", "8"), ("0", "8"), ("1", "teatime")])
def test_an_impossible_range_is_refused(
    zerodesk: Zerodesk, tmp_path: Path, begin: str, end: str
) -> None:
    folder = tmp_path / "archives"
    refused = zerodesk("export", BOOK, "--from", begin, "--until", end, "--to", str(folder))
    assert refused.exit_code == 2
    assert not folder.exists()


def test_a_stream_that_is_not_there_is_not_verified_as_good(
    zerodesk: Zerodesk, tmp_path: Path
) -> None:
    exported = tmp_path / "archive"
    for words in (("verify", "book#BTC-UDS"), ("export", "book#BTC-UDS", "--to", str(exported))):
        result = zerodesk(*words)
        assert (result.exit_code, "has no record" in result.stderr) == (2, True)
    assert not exported.exists()
