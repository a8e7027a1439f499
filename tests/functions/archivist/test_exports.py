"""Exports to the bucket: archives that anybody verifies, and that only ever grow."""

import json
from typing import Any

import pytest

from archivist import exports, operations
from archivist.exports import HINT
from archivist.handler import handler
from tests.functions.archivist.test_archivist import STREAM, Live
from tests.functions.archivist.test_history import OPERATOR
from tests.functions.conftest import Context
from tests.functions.gateway import proxy_event
from tests.functions.job_flow import s3
from zerodesk.archive import Archive
from zerodesk.codec import state_hash
from zerodesk_aws.archive_files import ArchiveFiles, FileTakenError


@pytest.fixture
def live() -> Live:
    s3().create_bucket(Bucket="snapshots")
    operations.history._folded = None
    return Live()


def export(stream: str = STREAM, **between: Any) -> tuple[int, Any]:
    body = json.dumps({"stream": stream} | between)
    event = proxy_event("POST", "/v1/journal/exports", body=body, authorizer=OPERATOR)
    answer = handler(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def verified(live: Live) -> Archive:
    archive = Archive(STREAM)
    archive.verify(ArchiveFiles("snapshots", STREAM).load)
    return archive


def test_what_was_exported_verifies_and_ends_where_the_journal_does(live: Live) -> None:
    live.grow_to(12)
    status, told = export()
    assert (status, told["added"], told["last"]) == (200, 12, 12)
    archive = verified(live)
    assert archive.head.manifest_hash == told["manifest_hash"]
    assert archive.verifier.hash == live.tip.hash
    assert archive.verifier.state_hash() == state_hash(live.book.state())


def test_the_next_export_adds_what_came_since(live: Live) -> None:
    for upto, added in ((12, 12), (12, 0), (25, 13), (31, 6)):
        live.grow_to(upto)
        assert export()[1]["added"] == added
    archive = verified(live)
    assert (archive.head.manifests, archive.head.sequence) == (3, 31)


@pytest.mark.parametrize("hint", [b"1", b"noise"])
def test_a_hint_that_is_old_or_spoilt_only_takes_longer(live: Live, hint: bytes) -> None:
    for upto in (12, 25):
        live.grow_to(upto)
        export()
    ArchiveFiles("snapshots", STREAM).put(HINT, hint)
    live.grow_to(31)
    assert export()[1]["added"] == 6
    assert verified(live).head.sequence == 31


def test_a_process_that_died_before_its_manifest_leaves_nothing_that_counts(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.grow_to(12)
    with monkeypatch.context() as dying:
        dying.setattr(ArchiveFiles, "put_new", lambda *_: 1 / 0)
        assert export()[0] == 500
    live.grow_to(25)
    assert export()[1]["added"] == 25
    assert verified(live).head.sequence == 25


def test_of_two_exports_at_once_one_has_to_come_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.grow_to(12)

    def taken(*_: object) -> None:
        raise FileTakenError

    with monkeypatch.context() as racing:
        racing.setattr(ArchiveFiles, "put_new", taken)
        assert export()[0] == 503
    assert export()[1]["added"] == 12


def test_a_manifest_is_never_overwritten(live: Live) -> None:
    files = ArchiveFiles("snapshots", STREAM)
    files.put_new("manifest-000001.json", b"first")
    with pytest.raises(FileTakenError):
        files.put_new("manifest-000001.json", b"second")
    assert files.load("manifest-000001.json") == b"first"


def test_an_archive_that_the_journal_does_not_go_on_from_is_not_added_to(live: Live) -> None:
    live.grow_to(12)
    export()
    files, name = ArchiveFiles("snapshots", STREAM), "manifest-000001.json"
    told = json.loads(files.load(name) or b"")
    files.put(name, json.dumps(told | {"last_record_hash": "f" * 64}).encode())
    live.grow_to(25)
    assert export()[0] == 500
    assert files.load("manifest-000002.json") is None


def test_a_stream_without_records_has_no_archive(live: Live) -> None:
    assert export("account#nobody")[1]["added"] == 0


def test_a_range_is_an_archive_of_its_own_that_begins_with_the_state_before_it(live: Live) -> None:
    live.grow_to(31)
    status, told = export(first=8, last=25)
    assert (status, told["added"], told["last"]) == (200, 18, 25)
    assert export(first=8, last=25)[1]["added"] == 0
    files = ArchiveFiles("snapshots", f"{STREAM}@8-25")
    archive = Archive.behind(STREAM, 0, files.load)
    archive.verify(files.load)
    assert (archive.began_at.sequence, archive.head.sequence) == (7, 25)
    assert archive.head.manifest_hash == told["manifest_hash"]
    assert ArchiveFiles("snapshots", STREAM).load("manifest-000001.json") is None


def test_a_range_of_several_parts_is_gone_on_with(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MAX_RECORDS", 7)
    live.grow_to(31)
    assert [export(first=11, last=30)[1]["added"] for _ in range(4)] == [7, 7, 6, 0]
    files = ArchiveFiles("snapshots", f"{STREAM}@11-30")
    archive = Archive.behind(STREAM, 0, files.load)
    archive.verify(files.load)
    assert archive.head.sequence == 30


def test_a_range_from_the_first_record_is_believed_without_a_state(live: Live) -> None:
    live.grow_to(12)
    assert export(first=1, last=9)[1]["added"] == 9
    files = ArchiveFiles("snapshots", f"{STREAM}@1-9")
    archive = Archive(STREAM)
    archive.verify(files.load)
    assert (archive.head.sequence, files.load("manifest-000000.json")) == (9, None)


def test_a_range_that_the_stream_does_not_have_is_not_found_and_nothing_is_written(
    live: Live,
) -> None:
    live.grow_to(12)
    assert export(first=8, last=13)[0] == 404
    assert ArchiveFiles("snapshots", f"{STREAM}@8-13").load("manifest-000000.json") is None


@pytest.mark.parametrize(
    ("between", "field", "rule"),
    [
        ({"first": 8}, "last", "given where"),
        ({"last": 8}, "first", "given where"),
        ({"first": 9, "last": 8}, "first", "at most last"),
        ({"first": 0, "last": 8}, "first", "1"),
        ({"first": 1, "last": 10**9}, "last", "999999999"),
    ],
)
def test_an_impossible_range_is_refused_by_field_and_rule(
    live: Live, between: dict[str, Any], field: str, rule: str
) -> None:
    live.grow_to(12)
    status, problem = export(**between)
    assert (status, problem["field"]) == (400, field)
    assert rule in problem["rule"]
