"""How long a cold process needs to come to a book: from zero, and from a snapshot.

    python -m tests.benchmarks.recovery [--records 20000] [--batch 10] [--seed 1]

A seeded stream of commands (see ``tests/benchmarks/matching.py``) is decided into records, which
are kept as DynamoDB hands them over. Measured, in CPU time of one core: the real ``Journal.read``
on them, which is deserialising, decompressing and hashing, and the fold; then ``Recovery`` from the
newest snapshot, proved against the journal, and the records behind it, 1,000 at most. What is left
out is the network: add a query for each MB of items.
"""

import argparse
import sys
import time
import zlib
from collections.abc import Iterator
from typing import Any, Final

from tests.benchmarks.matching import Stream, a_market
from zerodesk import CODE_VERSION
from zerodesk.codec import COMPRESSION_LEVEL, record_hash, record_text, state_hash
from zerodesk.matching import ANCHOR_EVERY, Book, listing
from zerodesk.snapshots import Snapshot, take
from zerodesk_aws.journal import EMPTY, Journal, Tip
from zerodesk_aws.recovery import LiveBook, Recovery
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.tables.journal import JournalItem

AT_A_TIME: Final = 10_000


class Items:
    """A table in memory, of one stream; it hands items over as the store does."""

    def __init__(self) -> None:
        self.raw: list[dict[str, Any]] = []

    def query(self, _: str, condition: Any, *, limit: int | None = None, **__: Any) -> Any:
        above = int(condition.values[1].value["N"]) if condition is not None else 0
        upto = len(self.raw) if limit is None else min(len(self.raw), above + limit)
        return (JournalItem.from_raw_data(self.raw[place]) for place in range(above, upto))


class Memory(Journal):
    """The journal on such a table."""

    def __init__(self, items: Items) -> None:
        self._items: Any = items


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


def write(records: int, batch: int, seed: int) -> tuple[Items, Kept, Book]:
    """Decide a stream into so many records, with a snapshot before each anchor."""
    market = a_market()
    stream, book, items, kept = Stream(market, seed), Book(market.symbol), Items(), Kept()
    tip = _append(items, book, EMPTY, book.decide([listing(market)]))
    while True:
        commands = stream.draw(AT_A_TIME)
        for start in range(0, AT_A_TIME, batch):
            rest = commands[start : start + batch]
            while rest or book.continuing:
                if book.sequence % ANCHOR_EVERY == 0:
                    kept.all.append(take(book, tip.hash))
                decision = book.decide(rest)
                assert decision is not None
                rest = rest[decision.consumed :]
                if decision.record is None:
                    continue
                tip = _append(items, book, tip, decision)
                if book.sequence == records:
                    return items, kept, book


def _append(items: Items, book: Book, tip: Tip, decision: Any) -> Tip:
    text = record_text(decision.kept)
    sequence = tip.sequence + 1
    digest = record_hash(
        book.stream,
        sequence,
        tip.hash,
        text,
        epoch=tip.epoch,
        code_version=CODE_VERSION,
        recorded_at_ms=book.time_ms,
    )
    items.raw.append(
        {
            "stream": {"S": book.stream},
            "sequence": {"N": str(sequence)},
            "previous_hash": {"S": tip.hash},
            "hash": {"S": digest},
            "code_version": {"S": CODE_VERSION},
            "epoch": {"N": str(tip.epoch)},
            "recorded_at_ms": {"N": str(book.time_ms)},
            "body": {"B": zlib.compress(text, COMPRESSION_LEVEL)},
        }
    )
    return Tip(sequence, digest)


def fold(journal: Journal, live: LiveBook) -> LiveBook:
    for record in journal.read(live.book.stream, live.tip.sequence):
        live.book.apply(record.body)
        live.tip = record.tip
    return live


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=10, help="commands per record")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    items, kept, live = write(options.records, options.batch, options.seed)
    expected = state_hash(live.state())
    journal = Memory(items)
    size_bytes = sum(len(raw["body"]["B"]) for raw in items.raw)
    sys.stdout.write(
        f"{options.records:,} records of {options.batch} commands, {size_bytes:,} bytes, "
        f"{len(live.open_orders()):,} orders resting, {len(kept.all)} snapshots, the last "
        f"{len(kept.all[-1].data) if kept.all else 0:,} bytes\n"
    )
    for name, snapshots in (("from zero", None), ("from a snapshot", kept)):
        started = time.process_time()
        cold = Recovery(journal, snapshots).start(live.symbol)
        began = cold.book.sequence
        fold(journal, cold)
        seconds = time.process_time() - started
        assert state_hash(cold.book.state()) == expected
        folded = options.records - began
        sys.stdout.write(
            f"{name}: {folded:,} records folded in {seconds:.2f} s, "
            f"{seconds / max(1, folded) * 1e6:,.0f} microseconds each\n"
        )


if __name__ == "__main__":
    main()
