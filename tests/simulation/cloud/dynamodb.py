"""DynamoDB in memory: conditional puts and updates, queries page by page, batches.

Never kinder than AWS (``tests/conformance`` holds it to that): numbers keep 38 digits, items end at
400 KB, pages at 1 MB; a read that is not strong may answer with an older version; a batch may leave
keys over; the index shows an item after a while. Stricter in one thing: the journal takes
conditional puts alone. What Zerodesk does not use is not in the model and raises
``NotImplementedError``, which no handler expects.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Any, Final
from zlib import crc32

from botocore.exceptions import ClientError

from tests.simulation.cloud import expressions
from tests.simulation.cloud.expressions import Item, KeyCondition, Names, Values
from tests.simulation.cloud.faults import InvalidRequestError, not_sent, refused
from tests.simulation.cloud.items import (
    MAX_BYTES_A_CHARACTER,
    NOTHING,
    key_number,
    key_text,
    stored_item,
    stored_value,
)

MAX_PAGE_BYTES: Final = 1_000_000
MAX_PARTITION_BYTES: Final = 1_000_000
MAX_BATCH_BYTES: Final = 16_000_000
"""The documentation says MB; these are the smaller of what that may mean."""

MAX_BATCH_KEYS: Final = 100
MAX_PARTITION_KEY_BYTES: Final = 2048
MAX_SORT_KEY_BYTES: Final = 1024
SHORT: Final = MAX_SORT_KEY_BYTES // MAX_BYTES_A_CHARACTER
"""Texts of so many characters are keys, whatever the characters."""

WRITE_UNIT_BYTES: Final = 1024
STALE_MS: Final = 10_000
"""How long a version that was replaced may still be what a weak read answers."""

Key = tuple[Any, Any]
Span = tuple[str, list[Any]]
Place = tuple[Any, int, str]
"""Where an item stands in an index. Among equal numbers AWS promises no order: here by a checksum,
so that nobody comes to rely on one."""

Entry = tuple[Place, float, float]
"""(place, from when, and until when, the index shows it)."""

CONDITIONAL: Final = {
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
}
PROJECTING: Final = {"ProjectionExpression", "ExpressionAttributeNames", "ConsistentRead"}
QUERYING: Final = {
    "KeyConditionExpression",
    "ExpressionAttributeValues",
    "IndexName",
    "ScanIndexForward",
    "Limit",
    "ExclusiveStartKey",
}
UPDATING: Final = {"Key", "UpdateExpression", "ReturnValues"}
OF_ALL: Final = {"TableName", "ReturnConsumedCapacity"}
PARAMETERS: Final[Mapping[str, set[str]]] = MappingProxyType(
    {
        "PutItem": {"Item", "ReturnValuesOnConditionCheckFailure"} | CONDITIONAL | OF_ALL,
        "UpdateItem": UPDATING | CONDITIONAL | OF_ALL,
        "GetItem": {"Key"} | PROJECTING | OF_ALL,
        "Query": QUERYING | PROJECTING | OF_ALL,
        "Scan": {"ConsistentRead"} | OF_ALL,
        "BatchGetItem": {"RequestItems", "ReturnConsumedCapacity"},
    }
)
"""What may be asked. Capacity may be asked for; the answer does not tell it, the table counts."""

BATCH_PARAMETERS: Final = {"Keys"} | PROJECTING


@dataclass(frozen=True, slots=True)
class Index:
    """A global index of keys, sorted by a number."""

    name: str
    sort: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's keys: a text, and perhaps a text or a number."""

    name: str
    partition: str
    sort: str | None = None
    index: Index | None = None
    sort_kind: str = "S"
    append_only: bool = False
    """Takes conditional puts, and neither updates nor deletes."""

    def key_names(self, index: Index | None) -> list[str]:
        """Return the names of the key's attributes, and of an index's."""
        names = [self.partition, *([self.sort] if self.sort else [])]
        return names if index is None else [*names, index.sort]


@dataclass(slots=True)
class Partition:
    """The items under one partition key, by sort key."""

    keys: list[Any] = field(default_factory=list)
    items: dict[Any, Item] = field(default_factory=dict)
    sizes: dict[Any, int] = field(default_factory=dict)
    indexed: list[Entry] = field(default_factory=list)


EMPTY: Final = Partition()
"""Stands for a partition without items; nobody writes to it."""


class Table:
    """One table."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.partitions: dict[str, Partition] = {}
        self.replaced: dict[Key, tuple[float, Item | None]] = {}
        self.write_units = 0

    def copy(self) -> "Table":
        """Return a table that changes apart from this one. Items are never changed in place."""
        twin = Table(self.schema)
        twin.partitions = {
            key: Partition(list(one.keys), dict(one.items), dict(one.sizes), list(one.indexed))
            for key, one in self.partitions.items()
        }
        twin.replaced = dict(self.replaced)
        twin.write_units = self.write_units
        return twin

    def key_of(self, values: Item) -> Key:
        """Return the key of an item, or refuse it."""
        schema = self.schema
        first = values.get(schema.partition, NOTHING).get("S", "")
        if not 0 < len(first) <= SHORT:
            key_text(values.get(schema.partition), MAX_PARTITION_KEY_BYTES)
        if schema.sort is None:
            return first, None
        if schema.sort_kind == "N":
            return first, key_number(values.get(schema.sort))
        second = values.get(schema.sort, NOTHING).get("S", "")
        if not 0 < len(second) <= SHORT:
            key_text(values.get(schema.sort), MAX_SORT_KEY_BYTES)
        return first, second

    def key_asked(self, key: Item) -> Key:
        """Return the key that a request names: all of it, and nothing else."""
        if len(key) != (1 if self.schema.sort is None else 2):
            raise InvalidRequestError("The provided key element does not match the schema")
        return self.key_of(key)

    def get(self, key: Key) -> Item | None:
        """Return the item that stands."""
        partition = self.partitions.get(key[0])
        return None if partition is None else partition.items.get(key[1])

    def size_at(self, key: Key) -> int:
        """Return the size of the item that stands, 0 for none."""
        partition = self.partitions.get(key[0])
        return 0 if partition is None else partition.sizes.get(key[1], 0)

    def get_stale(self, key: Key, now_ms: float) -> Item | None:
        """Return what a weak read may answer: the version before, if it is not too old."""
        at_ms, before = self.replaced.get(key, (-STALE_MS, None))
        return before if now_ms - at_ms < STALE_MS else self.get(key)

    def put(self, key: Key, sized: tuple[Item, int], now_ms: float, lag_ms: float) -> None:
        """Let an item of a size stand."""
        item, size = sized
        partition = self.partitions.setdefault(key[0], Partition())
        standing = partition.items.get(key[1])
        self._index(partition, key[1], standing, item, now_ms + lag_ms)
        if not self.schema.append_only:
            self.replaced[key] = (now_ms, standing)
        if standing is None and key[1] is not None:
            insort(partition.keys, key[1])
        self.charge(max(size, partition.sizes.get(key[1], 0)))
        partition.items[key[1]] = item
        partition.sizes[key[1]] = size

    def charge(self, size: int) -> None:
        """Count what a write costs, done or refused: a unit per KB of the larger version."""
        self.write_units += -(-max(size, 1) // WRITE_UNIT_BYTES)

    def _index(
        self, partition: Partition, sort: Any, standing: Item | None, item: Item, visible_ms: float
    ) -> None:
        index = self.schema.index
        if index is None:
            return
        before = None if standing is None else standing.get(index.sort)
        after = item.get(index.sort)
        if before == after:
            return
        # What is new is shown after a while, and so long is what is old.
        places = partition.indexed
        if after is not None:
            insort(places, (place_of(after, sort), visible_ms, inf))
            self.write_units += 1
        if before is not None:
            number = bisect_left(places, (place_of(before, sort), -inf, inf))
            while places[number][2] != inf:
                number += 1
            place, from_ms, _ = places[number]
            places[number] = (place, from_ms, visible_ms)
            self.write_units += 1


def place_of(number: Any, sort: str) -> Place:
    """Return where an item stands in its index, or refuse it."""
    found = key_number(number)
    if not isinstance(found, int):
        raise NotImplementedError(f"an index of anything but integers, as {found}")
    return found, crc32(sort.encode()), sort


class DynamoDB:
    """The tables of one region."""

    def __init__(self, schemas: Iterable[Schema], clock_ms: Callable[[], float]) -> None:
        self.tables = {schema.name: Table(schema) for schema in schemas}
        self._clock_ms = clock_ms
        self.on_append: Callable[[Item], None] | None = None
        self._operations: dict[str, Callable[..., dict[str, Any]]] = {
            "PutItem": self._put_item,
            "UpdateItem": self._update_item,
            "GetItem": self._get_item,
            "Query": self._query,
            "Scan": self._scan,
        }

    def copy(self, clock_ms: Callable[[], float]) -> "DynamoDB":
        """Return the same tables, to change apart."""
        twin = DynamoDB((), clock_ms)
        twin.tables = {name: table.copy() for name, table in self.tables.items()}
        return twin

    def call(
        self,
        operation: str,
        asked: dict[str, Any],
        *,
        stale: bool = False,
        leave_over: int = 0,
        lag_ms: float = 0.0,
    ) -> dict[str, Any]:
        """Execute one operation at one moment.

        Parameters
        ----------
        stale
            Let a read that is not strong answer with the version before.
        leave_over
            How many keys of a batch to leave unprocessed.
        lag_ms
            How long the index does not show an item that is put now.
        """
        if operation not in PARAMETERS or not asked.keys() <= PARAMETERS[operation]:
            raise NotImplementedError(f"{operation} with {sorted(asked)} is not in this model")
        try:
            if operation == "BatchGetItem":
                return self._batch_get(asked, leave_over)
            run, table = self._operations[operation], self.tables.get(asked["TableName"])
            if table is None:
                raise _unknown(operation, asked["TableName"])
            if operation in ("PutItem", "UpdateItem"):
                return run(table, asked, lag_ms)
            if operation in ("GetItem", "Scan"):
                return run(table, asked, stale=stale and not asked.get("ConsistentRead"))
            return run(table, asked)
        except InvalidRequestError as error:
            raise refused(operation, "ValidationException", str(error)) from error

    def _put_item(self, table: Table, asked: dict[str, Any], lag_ms: float) -> dict[str, Any]:
        names, values = _placeholders(asked, "ConditionExpression")
        item: Item = asked["Item"]
        key, stored = table.key_of(item), stored_item(item)
        text = asked.get("ConditionExpression")
        if table.schema.append_only and text is None:
            raise refused("PutItem", "AccessDeniedException", "the journal takes no blind put")
        standing = table.get(key)
        if text is not None:
            told = asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            self._hold("PutItem", table, key, text, (names, values), told=told)
        # IAM could not keep a put with a loose condition out: it is a defect, not a refusal.
        assert not table.schema.append_only or standing is None, f"{key} would be replaced"
        table.put(key, stored, self._clock_ms(), lag_ms)
        if table.schema.append_only and self.on_append is not None:
            self.on_append(stored[0])
        return {}

    def _update_item(self, table: Table, asked: dict[str, Any], lag_ms: float) -> dict[str, Any]:
        if table.schema.append_only:
            raise refused("UpdateItem", "AccessDeniedException", "the journal is append-only")
        returned = asked.get("ReturnValues", "NONE")
        if returned not in ("ALL_NEW", "NONE"):
            raise NotImplementedError(f"ReturnValues {returned} is not in this model")
        names, values = _placeholders(asked, "ConditionExpression", "UpdateExpression")
        key = table.key_asked(asked["Key"])
        clauses = expressions.update(asked["UpdateExpression"])
        changed = {names[path] for path, _ in clauses}
        if len(changed) < len(clauses):
            raise InvalidRequestError("Two document paths overlap with each other")
        if not changed.isdisjoint(asked["Key"]):
            raise InvalidRequestError("Cannot update an attribute that is part of the key")
        if "ConditionExpression" in asked:
            self._hold("UpdateItem", table, key, asked["ConditionExpression"], (names, values))
        standing = table.get(key)
        after = dict(standing or asked["Key"])
        for _, action in clauses:
            action(standing or {}, after, names, values)
        table.put(key, stored_item(after, standing or NOTHING), self._clock_ms(), lag_ms)
        return {"Attributes": dict(after)} if returned == "ALL_NEW" else {}

    @staticmethod
    def _hold(
        operation: str,
        table: Table,
        key: Key,
        text: str,
        placeholders: tuple[Names, Values],
        *,
        told: bool = False,
    ) -> None:
        """Refuse unless the condition holds, and tell what stands to who asked for that.

        To have asked costs as much as to have written.
        """
        standing = table.get(key)
        if not expressions.condition(text)(standing or {}, *placeholders):
            table.charge(table.size_at(key))
            refusal = refused(
                operation, "ConditionalCheckFailedException", "The conditional request failed"
            )
            if told and standing is not None:
                refusal.response["Item"] = dict(standing)  # type: ignore[typeddict-unknown-key]
            raise refusal

    def _get_item(self, table: Table, asked: dict[str, Any], *, stale: bool) -> dict[str, Any]:
        names, _ = _placeholders(asked, "ProjectionExpression")
        key = table.key_asked(asked["Key"])
        if table.schema.append_only and not asked.get("ConsistentRead"):
            raise NotImplementedError("a weak read of the journal is not in this model")
        found = table.get_stale(key, self._clock_ms()) if stale else table.get(key)
        return {} if found is None else {"Item": _projected((found,), asked, names)[0]}

    def _query(self, table: Table, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("Limit", 1) < 1:
            raise not_sent("Invalid value for parameter Limit")
        names, values = _placeholders(asked, "KeyConditionExpression", "ProjectionExpression")
        condition = expressions.key_condition(asked["KeyConditionExpression"])
        if names[condition.partition] != table.schema.partition:
            raise InvalidRequestError("Query condition missed key schema element")
        first = key_text(values[condition.value], MAX_PARTITION_KEY_BYTES)
        index = _index_asked(table, asked)
        span = _span(condition, names, values, table, index)
        if index is None:
            found = self._sorted(table, asked, first, span)
        else:
            found = self._indexed(table, index, asked, first, span)
        items, last = _page(found, asked.get("Limit"))
        answer = _answer(_projected(items, asked, names))
        if last is not None:
            answer["LastEvaluatedKey"] = _keys(last, table.schema, index)
        return answer

    @staticmethod
    def _sorted(
        table: Table, asked: dict[str, Any], first: str, span: Span | None
    ) -> Iterator[tuple[Item, int]]:
        """Yield the items that a query of the table reads, with their sizes."""
        if table.schema.sort is None or not asked.get("ConsistentRead"):
            raise NotImplementedError("only strong queries of sorted tables are in this model")
        partition = table.partitions.get(first, EMPTY)
        keys, start = _in_span(partition.keys, span), asked.get("ExclusiveStartKey")
        backwards = not asked.get("ScanIndexForward", True)
        if start is not None:
            key = table.key_asked(start)
            _check_start(first, key, span)
            keys = _behind(keys, key[1], backwards=backwards)
        return (
            (partition.items[key], partition.sizes[key])
            for key in (reversed(keys) if backwards else keys)
        )

    def _indexed(
        self, table: Table, index: Index, asked: dict[str, Any], first: str, span: Span | None
    ) -> Iterator[tuple[Item, int]]:
        """Yield the keys that a query of the index reads, with their sizes."""
        now_ms, partition = self._clock_ms(), table.partitions.get(first, EMPTY)
        entries = _in_span(partition.indexed, span, _number_of)
        places = [place for place, since, until in entries if since <= now_ms < until]
        start, backwards = asked.get("ExclusiveStartKey"), not asked.get("ScanIndexForward", True)
        if start is not None:
            if sorted(start) != sorted(table.schema.key_names(index)):
                raise InvalidRequestError("The provided starting key is invalid")
            key = table.key_of(start)
            place = place_of(start[index.sort], key[1])
            _check_start(first, (key[0], place[0]), span)
            places = _behind(places, place, backwards=backwards)
        for place in reversed(places) if backwards else places:
            shown = _keys(partition.items[place[2]], table.schema, None)
            shown[index.sort] = {"N": str(place[0])}
            yield stored_item(shown)

    def _scan(self, table: Table, asked: dict[str, Any], *, stale: bool) -> dict[str, Any]:
        now_ms = self._clock_ms()
        keys = [(first, sort) for first, one in table.partitions.items() for sort in one.items]
        if sum(table.size_at(key) for key in keys) > MAX_PAGE_BYTES:
            raise NotImplementedError("a scan of more than a page is not in this model")
        if table.schema.append_only and not asked.get("ConsistentRead"):
            raise NotImplementedError("a weak read of the journal is not in this model")
        found = [table.get_stale(key, now_ms) if stale else table.get(key) for key in keys]
        return _answer([dict(item) for item in found if item is not None])

    def _batch_get(self, asked: dict[str, Any], leave_over: int) -> dict[str, Any]:
        if len(asked["RequestItems"]) != 1:
            raise NotImplementedError("a batch of several tables is not in this model")
        ((name, wanted),) = asked["RequestItems"].items()
        table = self.tables.get(name)
        if table is None:
            raise _unknown("BatchGetItem", name)
        if not wanted.keys() <= BATCH_PARAMETERS or not wanted.get("ConsistentRead"):
            raise NotImplementedError(f"a batch with {sorted(wanted)} is not in this model")
        names, _ = _placeholders(wanted, "ProjectionExpression")
        if not wanted["Keys"]:
            raise not_sent("Invalid length for parameter Keys")
        if len(wanted["Keys"]) > MAX_BATCH_KEYS:
            raise InvalidRequestError("Too many items requested for the BatchGetItem call")
        # pynamodb asks in the order of a set, and AWS promises no order of the answers: by key, a
        # run is the same in every process.
        keys = sorted(map(table.key_asked, wanted["Keys"]), reverse=True)
        if len(set(keys)) != len(keys):
            raise InvalidRequestError("Provided list of item keys contains duplicates")
        processed, over = _processed(table, keys, leave_over)
        found = [item for key in processed if (item := table.get(key)) is not None]
        items = _projected(found, wanted, names)
        rest = [key for key in wanted["Keys"] if table.key_asked(key) in over] if over else []
        left = {name: wanted | {"Keys": rest}} if rest else {}
        return {"Responses": {name: items}, "UnprocessedKeys": left}


def _unknown(operation: str, table_name: str) -> ClientError:
    return refused(operation, "ResourceNotFoundException", table_name)


def _placeholders(asked: dict[str, Any], *kinds: str) -> tuple[Names, Values]:
    """Return the names and values of a request: those that its expressions refer to, no others."""
    names: Names | None = asked.get("ExpressionAttributeNames")
    values: Values | None = asked.get("ExpressionAttributeValues")
    _check_placeholders(
        tuple(map(asked.get, kinds)),
        None if names is None else tuple(names),
        None if values is None else tuple(values),
    )
    if values is None:
        return names or {}, NOTHING
    for value in values.values():
        if "S" not in value:
            stored_value(value)
    return names or {}, values


@lru_cache(maxsize=512)
def _check_placeholders(
    texts: tuple[str | None, ...], names: tuple[str, ...] | None, values: tuple[str, ...] | None
) -> None:
    """Refuse a request whose expressions refer to other names and values than are given."""
    used_names, used_values = expressions.placeholders(*texts)
    given_names, given_values = set(names or ()), set(values or ())
    if given_names != used_names or given_values != used_values:
        raise InvalidRequestError(
            f"given {sorted(given_names)} {sorted(given_values)}, "
            f"used {sorted(used_names)} {sorted(used_values)}"
        )
    if () in (names, values):
        raise InvalidRequestError("placeholders must not be empty")


def _processed(
    table: Table, keys: Sequence[Key], leave_over: int
) -> tuple[Sequence[Key], Sequence[Key]]:
    """Return which keys of a batch are processed, and which are left over.

    At least one key is always processed, or the caller would never come to an end.
    """
    room = MAX_BATCH_BYTES
    partition_room: dict[Any, int] = {}
    upper = max(1, len(keys) - leave_over)
    for number, key in enumerate(keys[:upper]):
        size = table.size_at(key)
        room -= size
        partition_room[key[0]] = partition_room.get(key[0], MAX_PARTITION_BYTES) - size
        if number and (room < 0 or partition_room[key[0]] < 0):
            return keys[:number], keys[number:]
    return keys[:upper], keys[upper:]


def _answer(items: list[Item]) -> dict[str, Any]:
    return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


def _projected(items: Iterable[Item], asked: dict[str, Any], names: Names) -> list[Item]:
    """Return of each item what is asked for, in a dictionary of its own."""
    text = asked.get("ProjectionExpression")
    if text is None:
        return [dict(item) for item in items]
    wanted = [names[word] for word in expressions.projection(text)]
    return [{name: item[name] for name in wanted if name in item} for item in items]


def _keys(item: Item, schema: Schema, index: Index | None) -> Item:
    return {name: item[name] for name in schema.key_names(index)}


def _index_asked(table: Table, asked: dict[str, Any]) -> Index | None:
    """Return the index that a query asks, or refuse it."""
    if "IndexName" not in asked:
        return None
    index = table.schema.index
    if index is None or index.name != asked["IndexName"]:
        raise InvalidRequestError("The table does not have the specified index")
    if asked.get("ConsistentRead"):
        raise InvalidRequestError("Consistent reads are not supported on global secondary indexes")
    return index


def _span(
    condition: KeyCondition, names: Names, values: Values, table: Table, index: Index | None
) -> Span | None:
    """Return the sign and the bounds that a query gives the sort key, or refuse it."""
    if condition.sort is None:
        return None
    if names[condition.sort] != (table.schema.sort if index is None else index.sort):
        raise InvalidRequestError("Query condition missed key schema element")
    if index is None and table.schema.sort_kind == "S":
        bounds = [key_text(values[bound], MAX_SORT_KEY_BYTES) for bound in condition.bounds]
    else:
        bounds = [key_number(values[bound]) for bound in condition.bounds]
    if bounds[0] > bounds[-1]:
        raise InvalidRequestError("The BETWEEN operator requires an upper bound above its lower")
    return condition.sign, bounds


def _within(value: Any, span: Span) -> bool:
    sign, bounds = span
    if sign == "BETWEEN":
        return bool(bounds[0] <= value <= bounds[1])
    return bool(expressions.COMPARISONS[sign](value, bounds[0]))


def _check_start(first: str, start: Key, span: Span | None) -> None:
    """Refuse a page that would begin outside of its query."""
    if start[0] != first or (span is not None and not _within(start[1], span)):
        raise InvalidRequestError("The provided starting key is outside query boundaries")


def _number_of(entry: Entry) -> Any:
    """Return the number by which an index has an item where it is."""
    return entry[0][0]


def _in_span(
    keys: list[Any], span: Span | None, key: Callable[[Any], Any] | None = None
) -> list[Any]:
    """Return what of a sorted list is within bounds, by ``key`` of each where that is compared."""
    if span is None:
        return keys
    sign, bounds = span
    low, high = 0, len(keys)
    if sign in (">", ">=", "=", "BETWEEN"):
        low = (bisect_right if sign == ">" else bisect_left)(keys, bounds[0], key=key)
    if sign in ("<", "<=", "=", "BETWEEN"):
        high = (bisect_left if sign == "<" else bisect_right)(keys, bounds[-1], key=key)
    return keys[low:high]


def _behind(keys: list[Any], after: Any, *, backwards: bool) -> list[Any]:
    return keys[: bisect_left(keys, after)] if backwards else keys[bisect_right(keys, after) :]


def _page(found: Iterable[tuple[Item, int]], limit: int | None) -> tuple[list[Item], Item | None]:
    """Return the items of one page, and the one behind which the next page begins."""
    items: list[Item] = []
    room = MAX_PAGE_BYTES
    for item, size in found:
        if items and size > room:
            return items, items[-1]
        items.append(item)
        room -= size
        # As AWS: a page that the limit ended says so, also when nothing comes behind it.
        if len(items) == limit:
            return items, item
    return items, None
