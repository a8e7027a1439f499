"""Damage to snapshots: they may be lost, torn, forged or put in the wrong place, and nothing more.

A snapshot is believed only as far as the journal vouches for it. So whatever is done to one here,
every book must come to what it came to without.
"""

import hashlib
import zlib
from random import Random
from typing import TYPE_CHECKING, Any

from zerodesk.codec import canonical_json
from zerodesk.matching import Book

if TYPE_CHECKING:
    from tests.simulation.cloud.dynamodb import Partition
    from tests.simulation.world import World


def damage(world: "World", how: int) -> None:
    """Do something to the newest snapshot of each book, if there is one."""
    chance = Random(how)
    for stream, partition in sorted(world.dynamodb.tables["snapshots"].partitions.items()):
        if partition.keys:
            world.damaged.add((stream, partition.keys[-1]))
            world.harmed.add((stream, partition.keys[-1]))
            chance.choice((_lost, _torn, _older, _forged, _misplaced))(world, partition)


def _lost(world: "World", partition: "Partition") -> None:
    """Leave the item, or no item, and no bytes."""
    item = dict(partition.items[partition.keys[-1]])
    if "object_key" in item:
        world.bucket.objects.pop(item["object_key"]["S"], None)
        world.spoiled.add(item["object_key"]["S"])
    else:
        del partition.items[partition.keys.pop()]


def _torn(world: "World", partition: "Partition") -> None:
    """Lose the end of the bytes."""
    _write(world, partition, _read(world, partition)[:-7])


def _older(world: "World", partition: "Partition") -> None:
    """Keep the bytes of another state than the one that the item says."""
    _write(world, partition, zlib.compress(_other_text(world, partition)))


def _forged(world: "World", partition: "Partition") -> None:
    """Make up a state, and an item that agrees with it in everything."""
    text = _other_text(world, partition)
    _write(world, partition, zlib.compress(text))
    _tell(partition, {"state_hash": {"S": hashlib.sha256(text).hexdigest()}})


def _misplaced(world: "World", partition: "Partition") -> None:
    """Put a true snapshot in the place of a later one, as if it stood there."""
    first, last = partition.keys[0], partition.keys[-1]
    item = partition.items[first] | {"sequence": {"N": str(last)}}
    if "object_key" in item:
        # An object of its own, for the one that it is of may be damaged on its own.
        key = item["object_key"]["S"]
        item["object_key"] = {"S": f"{key}-misplaced"}
        world.bucket.objects[f"{key}-misplaced"] = world.bucket.objects.get(key, b"")
    partition.items[last] = item


def _other_text(world: "World", partition: "Partition") -> bytes:
    """Return a state that looks like a book's, and is not this book's.

    It is no book's when the snapshot was damaged before.
    """
    try:
        state = Book.from_text(zlib.decompress(_read(world, partition))).state()
    except (zlib.error, KeyError):
        return canonical_json({"trades": 1})
    other = {"trades": state["trades"] + 1, "bids": state["bids"][1:], "asks": []}
    return Book.from_state(state | other).text()


def _read(world: "World", partition: "Partition") -> bytes:
    item = partition.items[partition.keys[-1]]
    if "data" in item:
        data: bytes = item["data"]["B"]
        return data
    return world.bucket.objects.get(item["object_key"]["S"], b"")


def _write(world: "World", partition: "Partition", data: bytes) -> None:
    item = partition.items[partition.keys[-1]]
    if "data" in item:
        _tell(partition, {"data": {"B": data}})
    else:
        world.bucket.objects[item["object_key"]["S"]] = data
        world.spoiled.add(item["object_key"]["S"])


def _tell(partition: "Partition", told: dict[str, Any]) -> None:
    last = partition.keys[-1]
    partition.items[last] = partition.items[last] | told
