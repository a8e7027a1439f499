"""Rules of what is kept beside the journal: snapshots, archives, and who may write a book.

They read the table of snapshots, the bucket and the journal as they are.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.regions import HOME
from zerodesk.codec import GENESIS_HASH, state_hash
from zerodesk.matching import Book

if TYPE_CHECKING:
    from tests.simulation.invariants import Evidence
    from tests.simulation.reading import Record

Broken = Iterator[str]
ARCHIVE: Final = "archive/"


def books_are_written_at_home(evidence: "Evidence") -> Broken:
    """Whoever takes a book over begins the next epoch, and nobody else writes it from then on."""
    for symbol, records in evidence.streams.books:
        home = HOME
        for before, record in pairwise(records):
            taken = record.body.get("takeover")
            if record.epoch != before.epoch + (taken is not None):
                yield f"{symbol} {record.sequence}: epoch {record.epoch} after {before.epoch}"
            if taken is not None and taken["home"] == home:
                yield f"{symbol} {record.sequence}: {home} takes over what it has"
            home = home if taken is None else taken["home"]
            wrote = evidence.world.appended_in.get((record.stream, record.sequence), home)
            if wrote != home:
                yield f"{symbol} {record.sequence} written in {wrote}, the book's home is {home}"


def other_streams_have_one_epoch(evidence: "Evidence") -> Broken:
    """Only books are taken over."""
    for stream, records in evidence.streams.by_name.items():
        if not stream.startswith("book#") and any(record.epoch != 1 for record in records):
            yield f"{stream} is no book, and has another epoch than the first"


def takeovers_were_asked_for(evidence: "Evidence") -> Broken:
    """Each takeover ends the epoch that somebody asked its region to end, and no other."""
    asked = {
        (region, one["symbol"], one["from_epoch"])
        for region, queue in evidence.world.queues.items()
        for one in map(json.loads, queue.bodies)
        if one["kind"] == "take_over"
    }
    for symbol, records in evidence.streams.books:
        for record in records:
            taken = record.body.get("takeover")
            if taken and (taken["home"], symbol, record.epoch - 1) not in asked:
                yield f"{symbol} {record.sequence}: {taken['home']} takes over unasked"


def takeovers_happen(evidence: "Evidence") -> Broken:
    """A takeover that was taken in has ended its epoch, or the region had the book already."""
    dead = _dead(evidence)
    for errand, answered in evidence.heard.errands:
        if errand.kind != "takeover" or answered.status != 202:
            continue
        symbol, epoch = errand.subject, answered.json["from_epoch"]
        records = evidence.streams.by_name[f"book#{symbol}"]
        ended = records[-1].epoch > epoch
        is_dead = any(one["kind"] == "take_over" and one["symbol"] == symbol for one in dead)
        if not ended and not is_dead and _home_in(records, epoch) != errand.region:
            yield f"{symbol} was to leave epoch {epoch} for {errand.region}, and is in it"


def prices_come_to_their_books(evidence: "Evidence") -> Broken:
    """An index price that was taken in is a command of its book, wherever that is at home."""
    known = {
        command["command_id"]
        for _, records in evidence.streams.books
        for record in records
        for command in record.body["commands"]
    }
    known |= {one.get("command_id") for one in _dead(evidence)}
    for errand, answered in evidence.heard.errands:
        taken_in = errand.kind == "index" and answered.status == 202
        if taken_in and answered.json["command_id"] not in known:
            yield f"index price {answered.json} taken in, and in no book"


def _dead(evidence: "Evidence") -> list[dict[str, Any]]:
    """Return the commands that were given up after their tries."""
    queues = evidence.world.queues.values()
    return [json.loads(message.body) for queue in queues for message in queue.dead]


def _home_in(records: list["Record"], epoch: int) -> str:
    homes = [r.body["takeover"]["home"] for r in records if "takeover" in r.body]
    return HOME if epoch == 1 else str(homes[epoch - 2])


def snapshots_are_true(evidence: "Evidence") -> Broken:
    """A snapshot that nobody damaged is the fold of its book, and an anchor vouches for it."""
    world = evidence.world
    for stream, partition in sorted(world.dynamodb.tables["snapshots"].partitions.items()):
        records = evidence.streams.by_name[stream]
        for sequence, item in partition.items.items():
            if (stream, sequence) in world.damaged:
                continue
            text = zlib.decompress(_bytes_of(evidence, item))
            digest, told = hashlib.sha256(text).hexdigest(), item["state_hash"]["S"]
            if sequence >= len(records):
                yield f"snapshot of {stream} {sequence}, which no record is behind"
                continue
            book = Book.from_text(text)
            holds, folds = state_hash(book.state()), evidence.replays[book.symbol][1][sequence]
            if digest != told or holds != folds:
                yield f"snapshot of {stream} {sequence} is {digest}, told {told}; {holds}, {folds}"
            if records[sequence].body.get("state_digest") != book.digest():
                yield f"snapshot of {stream} {sequence}: no anchor vouches for it"
            if item["record_hash"]["S"] != records[sequence - 1].hash:
                yield f"snapshot of {stream} {sequence} stands behind another record"


def _bytes_of(evidence: "Evidence", item: dict[str, Any]) -> bytes:
    if "data" in item:
        data: bytes = item["data"]["B"]
        return data
    return evidence.world.bucket.objects[item["object_key"]["S"]]


def archives_are_the_journal(evidence: "Evidence") -> Broken:
    """What is exported is the journal from its beginning, without a gap, and its hashes chain."""
    objects = evidence.world.bucket.objects
    folders = {key.split("/")[1] for key in objects if key.startswith(ARCHIVE)}
    for stream in sorted(folders):
        records = evidence.streams.by_name[stream]
        number, last, before = 1, 0, GENESIS_HASH
        while (text := objects.get(f"{ARCHIVE}{stream}/manifest-{number:06d}.json")) is not None:
            manifest = json.loads(text)
            if (manifest["first"], manifest["previous_manifest_hash"]) != (last + 1, before):
                yield f"manifest {number} of {stream} does not follow {last}"
            for part in manifest["parts"]:
                yield from _part_is_the_journal(evidence, stream, part, last)
                last += part["records"]
            if manifest["last"] != last or manifest["last_record_hash"] != records[last - 1].hash:
                yield f"manifest {number} of {stream} ends at {manifest['last']}, its parts {last}"
            if manifest["state_hash"] != _state_hash(evidence, stream, last):
                yield f"manifest {number} of {stream} says another state at {last}"
            number, before = number + 1, hashlib.sha256(text).hexdigest()


def _part_is_the_journal(
    evidence: "Evidence", stream: str, part: dict[str, Any], last: int
) -> Broken:
    data = evidence.world.bucket.objects.get(f"{ARCHIVE}{stream}/{part['name']}")
    if data is None or hashlib.sha256(data).hexdigest() != part["sha256"]:
        yield f"{part['name']} of {stream} is missing, or is another"
        return
    lines = [json.loads(line) for line in gzip.decompress(data).splitlines()]
    standing = evidence.streams.by_name[stream][last : last + part["records"]]
    for line, record in zip(lines, standing, strict=True):
        if line["hash"] != record.hash or line["body"] != json.loads(record.text):
            yield f"{part['name']} of {stream} has another record {record.sequence}"


def _state_hash(evidence: "Evidence", stream: str, sequence: int) -> str:
    """Return the hash of what a stream came to behind a record."""
    if stream.startswith("book#"):
        return evidence.replays[stream.removeprefix("book#")][1][sequence]
    return state_hash(evidence.streams.by_name[stream][sequence - 1].body["state"])


def states_are_as_told(evidence: "Evidence") -> Broken:
    """What an operator was told of a stream's past is what its records come to."""
    for errand, answered in evidence.heard.errands:
        if errand.kind != "look" or answered.status != 200:
            continue
        told = answered.json
        stream, sequence = told["stream"], told["sequence"]
        records = evidence.streams.by_name.get(stream, [])
        if sequence > len(records) or records[sequence - 1].hash != told["record_hash"]:
            yield f"{stream} told at {sequence}, which is not on record"
        elif told["state_hash"] != _state_hash(evidence, stream, sequence):
            yield f"{stream} told at {sequence} as {told['state_hash']}"
        elif told["state"] is not None and state_hash(told["state"]) != told["state_hash"]:
            yield f"{stream} told at {sequence} with another state than its hash"


def anchors_wanted(evidence: "Evidence") -> Iterator[tuple[str, int]]:
    """Yield (symbol, sequence) wherever something kept says what a book came to."""
    for stream, partition in evidence.world.dynamodb.tables["snapshots"].partitions.items():
        yield from ((stream.removeprefix("book#"), sequence) for sequence in partition.keys)
    for key, text in evidence.world.bucket.objects.items():
        if key.startswith(f"{ARCHIVE}book#") and "/manifest-" in key:
            yield key.split("/")[1].removeprefix("book#"), json.loads(text)["last"]
    for errand, answered in evidence.heard.errands:
        if errand.kind == "look" and answered.status == 200:
            stream = answered.json["stream"]
            if stream.startswith("book#"):
                yield stream.removeprefix("book#"), answered.json["sequence"]
