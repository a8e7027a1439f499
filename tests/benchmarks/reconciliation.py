"""How long a full reconciliation takes: every record of a venue verified, audited and compared.

    python -m tests.benchmarks.reconciliation [--records 1000000] [--processes 2] [--seed 1]
        [--folder FOLDER]    write there, or take what is there: a million records once

Writing takes five minutes of a core for a million records, and says how far it is.

A seeded venue (one book, the stream of commands of ``tests/benchmarks/matching.py``, a thousand
accounts, ten commands a batch, each batch settled once) is written into archives. Measured is what
``zerodesk verify FOLDER`` does with them: every hash, every chain, the fold of the book, the audit
of the book and of each account, and all of them held against each other. Wall time means something
on an idle machine only; CPU time is that of all processes.
"""

import argparse
import hashlib
import resource
import shutil
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.matching import Stream
from tests.markets import a_market
from zerodesk import CODE_VERSION
from zerodesk.accounts import AccountState, Change, deposit, hold, open_account
from zerodesk.archive import BODY, GZIP, Head, manifest_name, manifest_of, pack_state, state_name
from zerodesk.codec import GENESIS_HASH, canonical_json, record_hash, record_text
from zerodesk.commands import Command
from zerodesk.deltas import told_as_change
from zerodesk.dues import settle
from zerodesk.matching import Book, listing
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue
from zerodesk.verification import FIRST_EPOCH
from zerodesk_client.archives import archives_in
from zerodesk_client.verifying import reconciled, verify_archives

ACCOUNTS: Final = 1_000
BATCH: Final = 10
FUNDS: Final = 10**17
RECORDS_A_PART: Final = 200
RECORDS_A_MANIFEST: Final = 10_000
LIGHTLY: Final = 1
PROGRESS_EVERY: Final = 100_000


class ArchiveWriter:
    """Writes a stream into its archive, as the archivist does: believed, not verified.

    A record's text is made once, for its hash and for its line, and lines are compressed lightly:
    what reads them asks for nothing else, and a million of them are to be written in minutes.
    """

    def __init__(self, folder: Path, stream: str) -> None:
        self.folder, self.stream = folder / stream, stream
        self.sequence, self.hash, self.whole_at = 0, GENESIS_HASH, 0
        self._head = Head()
        self._parts: list[dict[str, Any]] = []
        self._lines: list[bytes] = []

    def append(self, text: bytes, at_ms: int) -> None:
        """Write a record; ``text`` is what is hashed of its body."""
        self.sequence += 1
        told: dict[str, Any] = {
            "epoch": FIRST_EPOCH,
            "code_version": CODE_VERSION,
            "recorded_at_ms": at_ms,
        }
        previous = self.hash
        self.hash = record_hash(self.stream, self.sequence, previous, text, **told)
        told |= {"stream": self.stream, "sequence": self.sequence}
        told |= {"previous_hash": previous, "hash": self.hash}
        self._lines.append(BODY.encode() + text + b"," + canonical_json(told)[1:] + b"\n")
        if len(self._lines) == RECORDS_A_PART:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        self.folder.mkdir(exist_ok=True)
        packer = zlib.compressobj(LIGHTLY, zlib.DEFLATED, GZIP)
        data = packer.compress(b"".join(self._lines)) + packer.flush()
        records = len(self._lines)
        name = f"{self.sequence - records + 1:012d}-{self.sequence:012d}.jsonl.gz"
        (self.folder / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        part = {"name": name, "sha256": digest, "bytes": len(data), "records": records}
        self._parts.append(part)
        self._lines = []

    def close(self, state: Any) -> None:
        """Name what was written since the last time by a manifest, with the state behind it."""
        self._flush()
        if self.sequence == self._head.sequence:
            return
        state_text = canonical_json(state)
        text = manifest_of(
            self.stream,
            self._head,
            self._parts,
            last=self.sequence,
            last_record_hash=self.hash,
            state_hash=hashlib.sha256(state_text).hexdigest(),
        )
        (self.folder / state_name(self.sequence)).write_bytes(pack_state(state_text))
        (self.folder / manifest_name(self._head.manifests + 1)).write_bytes(text)
        self._head, self._parts = Head.of(text), []


class Venue:
    """A book and its accounts, trading until there are so many records."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.market = a_market()
        self.stream, self.book = Stream(self.market, seed, ACCOUNTS), Book(self.market.symbol)
        self.folder, self.records = folder, 0
        self.writers: dict[str, ArchiveWriter] = {}
        self.states: dict[str, AccountState] = defaultdict(AccountState)
        self.told: dict[str, dict[str, Any]] = defaultdict(AccountState().to_dict)
        self.began_s = time.process_time()
        for number in range(ACCOUNTS):
            account_id = f"account-{number}"
            self.change(account_id, open_account(self.states[account_id], account_id))
            for currency in (self.market.quote, self.market.base):
                funded = deposit(self.states[account_id], f"d-{currency}", currency, FUNDS)
                self.change(account_id, funded)
        self.take([listing(self.market)])

    def append(self, stream: str, text: bytes) -> int:
        writer = self.writers.get(stream)
        if writer is None:
            writer = self.writers[stream] = ArchiveWriter(self.folder, stream)
        writer.append(text, self.book.time_ms)
        self.records += 1
        if self.records % PROGRESS_EVERY == 0:
            cpu_s = time.process_time() - self.began_s
            sys.stderr.write(f"{self.records:,} records written, {cpu_s:.0f} s of CPU\n")
        return writer.sequence

    def change(self, account_id: str, change: Change) -> None:
        stream = f"account#{account_id}"
        writer = self.writers.get(stream)
        body = change.to_body()
        encoded = told_as_change(
            body,
            lambda: self.told[account_id],
            sequence=1 if writer is None else writer.sequence + 1,
            whole_at=0 if writer is None else writer.whole_at,
        )
        sequence = self.append(stream, encoded.text)
        self.writers[stream].whole_at = encoded.body.get("whole_at", sequence)
        self.states[account_id], self.told[account_id] = change.state, body["state"]

    def take(self, commands: list[Command]) -> None:
        for command in commands:
            if command["kind"] == "place":
                buys = command["side"] == "BUY"
                currency = self.market.quote if buys else self.market.base
                account_id = command["account_id"]
                self.change(account_id, hold(self.states[account_id], command, currency))
        rows: list[tuple[int, dict[str, Any]]] = []
        while commands or self.book.continuing:
            decision = self.book.decide(commands)
            assert decision is not None
            commands = commands[decision.consumed :]
            if decision.record is not None:
                assert decision.kept is not None, "a record is kept"
                text = record_text(decision.kept)
                rows.append((self.append(self.book.stream, text), decision.record))
                if self.book.sequence % RECORDS_A_MANIFEST == 0:
                    self.writers[self.book.stream].close(self.book.state())
        for account_id, dues in dues_by_account(
            self.market.symbol, rows, TickValue.of(self.market)
        ).items():
            change = settle(self.states[account_id], self.market.symbol, rows[-1][0], dues)
            if change is not None:
                self.change(account_id, change)

    def close(self) -> None:
        for stream, writer in self.writers.items():
            account_id = stream.removeprefix("account#")
            is_book = stream == self.book.stream
            writer.close(self.book.state() if is_book else self.states[account_id].to_dict())


def write(folder: Path, records: int, seed: int) -> None:
    """Write a venue of at least so many records into archives."""
    venue = Venue(folder, seed)
    while venue.records < records:
        venue.take(venue.stream.draw(BATCH))
    venue.close()
    sys.stdout.write(
        f"{venue.records:,} records, of them {venue.book.sequence:,} of the book, "
        f"{venue.stream.number:,} commands, {len(venue.book.open_orders()):,} orders open\n"
    )
    sys.stdout.flush()


def cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(folder: Path, processes: int) -> None:
    """Reconcile what is in a folder, and say what it took."""
    began_s, began_cpu_s = time.monotonic(), cpu_seconds()
    verified = verify_archives(archives_in(folder), processes)
    report = reconciled(verified)
    wall_s, cpu_s = time.monotonic() - began_s, cpu_seconds() - began_cpu_s
    assert report is not None
    assert report["balanced"], report["breaches"]
    records = sum(one.records for one in verified)
    sys.stdout.write(
        f"{records:,} records, {processes} processes: {wall_s:.1f} s of wall time, {cpu_s:.1f} s "
        f"of CPU, {cpu_s / records * 1e6:.0f} microseconds a record\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[2])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="Write there, or take what is there.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.folder or Path(temporary) / "archives"
        if not folder.exists():
            # Under another name until it is whole: who is interrupted begins again.
            unfinished = Path(f"{folder}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            write(unfinished, options.records, options.seed)
            unfinished.rename(folder)
        for processes in options.processes:
            measure(folder, processes)


if __name__ == "__main__":
    main()
