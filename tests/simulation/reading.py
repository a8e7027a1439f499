"""The journal as it stands in the model's table, read without any code of the stores."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.simulation.cloud.dynamodb import DynamoDB
from tests.simulation.cloud.expressions import Item
from tests.simulation.remembered import body_of, decompressed, record_hash
from zerodesk.deltas import state_after


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``text`` is what was hashed, ``body`` what it says."""

    stream: str
    sequence: int
    previous_hash: str
    hash: str
    epoch: int
    code_version: str
    recorded_at_ms: int
    text: bytes
    body: dict[str, Any]

    @property
    def computed_hash(self) -> str:
        """The hash that the record must have."""
        return record_hash(
            self.stream,
            self.sequence,
            self.previous_hash,
            self.text,
            epoch=self.epoch,
            code_version=self.code_version,
            recorded_at_ms=self.recorded_at_ms,
        )


def record_of(item: Item) -> Record:
    """Return the record of an item."""
    text = decompressed(item["body"]["B"])
    return Record(
        stream=item["stream"]["S"],
        sequence=int(item["sequence"]["N"]),
        previous_hash=item["previous_hash"]["S"],
        hash=item["hash"]["S"],
        epoch=int(item["epoch"]["N"]),
        code_version=item["code_version"]["S"],
        recorded_at_ms=int(item["recorded_at_ms"]["N"]),
        text=text,
        body=body_of(text),
    )


@dataclass(frozen=True, slots=True)
class Streams:
    """All records by stream, in order."""

    by_name: dict[str, list[Record]]

    @property
    def books(self) -> Iterator[tuple[str, list[Record]]]:
        """(symbol, records) of every book."""
        return self._named("book#")

    @property
    def accounts(self) -> Iterator[tuple[str, list[Record]]]:
        """(account id, records) of every account."""
        return self._named("account#")

    @property
    def houses(self) -> Iterator[tuple[str, list[Record]]]:
        """(currency, records) of the house in every currency."""
        return self._named("house#")

    def _named(self, prefix: str) -> Iterator[tuple[str, list[Record]]]:
        for name, records in self.by_name.items():
            if name.startswith(prefix):
                yield name.removeprefix(prefix), records


def streams_of(dynamodb: DynamoDB) -> Streams:
    """Read every stream of the journal."""
    found: dict[str, list[Record]] = {}
    for name, partition in sorted(dynamodb.tables["journal"].partitions.items()):
        found[name] = [record_of(partition.items[key]) for key in partition.keys]
        if name.startswith("account#"):
            _tell_states_whole(found[name])
    return Streams(found)


def _tell_states_whole(records: list[Record]) -> None:
    """Give each record of an account the state after it, where it tells the change alone."""
    state: dict[str, Any] | None = None
    for record in records:
        state = record.body["state"] = state_after(state, record.body)


def journal_digest(dynamodb: DynamoDB) -> str:
    """Return one digest of every stream's end: equal digests, equal journals."""
    digest = sha256()
    for name, partition in sorted(dynamodb.tables["journal"].partitions.items()):
        last = partition.items[partition.keys[-1]]
        digest.update(f"{name} {last['sequence']['N']} {last['hash']['S']}\n".encode())
    return digest.hexdigest()


def items_of(dynamodb: DynamoDB) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the items of the orders table, decoded, by (account, id)."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for account_id, partition in dynamodb.tables["orders"].partitions.items():
        for order_id, item in partition.items.items():
            found[account_id, order_id] = {name: _plain(name, v) for name, v in item.items()}
    return dict(found)


def _plain(name: str, value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "N":
        return int(content)
    return json.loads(content) if name in ("request", "rejection") else content
