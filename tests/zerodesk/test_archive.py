"""An archive is what was exported or it is refused, and the file or record at fault is named."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.tools.golden import a_venue
from zerodesk.archive import Archive, ArchiveError, pack, pack_state, unpack
from zerodesk.codec import GENESIS_HASH, canonical_json, state_hash
from zerodesk.verification import Record, VerificationError, Verifier

BOOK, ALICE = "book#BTC-USD", "account#alice"
Files = dict[str, bytes]


@cache
def records(stream: str) -> tuple[Record, ...]:
    return tuple(a_venue().journals[stream])


def an_archive(stream: str = BOOK) -> Files:
    """Two exports of 40 records, then one of the rest."""
    archive, found = Archive(stream), Files()
    found.update(archive.export(records(stream)[:80], part_records=40))
    found.update(archive.export(records(stream)[80:]))
    return found


def verified(files: Files, stream: str = BOOK) -> Archive:
    archive = Archive(stream)
    archive.verify(files.get)
    return archive


@pytest.mark.parametrize("stream", [BOOK, ALICE])
def test_an_archive_verifies_to_the_journals_end(stream: str) -> None:
    files = an_archive(stream)
    archive = verified(files, stream)
    last = records(stream)[-1]
    assert (archive.verifier.sequence, archive.verifier.hash) == (last.sequence, last.hash)
    assert archive.head.manifests == 3
    assert [name for name in sorted(files) if name[0] in "ms"] == [
        *(f"manifest-00000{number}.json" for number in (1, 2, 3)),
        *(f"state-{sequence:012d}.json.gz" for sequence in (40, 80, last.sequence)),
    ]


def test_manifests_chain_by_their_hashes() -> None:
    files = an_archive()
    first = Archive(BOOK)
    first.verify(files.get, upto=1)
    assert json.loads(files["manifest-000002.json"])["previous_manifest_hash"] == (
        first.head.manifest_hash
    )


def test_an_export_goes_on_where_the_archive_ends() -> None:
    files = Files()
    for upto in (40, 80, len(records(BOOK))):
        archive = verified(files)
        files.update(archive.export(records(BOOK)[archive.verifier.sequence : upto]))
    assert files == an_archive()


def test_nothing_new_is_no_export() -> None:
    assert dict(verified(an_archive()).export([])) == {}


def test_records_come_back_as_they_were() -> None:
    some = records(BOOK)[:9]
    assert [one.to_dict() for one in unpack(pack(some))] == [one.to_dict() for one in some]


def repacked(line: bytes) -> list[Record]:
    return list(unpack(gzip.compress(line + b"\n")))


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        (b'"continuing":false', b'"continuing": false'),
        (b'"continuing":false', b'"continuing":false,"continuing":false'),
        (b'"continuing":false', b'"continuing":true'),
        (b'"time_ms":', b'"code_version":"x","time_ms":'),
    ],
)
def test_a_body_that_reads_the_same_and_was_not_written_so_does_not_hash(
    written: bytes, otherwise: bytes
) -> None:
    line = zlib.decompress(pack(records(BOOK)[:1]), 31).rstrip(b"\n")
    assert line.count(written) == 1
    [record] = repacked(line)
    assert record.true_hash() == record.hash
    [altered] = repacked(line.replace(written, otherwise))
    assert altered.true_hash() != altered.hash


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"body":{}}',
        b'{"hash":"","body":{},"code_version":""}',
        b'{"body":{},"code_version":"","text":""}',
        b'{"body":{}},"code_version":""}',
        b'{"body":{},"code_version":"","body":{}}',
    ],
)
def test_a_line_that_is_no_record_is_not_read(line: bytes) -> None:
    with pytest.raises((TypeError, json.JSONDecodeError)):
        repacked(line)


TOLD: dict[str, Any] = {
    "code_version": "0.1.0",
    "epoch": 1,
    "hash": "h",
    "previous_hash": "p",
    "recorded_at_ms": 5,
    "sequence": 7,
    "stream": "account#alice",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"code_version": 'a "word" and a \\'},
        {"stream": "account#\u00e9\u2603"},
        {"recorded_at_ms": -5},
        {"sequence": 10**30},
        {"epoch": 0},
        {"hash": ',"code_version":'},
    ],
)
def test_what_a_line_tells_is_read_in_whatever_form_json_allows(changes: dict[str, Any]) -> None:
    record = Record(**TOLD | changes, body={"a": ',"code_version":"x","epoch":1'})
    [read] = unpack(pack([record]))
    assert read.to_dict() == record.to_dict()


@pytest.mark.parametrize(
    "told",
    [b'"epoch":01', b'"epoch":+1', b'"hash":"\n"', b'"hash":"\\x"', b'"epoch":1}{"'],
)
def test_what_no_json_is_in_a_line_is_not_read(told: bytes) -> None:
    name = told.partition(b":")[0]
    line = canonical_json({"body": {}} | TOLD)
    part = next(one for one in line.split(b",") if one.startswith(name))
    with pytest.raises((TypeError, json.JSONDecodeError)):
        repacked(line.replace(part, told))


def part_of(files: Files, number: int) -> str:
    return sorted(name for name in files if name.endswith(".jsonl.gz"))[number]


def change_manifest(files: Files, **changes: object) -> None:
    manifest = json.loads(files["manifest-000001.json"])
    files["manifest-000001.json"] = canonical_json(manifest | changes) + b"\n"


def forge_a_part(files: Files) -> None:
    """Alter a record and make the part's hash in the manifest fit."""
    name = part_of(files, 0)
    forged = list(unpack(files[name]))
    told = forged[9].to_dict()
    assert told["body"]["postings"], "there is something to alter"
    forged[9] = Record.from_dict(told | {"body": told["body"] | {"postings": []}})
    files[name] = pack(forged)
    parts = json.loads(files["manifest-000001.json"])["parts"]
    parts[0]["sha256"] = hashlib.sha256(files[name]).hexdigest()
    change_manifest(files, parts=parts)


CORRUPTIONS: dict[str, tuple[Callable[[Files], object], str]] = {
    "a part is gone": (lambda f: f.pop(part_of(f, 1)), "000000000041-000000000080.* is missing"),
    "a part was cut": (
        lambda f: f.update({part_of(f, 0): f[part_of(f, 0)][:-9]}),
        "000000000001-000000000040.* is not the file that its manifest names",
    ),
    "a state is another": (
        lambda f: f.update({"state-000000000040.json.gz": f["state-000000000080.json.gz"]}),
        "state-000000000040.json.gz is not the state that its manifest names",
    ),
    "a state was cut": (
        lambda f: f.update({"state-000000000040.json.gz": f["state-000000000040.json.gz"][:-20]}),
        "state-000000000040.json.gz is not readable",
    ),
    "a manifest is noise": (
        lambda f: f.update({"manifest-000002.json": b"noise"}),
        "manifest-000002.json is no manifest",
    ),
    "a manifest lies about its end": (
        lambda f: change_manifest(f, last_record_hash="f" * 64),
        "manifest-000001.json says otherwise",
    ),
    "a manifest lies about the state": (
        lambda f: change_manifest(f, state_hash="f" * 64),
        "manifest-000001.json says otherwise",
    ),
    "an old manifest was rewritten": (
        lambda f: f.update({"manifest-000001.json": f["manifest-000001.json"] + b"\n"}),
        "manifest-000001.json says otherwise",
    ),
    "a record was altered and its part's hash with it": (
        forge_a_part,
        "record 10: it does not hash",
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_an_archive_that_was_altered_is_refused(corruption: str) -> None:
    alter, fault = CORRUPTIONS[corruption]
    files = an_archive()
    alter(files)
    with pytest.raises((ArchiveError, VerificationError), match=fault):
        verified(files)


@pytest.mark.parametrize("stream", [BOOK, ALICE])
@pytest.mark.parametrize("manifest", [1, 2])
def test_whoever_begins_behind_a_manifest_comes_to_the_same_end(stream: str, manifest: int) -> None:
    files = an_archive(stream)
    whole, later = verified(files, stream), Archive.behind(stream, manifest, files.get)
    later.verify(files.get)
    assert later.head == whole.head
    assert later.began_at.sequence == 40 * manifest
    assert later.verifier.state() == whole.verifier.state()


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (lambda f: f.pop("state-000000000040.json.gz"), "state-000000000040.json.gz is missing"),
        (lambda f: f.pop("manifest-000001.json"), "manifest-000001.json is missing"),
        (
            lambda f: f.update({"manifest-000001.json": f["manifest-000002.json"]}),
            "manifest-000001.json is manifest 2 of",
        ),
        (
            lambda f: f.update({"state-000000000040.json.gz": f["state-000000000080.json.gz"]}),
            "is not the state that its manifest names",
        ),
        (lambda f: change_state(f, trades=7), "is not the state that its manifest names"),
        (
            lambda f: change_manifest(f, state_hash=change_state(f, bids="none")),
            "is no state of book#BTC-USD",
        ),
    ],
)
def test_nobody_begins_at_a_state_that_its_manifest_does_not_name(
    alter: Callable[[Files], object], fault: str
) -> None:
    files = an_archive()
    alter(files)
    with pytest.raises(ArchiveError, match=fault):
        Archive.behind(BOOK, 1, files.get)


def test_a_book_that_trades_on_otherwise_than_a_forged_state_allows_is_refused() -> None:
    """A state and its manifest that are forged together: the first anchor or order shows it."""
    files = an_archive()
    change_manifest(files, state_hash=change_state(files, bids=[], asks=[]))
    archive = Archive.behind(BOOK, 1, files.get)
    with pytest.raises(VerificationError, match=r"record 41: .*order \w+ is not in the book"):
        archive.verify(files.get)


def change_state(files: Files, **changes: object) -> str:
    """Alter the state behind the first manifest; return the hash of what it is then."""
    state = json.loads(gzip.decompress(files["state-000000000040.json.gz"])) | changes
    files["state-000000000040.json.gz"] = pack_state(canonical_json(state))
    return state_hash(state)


def rehashed(record: Record, **changes: object) -> Record:
    """Return a record that was altered, and given the hash that it then should have."""
    altered = Record.from_dict(record.to_dict() | changes)
    return replace(altered, hash=altered.true_hash())


def test_each_record_must_follow_even_when_all_hashes_agree() -> None:
    verifier = Verifier(ALICE)
    opened, funded = records(ALICE)[:2]
    verifier.take(opened)
    state = funded.body["state"]
    richer = state | {"available": dict.fromkeys(state["available"], 7)}
    with pytest.raises(VerificationError, match="record 2: available went from 0"):
        verifier.take(rehashed(funded, body=funded.body | {"state": richer}))


def test_entries_that_create_money_are_refused() -> None:
    verifier = Verifier(ALICE)
    opened, funded = records(ALICE)[:2]
    verifier.take(opened)
    with pytest.raises(VerificationError, match="entries sum to"):
        verifier.take(rehashed(funded, body=funded.body | {"entries": funded.body["entries"][:1]}))


def of_the_house(balance_minor: int) -> Record:
    """Return a first record of the house that swept 42, and says what it has then."""
    entries = [["house", "USD", 42], ["fees#BTC-USD", "USD", -42]]
    state = {"balance_minor": balance_minor, "swept": {"BTC-USD": 3}}
    body = {"cause": {"kind": "sweep"}, "entries": entries, "state": state}
    return rehashed(Record("house#USD", 1, GENESIS_HASH, "", 1, "0.1.0", 0, body))


def test_the_house_has_what_its_entries_bring() -> None:
    verifier = Verifier("house#USD")
    verifier.take(of_the_house(42))
    assert verifier.state() == {"balance_minor": 42, "swept": {"BTC-USD": 3}}
    with pytest.raises(VerificationError, match="record 1: went from 0 to"):
        Verifier("house#USD").take(of_the_house(43))


def test_an_epoch_that_changes_where_nobody_took_over_is_refused() -> None:
    verifier = Verifier(BOOK)
    verifier.take(records(BOOK)[0])
    with pytest.raises(VerificationError, match="epoch 2 after 1"):
        verifier.take(rehashed(records(BOOK)[1], epoch=2))


def test_a_record_out_of_place_is_refused() -> None:
    with pytest.raises(VerificationError, match="record 2 of book#BTC-USD stands there"):
        Verifier(BOOK).take(records(BOOK)[1])
    with pytest.raises(VerificationError, match="the chain is broken"):
        Verifier(BOOK).take(rehashed(records(BOOK)[0], previous_hash="f" * 64))


def test_a_register_has_the_state_of_its_last_record() -> None:
    verifier = Verifier("control#markets")
    body = {"cause": {"kind": "put", "name": "x"}, "entries": [], "state": {"x": {}}}
    record = Record("control#markets", 1, "0" * 64, "", 1, "0.1.0", 5, body)
    verifier.take(rehashed(record))
    assert verifier.state() == {"x": {}}
    assert verifier.state_hash() == state_hash({"x": {}})
