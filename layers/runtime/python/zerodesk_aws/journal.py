"""The journal: the one module that writes it, always at the next sequence, always conditionally.

A commit is one conditional ``PutItem`` of one item. Whoever loses the race for a sequence gets
``SequenceTaken`` and decides again on what the winner wrote; nobody ever overwrites.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.expressions.condition import Condition

from zerodesk import CODE_VERSION
from zerodesk.codec import GENESIS_HASH, EncodedBody, record_hash
from zerodesk.rows import expand
from zerodesk_aws.faults import (
    JournalCorruptError,
    JournalUnavailableError,
    RecordTooLargeError,
)
from zerodesk_aws.tables.bind import bound, found
from zerodesk_aws.tables.items import Item, put_new, standing, standing_item
from zerodesk_aws.tables.journal import JournalItem

FIRST_EPOCH: Final = 1
"""Of every stream. A takeover appends a record with the next epoch, and all behind it have that."""

MAX_ITEM_BYTES: Final = 350_000
"""DynamoDB refuses items above 400 KB; the rest is head room for the other attributes."""

TAKEOVER: Final = b'"takeover":'
"""What the canonical JSON of a body contains that says a takeover."""

PUT_ATTEMPTS: Final = 3
PAGE_RECORDS: Final = 100


class SequenceTakenError(Exception):
    """Another writer's record stands at the sequence: decide again on it.

    ``standing`` is that record, where the refusal told it; None says only that there is one.
    """

    def __init__(self, place: str = "", standing: "JournalRecord | None" = None) -> None:
        super().__init__(place)
        self.standing = standing


class Tip(NamedTuple):
    """Where a stream ends: the last sequence, its hash, and the epoch that goes on from there."""

    sequence: int
    hash: str
    epoch: int = FIRST_EPOCH


EMPTY: Final = Tip(0, GENESIS_HASH)


class _Fields(NamedTuple):
    stream: str
    sequence: int
    previous_hash: str
    hash: str
    epoch: int
    code_version: str
    recorded_at_ms: int
    text: bytes


class JournalRecord(_Fields):
    """One record, read and found to hash to what it says. ``text`` is the JSON of its body."""

    @cached_property
    def body(self) -> dict[str, Any]:
        """What the record says; read where somebody asks, for many ask only where a stream ends."""
        return expand(json.loads(self.text.decode()))

    @property
    def tip(self) -> Tip:
        """The stream's end, if this is its last record."""
        return Tip(self.sequence, self.hash, self.epoch)


class Journal:
    """The streams of one journal table."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._items = bound(JournalItem, table_name)

    def append(
        self,
        stream: str,
        after: Tip,
        body: dict[str, Any] | EncodedBody,
        *,
        at_ms: int,
        epoch: int | None = None,
    ) -> Tip:
        """Append one record behind ``after`` and return the new end of the stream.

        The record has the epoch of the one before; a takeover gives the next one. Who has encoded
        the body already, to know its size, gives it so.

        Raises
        ------
        SequenceTakenError
            Another record stands there. A record with the same content is this one: it was
            written by a try whose answer was lost, or by a twin that decided the same.
        RecordTooLargeError
            The record does not fit an item; nothing was sent.
        JournalUnavailableError
            After several tries it is not known whether the record was written.
        """
        sequence = after.sequence + 1
        epoch = after.epoch if epoch is None else epoch
        encoded = body if isinstance(body, EncodedBody) else EncodedBody.of(body)
        digest = record_hash(
            stream,
            sequence,
            after.hash,
            encoded.text,
            epoch=epoch,
            code_version=CODE_VERSION,
            recorded_at_ms=at_ms,
        )
        tip = Tip(sequence, digest, epoch)
        size = len(encoded.data)
        if size > MAX_ITEM_BYTES:
            raise RecordTooLargeError(f"{stream}: {size} bytes, above {MAX_ITEM_BYTES}")
        item = {
            "stream": {"S": stream},
            "sequence": {"N": str(sequence)},
            "previous_hash": {"S": after.hash},
            "hash": {"S": digest},
            "code_version": {"S": CODE_VERSION},
            "epoch": {"N": str(epoch)},
            "recorded_at_ms": {"N": str(at_ms)},
            "body": {"B": encoded.data},
        }
        self._put(stream, tip, item)
        return tip

    def _put(self, stream: str, tip: Tip, item: dict[str, Any]) -> None:
        """Put at an empty place, and resolve every doubt by reading that place."""
        doubt: Exception | None = None
        for _ in range(PUT_ATTEMPTS):
            try:
                put_new(self._table_name, item, absent="sequence")
            except (BotoCoreError, ClientError) as fault:
                record = _told(fault)
                standing = self._hash_at(stream, tip.sequence) if record is None else record.hash
                if standing == tip.hash:
                    return
                if standing is not None:
                    raise SequenceTakenError(f"{stream} {tip.sequence}", record) from fault
                doubt = fault
            else:
                return
        raise JournalUnavailableError(f"{stream} {tip.sequence}") from doubt

    def _hash_at(self, stream: str, sequence: int) -> str | None:
        items = self._found(stream, JournalItem.sequence == sequence, attributes=("hash",))
        return next((item["hash"]["S"] for item in items), None)

    def latest(self, stream: str) -> JournalRecord | None:
        """Return the last record of a stream, read strongly, or None."""
        return next(self.backwards(stream, limit=1), None)

    def position_at(self, stream: str, at_ms: int) -> int:
        """Return the last sequence that was recorded at a time or before it; 0 when there is none.

        A dozen or two reads of one number, whatever the stream's length. The records of a book
        never go back in time; those of an account may, by what its writers' clocks differ, and
        then it is one of those around that time.
        """
        latest = self.latest(stream)
        low, high = 0, 0 if latest is None else latest.sequence
        while low < high:
            middle = (low + high + 1) // 2
            if self._recorded_at_ms(stream, middle) <= at_ms:
                low = middle
            else:
                high = middle - 1
        return low

    def _recorded_at_ms(self, stream: str, sequence: int) -> int:
        at_it = JournalItem.sequence == sequence
        items = self._found(stream, at_it, attributes=("recorded_at_ms",))
        recorded_at_ms = next((int(item["recorded_at_ms"]["N"]) for item in items), None)
        if recorded_at_ms is None:
            raise JournalCorruptError(f"{stream}: record {sequence} is missing")
        return recorded_at_ms

    def read(
        self, stream: str, after_sequence: int = 0, *, limit: int | None = None
    ) -> Iterator[JournalRecord]:
        """Yield the records above a sequence in order, read strongly, the chain checked.

        Raises
        ------
        JournalCorruptError
            A record does not hash to what it says, the chain or the sequence has a gap, or the
            epoch changes where nobody took over.
        """
        before: Tip | JournalRecord | None = EMPTY if after_sequence == 0 else None
        expected = after_sequence + 1
        for item in self._found(stream, JournalItem.sequence > after_sequence, limit=limit):
            record = _verified(item)
            if record.sequence != expected or (before and not _follows(record, before)):
                behind = before and Tip(before.sequence, before.hash, before.epoch)
                raise JournalCorruptError(f"{stream}: {record.sequence} does not follow {behind}")
            yield record
            before, expected = record, expected + 1

    def unmoved(self, tips: Mapping[str, Tip]) -> set[str]:
        """Return the streams that end where they did, their last record as it was.

        Two places of each stream are looked at, its last record and the one behind it, a hundred
        places a read: to look at fifty streams takes hardly longer than to read one on.
        """
        places = [(name, tip.sequence + more) for name, tip in tips.items() for more in (0, 1)]
        keys = [{"stream": {"S": name}, "sequence": {"N": str(place)}} for name, place in places]
        items = {
            (item["stream"]["S"], int(item["sequence"]["N"])): item
            for item in standing(self._table_name, keys)
        }
        return {
            name
            for name, tip in tips.items()
            if (name, tip.sequence + 1) not in items
            and _stands(items.get((name, tip.sequence)), tip)
        }

    def backwards(
        self, stream: str, before_sequence: int | None = None, *, limit: int
    ) -> Iterator[JournalRecord]:
        """Yield at most ``limit`` records below a sequence, the newest first, read strongly."""
        below = None if before_sequence is None else JournalItem.sequence < before_sequence
        return map(_verified, self._found(stream, below, limit=limit, newest_first=True))

    def _found(
        self, stream: str, condition: Condition | None, *, limit: int | None = None, **how: Any
    ) -> Iterator[Item]:
        """Yield the items of a stream that a condition on their sequence is true of."""
        return found(self._items, stream, condition, limit=limit, page_size=PAGE_RECORDS, **how)


def _stands(item: Item | None, tip: Tip) -> bool:
    """Whether a stream's last record, as it was read, is the one that was known."""
    try:
        return tip == (EMPTY if item is None else _verified(item).tip)
    except JournalCorruptError:
        return False


def _follows(record: JournalRecord, before: Tip | JournalRecord) -> bool:
    """Whether a record chains to the one before, in its epoch or, if it takes over, the next."""
    # Who asks for no more than the chain need not have a record parsed that does not name it.
    takes_over = TAKEOVER in record.text and "takeover" in record.body
    return (record.previous_hash, record.epoch) == (before.hash, before.epoch + takes_over)


def _told(fault: Exception) -> JournalRecord | None:
    """Return the record that a refused put was told to stand in its place, if it was."""
    item = standing_item(fault)
    return None if item is None else _verified(item)


def _verified(item: Item) -> JournalRecord:
    try:
        record = JournalRecord(
            item["stream"]["S"],
            int(item["sequence"]["N"]),
            item["previous_hash"]["S"],
            item["hash"]["S"],
            int(item["epoch"]["N"]),
            item["code_version"]["S"],
            int(item["recorded_at_ms"]["N"]),
            zlib.decompress(item["body"]["B"]),
        )
    except (KeyError, zlib.error) as error:
        place = f"{item['stream']['S']}: record {item['sequence']['N']}"
        raise JournalCorruptError(f"{place} is not readable") from error
    digest = record_hash(
        record.stream,
        record.sequence,
        record.previous_hash,
        record.text,
        epoch=record.epoch,
        code_version=record.code_version,
        recorded_at_ms=record.recorded_at_ms,
    )
    if digest != record.hash:
        place = f"{record.stream}: record {record.sequence}"
        raise JournalCorruptError(f"{place} does not hash to {record.hash}")
    return record
