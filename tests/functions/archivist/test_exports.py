"""Exports to the bucket: archives that anybody verifies, and that only ever grow."""

import json
from typing import Any

import boto3
import pytest

from archivist.exports import HINT
from archivist.handler import handler
from tests.functions.archivist.test_archivist import STREAM, Live
from tests.functions.archivist.test_history import OPERATOR
from tests.functions.conftest import Context
from tests.functions.gateway import proxy_event
from zerodesk.archive import Archive
from zerodesk.codec import state_hash
from zerodesk_aws.archive_files import ArchiveFiles, FileTakenError


@pytest.fixture
def live() -> Live:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="snapshots")
    return Live()


def export(stream: str = STREAM) -> tuple[int, Any]:
    body = json.dumps({"stream": stream})
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
