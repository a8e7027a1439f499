"""Journals of every version that there was replay to the hashes that they were written with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.golden import GOLDEN, a_venue
from zerodesk.archive import Archive, unpack
from zerodesk.matching import Book
from zerodesk.verification import Verifier

ARCHIVES = sorted(path for path in GOLDEN.glob("*/*") if path.is_dir())


def read(folder: Path, name: str) -> bytes | None:
    path = folder / name
    return path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("folder", ARCHIVES, ids=lambda path: f"{path.parent.name} {path.name}")
def test_a_golden_journal_replays_to_the_hashes_in_its_manifests(folder: Path) -> None:
    archive = Archive(folder.name)
    archive.verify(lambda name: read(folder, name))
    assert archive.head.manifests == 2
    assert archive.verifier.sequence > 10


@pytest.mark.parametrize("anchor", ["state_hash", "state_digest"])
def test_there_are_golden_books_of_every_form_of_anchor(anchor: str) -> None:
    books = [path for path in ARCHIVES if path.name.startswith("book#")]
    parts = [part for path in books for part in path.glob("*.jsonl.gz")]
    assert any(anchor in record.body for part in parts for record in unpack(part.read_bytes()))


def test_there_are_golden_journals_of_a_book_and_of_accounts() -> None:
    assert {path.name.partition("#")[0] for path in ARCHIVES} == {"account", "book"}


def decided_in_a_process(hash_seed: str) -> str:
    """Return the last hash of each journal as a process of its own decides it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.tools.golden", "--print"],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )
    return done.stdout


def test_two_processes_decide_and_a_third_one_folds_to_the_same_hashes() -> None:
    venue = a_venue()
    first, second = (decided_in_a_process(seed) for seed in ("1", "2"))
    here = "".join(
        f"{stream} {len(records)} {records[-1].hash}\n"
        for stream, records in sorted(venue.journals.items())
    )
    assert first == second == here
    verifier = Verifier(venue.book.stream)
    for record in venue.journals[venue.book.stream]:
        verifier.take(record)
    assert verifier.state() == venue.book.state()
    assert Book.from_state(venue.book.state()).state() == venue.book.state()


def test_the_golden_book_has_seen_everything() -> None:
    records = a_venue().journals["book#BTC-USD"]
    types = {event["type"] for record in records for event in record.body["events"]}
    assert types == {
        "AuctionUncrossed",
        "CommandRefused",
        "IndexPriceChanged",
        "MarketChanged",
        "MarketListed",
        "MarketStateChanged",
        "OrderCancelled",
        "OrderExpired",
        "OrderOpened",
        "OrderRejected",
        "TradeExecuted",
    }
    assert any(record.body["continuing"] for record in records)
    assert any(record.body["releases"] for record in records)
    assert sum("takeover" in record.body for record in records) == 1
    assert sum("state_digest" in record.body for record in records) >= 3
