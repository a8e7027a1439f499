"""Archives of a whole venue are verified in processes, and held against each other."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.tools.golden import a_venue, files
from zerodesk.archive import (
    ArchiveError,
    Head,
    manifest_name,
    manifest_of,
    pack_state,
    part_of,
    state_name,
)
from zerodesk.codec import GENESIS_HASH, canonical_json, state_hash
from zerodesk.reconciliation import BookAudit
from zerodesk.verification import Record, VerificationError
from zerodesk_client.archives import archives_in, extend_archive, read_archive
from zerodesk_client.shares import shared
from zerodesk_client.verifying import Verified, joined, reconciled, verify_archives

BOOK, ALICE, BOB = "book#BTC-USD", "account#alice", "account#bob"
Change = Callable[[dict[str, Any]], None]


def rewritten(records: list[Record], sequence: int, change: Change) -> list[Record]:
    """Return a journal as it would stand if a record had been written otherwise from the start."""
    before, standing = GENESIS_HASH, []
    for record in records:
        if record.sequence == sequence:
            change(record.body)
        chained = replace(record, previous_hash=before)
        standing.append(replace(chained, hash=chained.true_hash()))
        before = standing[-1].hash
    return standing


def exported(folder: Path, journals: dict[str, list[Record]]) -> list[Path]:
    for stream, records in journals.items():
        extend_archive(read_archive(folder / stream), folder / stream, records)
    return archives_in(folder)


def report_of(folder: Path, journals: dict[str, list[Record]], processes: int) -> Any:
    return reconciled(verify_archives(exported(folder, journals), processes))


@pytest.mark.parametrize("processes", [1, 2, 9])
def test_a_sound_venue_is_verified_and_reconciled(tmp_path: Path, processes: int) -> None:
    venue = a_venue()
    for name, data in files(venue):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    verified = verify_archives(archives_in(tmp_path), processes)
    assert [one.stream for one in verified] == sorted(venue.journals)
    assert [one.records for one in verified] == [len(venue.journals[s.stream]) for s in verified]
    report = reconciled(verified)
    assert report is not None
    assert (report["balanced"], report["complete"], report["accounts"]) == (True, True, 3)
    compared = {check["name"]: check["checked"] for check in report["checks"]}
    assert compared["holds equal open orders"] > compared["deposits equal users plus fees"] == 2


def a_book_in_pieces(folder: Path) -> list[Path]:
    """Export a book's journal with a manifest for each 40 records."""
    records = a_venue().journals[BOOK]
    for upto in range(40, len(records) + 40, 40):
        archive = read_archive(folder / BOOK)
        extend_archive(archive, folder / BOOK, records[archive.head.sequence : upto])
    return archives_in(folder)


def test_a_book_is_cut_where_states_were_kept(tmp_path: Path) -> None:
    folders = a_book_in_pieces(tmp_path)
    shares = shared(folders, 2)
    pieces = sorted(piece.manifests for share in shares for piece in share if piece.manifests)
    assert len(shares) == 2
    assert len(pieces) >= 3
    assert pieces[0][0] == 1
    assert all(after[0] == before[1] + 1 for before, after in pairwise(pieces))
    (tmp_path / BOOK / state_name(40 * pieces[0][1])).unlink()
    assert pieces[0] not in {piece.manifests for share in shared(folders, 2) for piece in share}


def test_pieces_of_a_book_come_to_what_the_whole_comes_to(tmp_path: Path) -> None:
    folders = a_book_in_pieces(tmp_path)
    [whole], [joined] = verify_archives(folders, 1), verify_archives(folders, 2)
    assert joined.told() == whole.told()
    audits = [whole.audit, joined.audit]
    for audit in audits:
        assert isinstance(audit, BookAudit)
        audit.fold_settled(dict.fromkeys(audit.owed, audit.sequence))
    assert [vars(audit) | {"shown": None} for audit in audits[1:]] == [
        vars(audits[0]) | {"shown": None}
    ]


def test_a_state_that_is_forged_with_its_manifest_is_named_by_whoever_reads_up_to_it(
    tmp_path: Path,
) -> None:
    folders = a_book_in_pieces(tmp_path)
    [cut, *_] = sorted(p.manifests for share in shared(folders, 2) for p in share if p.manifests)
    manifest = tmp_path / BOOK / manifest_name(cut[1])
    state = json.loads(gzip.decompress((tmp_path / BOOK / state_name(40 * cut[1])).read_bytes()))
    state["fees_minor"]["USD"] += 1
    (tmp_path / BOOK / state_name(40 * cut[1])).write_bytes(pack_state(canonical_json(state)))
    told = json.loads(manifest.read_bytes()) | {"state_hash": state_hash(state)}
    manifest.write_bytes(canonical_json(told) + b"\n")
    with pytest.raises((ArchiveError, VerificationError), match=r"says otherwise|decided on state"):
        verify_archives(folders, 2)


def test_pieces_that_do_not_meet_are_not_joined(tmp_path: Path) -> None:
    [folder] = a_book_in_pieces(tmp_path)
    first = Verified.of(folder, (1, 1))
    second = Verified.of(folder, (2, 2))
    assert joined([first, second]).records == 80
    with pytest.raises(ArchiveError, match="ends with"):
        joined([first, Verified.of(folder, (3, 3))])
    with pytest.raises(VerificationError, match="record 41: epoch 7 after 2"):
        joined([first, replace(second, began_in=7)])


def add_to_settlement(body: dict[str, Any]) -> None:
    """Settle a dollar more than the book says; entries, state and sums in order."""
    body["state"]["available"]["USD"] += 1
    for entry in body["entries"]:
        if entry[:2] == ["available", "USD"]:
            entry[2] += 1
        if entry[:2] == ["clearing#BTC-USD", "USD"]:
            entry[2] -= 1


def hold_more(body: dict[str, Any]) -> None:
    """Hold a unit more for an order than the book counts on; entries, state and sums in order."""
    hold = next(iter(body["state"]["holds"].values()))
    currency = hold["currency"]
    hold["held_minor"] += 1
    body["state"]["available"][currency] -= 1
    body["entries"] += [["held", currency, 1], ["available", currency, -1]]


def last_of(records: list[Record], fits: Callable[[dict[str, Any]], bool]) -> int:
    return max(record.sequence for record in records if fits(record.body))


def moves_cash(body: dict[str, Any]) -> bool:
    accounts = {(account, currency) for account, currency, _ in body["entries"]}
    return {("available", "USD"), ("clearing#BTC-USD", "USD")} <= accounts


def holds_on(body: dict[str, Any]) -> bool:
    return body["cause"]["kind"] == "settle" and bool(body["state"]["holds"])


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(
    ("fits", "change", "code"),
    [
        (moves_cash, add_to_settlement, "POSITION_DIFFERS"),
        (holds_on, hold_more, "HOLD_DIFFERS"),
    ],
)
def test_an_account_that_agrees_with_itself_and_not_with_its_book_is_named(
    tmp_path: Path,
    processes: int,
    fits: Callable[[dict[str, Any]], bool],
    change: Change,
    code: str,
) -> None:
    journals = a_venue().journals
    at = last_of(journals[BOB], fits)
    journals[BOB] = rewritten(journals[BOB][:at], at, change)
    report = report_of(tmp_path, journals, processes)
    assert not report["balanced"]
    found = [breach for breach in report["breaches"] if breach["code"] == code]
    assert found
    assert all(BOB in breach["subject"] for breach in found)


def test_streams_that_are_missing_leave_the_sums_uncompared(tmp_path: Path) -> None:
    journals = a_venue().journals
    del journals[ALICE]
    report = report_of(tmp_path, journals, 2)
    assert (report["balanced"], report["complete"], report["breaches"]) == (False, False, [])


def test_one_kind_of_stream_is_held_against_nothing(tmp_path: Path) -> None:
    journals = a_venue().journals
    assert report_of(tmp_path, {ALICE: journals[ALICE], BOB: journals[BOB]}, 2) is None


def spoil(body: dict[str, Any]) -> None:
    body["state"]["available"]["USD"] += 1


def test_a_balance_that_its_entries_do_not_explain_is_named_by_whichever_process_meets_it(
    tmp_path: Path,
) -> None:
    journals = a_venue().journals
    folders = exported(tmp_path, {BOOK: journals[BOOK], ALICE: journals[ALICE]})
    at = last_of(journals[BOB], lambda body: "state" in body)
    # An archive never takes such a record in: it is put there by hand, manifest and all.
    sound = exported(tmp_path, {BOB: journals[BOB]})
    assert len(sound) == len(folders) + 1
    unbelieved = rewritten(journals[BOB], at, spoil)
    write_unverified(tmp_path / BOB, unbelieved)
    with pytest.raises(VerificationError, match=f"{BOB} record {at}: available went from"):
        verify_archives(archives_in(tmp_path), 2)


def write_unverified(folder: Path, records: list[Record]) -> None:
    part, data = part_of(records)
    (folder / part["name"]).write_bytes(data)
    last = records[-1]
    text = manifest_of(
        last.stream,
        Head(),
        [part],
        last=last.sequence,
        last_record_hash=last.hash,
        state_hash=GENESIS_HASH,
    )
    (folder / manifest_name(1)).write_bytes(text)
