"""How long a cold process needs to come to a book: from zero, and from a snapshot.

    python -m tests.benchmarks.recovery [--records 1000000] [--batch 1] [--seed 1]

A seeded stream of commands (see ``tests/benchmarks/matching.py``) is decided into records, which
are kept in a file as DynamoDB hands them over. Measured, in CPU time of one core: the real
``Journal.read`` on them, which is deserialising, decompressing and hashing, and the fold; then
``Recovery`` from the newest snapshot, proved against the journal, and the 1,000 records behind it;
and what the anchors cost their writer. What is left out is the network: add a query for each MB of
items.
"""

import argparse
import marshal
import mmap
import sys
import tempfile
import time
import zlib
from array import array
from collections.abc import Iterator
from typing import IO, Any, Final

from tests.benchmarks.matching import Stream
from tests.markets import a_market
from zerodesk import CODE_VERSION
from zerodesk.codec import COMPRESSION_LEVEL, record_hash, record_text, state_hash
from zerodesk.matching import ANCHOR_EVERY, Book, listing
from zerodesk.snapshots import Snapshot, take
from zerodesk_aws.journal import EMPTY, Journal, Tip
from zerodesk_aws.recovery import LiveBook, Recovery
from zerodesk_aws.snapshots import Snapshots

AT_A_TIME: Final = 10_000
PROGRESS_EVERY: Final = 100_000


class Items:
    """A table of one stream in a file; it hands items over as the store does."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def size_bytes(self) -> int:
        return self._ends[-1]

    def add(self, raw: dict[str, Any]) -> None:
        self._file.write(marshal.dumps(raw))
        self._ends.append(self._file.tell())

    def found(self, condition: Any, limit: int | None) -> Iterator[Any]:
        above = int(condition.values[1].value["N"]) if condition is not None else 0
        upto = len(self) if limit is None else min(len(self), above + limit)
        self._file.flush()
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as bytes_:
            for place in range(above, upto):
                item = bytes_[self._ends[place] : self._ends[place + 1]]
                yield marshal.loads(item)  # noqa: S302 - written here


class Memory(Journal):
    """The journal on such a table."""

    def __init__(self, items: Items) -> None:
        self._kept = items

    def _found(
        self,
        stream: str,  # noqa: ARG002 - there is one
        condition: Any,
        *,
        limit: int | None = None,
        **_: Any,
    ) -> Iterator[Any]:
        return self._kept.found(condition, limit)


class Kept(Snapshots):
    """Snapshots in memory."""

    def __init__(self) -> None:
        self.all: list[Snapshot] = []

    def newest_first(
        self,
        stream: str,  # noqa: ARG002 - there is one
        *,
        upto: int | None = None,  # noqa: ARG002 - the newest are asked for
        limit: int,
    ) -> Iterator[Snapshot]:
        yield from self.all[: -limit - 1 : -1]


class Writer:
    """Decides a stream into so many records, with a snapshot before the last anchor."""

    def __init__(self, items: Items, records: int, seed: int) -> None:
        market = a_market()
        self.items, self.records, self.kept = items, records, Kept()
        self.stream, self.book, self.tip = Stream(market, seed), Book(market.symbol), EMPTY
        self.anchor_seconds: list[float] = []
        self._append(self.book.decide([listing(market)]))

    def write(self, batch: int) -> None:
        while True:
            commands = self.stream.draw(AT_A_TIME)
            for start in range(0, AT_A_TIME, batch):
                rest = commands[start : start + batch]
                while rest or self.book.continuing:
                    if self.book.sequence % ANCHOR_EVERY == 0:
                        self._anchor()
                    decision = self.book.decide(rest)
                    assert decision is not None
                    rest = rest[decision.consumed :]
                    if decision.record is not None:
                        self._append(decision)
                    if self.book.sequence == self.records:
                        return

    def _anchor(self) -> None:
        """Time what the next record, an anchor, is going to say, and keep the last snapshot."""
        started = time.process_time()
        self.book.digest()
        self.anchor_seconds.append(time.process_time() - started)
        if self.book.sequence + ANCHOR_EVERY >= self.records:
            self.kept.all.append(take(self.book, self.tip.hash))
        if self.book.sequence % PROGRESS_EVERY == 0:
            sys.stderr.write(f"{self.book.sequence:,} records decided\n")

    def _append(self, decision: Any) -> None:
        text = record_text(decision.kept)
        sequence, epoch = self.tip.sequence + 1, self.tip.epoch
        digest = record_hash(
            self.book.stream,
            sequence,
            self.tip.hash,
            text,
            epoch=epoch,
            code_version=CODE_VERSION,
            recorded_at_ms=self.book.time_ms,
        )
        self.items.add(
            {
                "stream": {"S": self.book.stream},
                "sequence": {"N": str(sequence)},
                "previous_hash": {"S": self.tip.hash},
                "hash": {"S": digest},
                "code_version": {"S": CODE_VERSION},
                "epoch": {"N": str(epoch)},
                "recorded_at_ms": {"N": str(self.book.time_ms)},
                "body": {"B": zlib.compress(text, COMPRESSION_LEVEL)},
            }
        )
        self.tip = Tip(sequence, digest)


def told(writer: Writer) -> str:
    """Return what was written, and what its anchors cost."""
    book, anchors = writer.book, writer.anchor_seconds
    started = time.process_time()
    state_hash(book.state())
    whole_ms = 1_000 * (time.process_time() - started)
    snapshot_bytes = len(writer.kept.all[-1].data) if writer.kept.all else 0
    return (
        f"{book.sequence:,} records, {writer.stream.number:,} commands, "
        f"{writer.items.size_bytes:,} bytes, {len(book.open_orders()):,} orders resting, "
        f"{len(book.state()['known_commands']):,} commands remembered, a snapshot of "
        f"{snapshot_bytes:,} bytes\n"
        f"an anchor: {1_000 * sum(anchors) / max(1, len(anchors)):.1f} ms on average, "
        f"{1_000 * max(anchors, default=0):.1f} at most; hashing the whole state: {whole_ms:,.0f}\n"
    )


def fold(journal: Journal, live: LiveBook) -> LiveBook:
    for record in journal.read(live.book.stream, live.tip.sequence):
        live.book.apply(record.body)
        live.tip = record.tip
    return live


def measure(writer: Writer) -> None:
    """Bring the book back from zero and from the snapshot, and tell what that took."""
    live, expected = writer.book, writer.book.digest()
    journal = Memory(writer.items)
    for name, snapshots in (("from zero", None), ("from a snapshot", writer.kept)):
        started = time.process_time()
        cold = Recovery(journal, snapshots).start(live.symbol)
        restored, began = time.process_time() - started, cold.book.sequence
        fold(journal, cold)
        seconds = time.process_time() - started
        assert cold.book.digest() == expected
        folded = live.sequence - began
        sys.stdout.write(
            f"{name}: {seconds:.2f} s, of it {restored:.2f} until record {began:,} stood; "
            f"{folded:,} records folded, {(seconds - restored) / folded * 1e6:,.0f} "
            f"microseconds each\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=10, help="commands per record")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryFile() as file:
        writer = Writer(Items(file), options.records, options.seed)
        writer.write(options.batch)
        sys.stdout.write(told(writer))
        sys.stdout.flush()
        measure(writer)


if __name__ == "__main__":
    main()
