"""DynamoDB in memory: conditional puts and updates, queries page by page, batches.

Never kinder than AWS: numbers keep 38 digits, items end at 400 KB, pages at 1 MB; a read that is
not strong may answer with an older version; a batch may leave keys over; the index shows an item
after a while. Stricter in one thing: the journal takes conditional puts alone.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.cloud import expressions
from tests.simulation.cloud.expressions import ExpressionError, Item, comparable
from tests.simulation.cloud.faults import invalid, refused

MAX_ITEM_BYTES: Final = 400 * 1024
MAX_PAGE_BYTES: Final = 1024 * 1024
MAX_BATCH_KEYS: Final = 100
WRITE_UNIT_BYTES: Final = 1024
STALE_MS: Final = 10_000
"""How long a version that was replaced may still be what a weak read answers."""

NUMBER: Final = re.compile(r"-?(\d+)(?:\.(\d+))?", re.ASCII)
Key = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Index:
    """A global index of keys, sorted by a number."""

    name: str
    sort: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's keys."""

    name: str
    partition: str
    sort: str | None = None
    index: Index | None = None
    append_only: bool = False
    """Takes conditional puts, and neither updates nor deletes."""


@dataclass(slots=True)
class Partition:
    """The items under one partition key, by sort key."""

    keys: list[Any] = field(default_factory=list)
    items: dict[Any, Item] = field(default_factory=dict)
    sizes: dict[Any, int] = field(default_factory=dict)
    indexed: list[tuple[int, str, float]] = field(default_factory=list)
    """(number, sort key, time from which the index shows it)."""


def size_of(item: Item) -> int:
    """Return an item's size as DynamoDB counts it, bytes."""
    total = 0
    for name, value in item.items():
        ((kind, content),) = value.items()
        total += len(name)
        if kind == "S":
            total += len(content) if content.isascii() else len(content.encode())
        elif kind == "B":
            total += len(content)
        elif kind == "N":
            total += len(content) // 2 + 2
        else:
            total += 1
    return total


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
        """Return the key of an item or of a request's key."""
        schema = self.schema
        partition = values[schema.partition]["S"]
        if schema.sort is None:
            return partition, None
        return partition, comparable(values[schema.sort])[1]

    def get(self, key: Key) -> Item | None:
        """Return the item that stands."""
        partition = self.partitions.get(key[0])
        return None if partition is None else partition.items.get(key[1])

    def get_stale(self, key: Key, now_ms: float) -> Item | None:
        """Return what a weak read may answer: the version before, if it is not too old."""
        at_ms, before = self.replaced.get(key, (-STALE_MS, None))
        return before if now_ms - at_ms < STALE_MS else self.get(key)

    def put(self, key: Key, item: Item, now_ms: float, lag_ms: float) -> None:
        """Let an item stand."""
        partition = self.partitions.setdefault(key[0], Partition())
        standing = partition.items.get(key[1])
        size = size_of(item)
        if not self.schema.append_only:
            self.replaced[key] = (now_ms, standing)
        if standing is None:
            if key[1] is not None:
                insort(partition.keys, key[1])
            self._index(partition, key[1], item, now_ms + lag_ms)
        partition.items[key[1]] = item
        partition.sizes[key[1]] = size
        self.write_units += -(-size // WRITE_UNIT_BYTES)

    def _index(self, partition: Partition, sort: Any, item: Item, visible_ms: float) -> None:
        index = self.schema.index
        if index is not None and index.sort in item:
            insort(partition.indexed, (int(item[index.sort]["N"]), sort, visible_ms))
            self.write_units += 1


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
            "BatchGetItem": self._batch_get,
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
        run = self._operations.get(operation)
        if run is None:
            raise invalid(operation, f"{operation} is not in this model")
        try:
            if operation == "BatchGetItem":
                return run(asked, leave_over)
            table = self.tables.get(asked["TableName"])
            if table is None:
                raise refused(operation, "ResourceNotFoundException", str(asked["TableName"]))
            if operation in ("PutItem", "UpdateItem"):
                return run(table, asked, lag_ms)
            if operation == "GetItem":
                return run(table, asked, stale=stale and not asked.get("ConsistentRead"))
            return run(table, asked)
        except ExpressionError as error:
            raise invalid(operation, str(error)) from error

    def _put_item(self, table: Table, asked: dict[str, Any], lag_ms: float) -> dict[str, Any]:
        item: Item = asked["Item"]
        key = table.key_of(item)
        text = asked.get("ConditionExpression")
        if table.schema.append_only and text is None:
            raise refused("PutItem", "AccessDeniedException", "the journal takes no blind put")
        standing = table.get(key)
        if text is not None:
            self._hold("PutItem", asked, standing or {})
        # IAM could not keep a put with a loose condition out: it is a defect, not a refusal.
        assert not table.schema.append_only or standing is None, f"{key} would be replaced"
        stored = self._checked("PutItem", item)
        table.put(key, stored, self._clock_ms(), lag_ms)
        if table.schema.append_only and self.on_append is not None:
            self.on_append(stored)
        return {"ConsumedCapacity": _capacity(table.schema.name)}

    def _update_item(self, table: Table, asked: dict[str, Any], lag_ms: float) -> dict[str, Any]:
        if table.schema.append_only:
            raise refused("UpdateItem", "AccessDeniedException", "the journal is append-only")
        key = table.key_of(asked["Key"])
        standing = table.get(key)
        before = standing or {}
        if "ConditionExpression" in asked:
            self._hold("UpdateItem", asked, before)
        names = asked.get("ExpressionAttributeNames", {})
        values = asked.get("ExpressionAttributeValues", {})
        after = dict(before) if standing is not None else dict(asked["Key"])
        for action in expressions.update(asked["UpdateExpression"]):
            action(before, after, names, values)
        if table.key_of(after) != key:
            raise invalid("UpdateItem", "an update may not change the key")
        table.put(key, self._checked("UpdateItem", after), self._clock_ms(), lag_ms)
        answer: dict[str, Any] = {"ConsumedCapacity": _capacity(table.schema.name)}
        if asked.get("ReturnValues") == "ALL_NEW":
            answer["Attributes"] = dict(after)
        return answer

    @staticmethod
    def _hold(operation: str, asked: dict[str, Any], item: Item) -> None:
        """Refuse unless the condition holds."""
        compiled = expressions.condition(asked["ConditionExpression"])
        names = asked.get("ExpressionAttributeNames", {})
        if not compiled(item, names, asked.get("ExpressionAttributeValues", {})):
            raise refused(
                operation, "ConditionalCheckFailedException", "The conditional request failed"
            )

    @staticmethod
    def _checked(operation: str, item: Item) -> Item:
        """Return the item as it is stored, or refuse it."""
        stored: Item = {}
        for name, value in item.items():
            ((kind, content),) = value.items()
            if kind == "N":
                stored[name] = {"N": stored_number(operation, content)}
            elif kind in ("S", "B", "BOOL", "NULL"):
                stored[name] = value
            else:
                raise invalid(operation, f"type {kind} is not in this model")
        size = size_of(stored)
        if size > MAX_ITEM_BYTES:
            raise invalid(operation, "Item size has exceeded the maximum allowed size")
        return stored

    def _get_item(self, table: Table, asked: dict[str, Any], *, stale: bool) -> dict[str, Any]:
        key = table.key_of(asked["Key"])
        found = table.get_stale(key, self._clock_ms()) if stale else table.get(key)
        answer: dict[str, Any] = {"ConsumedCapacity": _capacity(table.schema.name)}
        if found is not None:
            answer["Item"] = _projected(found, asked)
        return answer

    def _query(self, table: Table, asked: dict[str, Any]) -> dict[str, Any]:
        if "FilterExpression" in asked:
            raise invalid("Query", "filters are not in this model")
        names, values = asked["ExpressionAttributeNames"], asked["ExpressionAttributeValues"]
        _, partition_value, on_sort = expressions.key_condition(asked["KeyConditionExpression"])
        partition = table.partitions.get(values[partition_value]["S"], Partition())
        span = None
        if on_sort is not None:
            sign, bounds = on_sort
            span = (sign, [comparable(values[bound])[1] for bound in bounds])
        if "IndexName" in asked:
            return self._query_index(table, asked, partition, span)
        found = _in_span(partition.keys, span)
        start = asked.get("ExclusiveStartKey")
        after = None if start is None else table.key_of(start)[1]
        backwards = not asked.get("ScanIndexForward", True)
        keys = _behind(found, after, backwards=backwards)
        items, last = _page(partition, keys, asked.get("Limit"))
        answer = _answer([_projected(item, asked, names) for item in items], table)
        if last is not None:
            item = partition.items[last]
            answer["LastEvaluatedKey"] = _keys(item, table.schema)
        return answer

    def _query_index(
        self,
        table: Table,
        asked: dict[str, Any],
        partition: Partition,
        span: tuple[str, list[Any]] | None,
    ) -> dict[str, Any]:
        index = table.schema.index
        if index is None or asked["IndexName"] != index.name:
            raise invalid("Query", f"no index {asked['IndexName']}")
        if asked.get("ConsistentRead"):
            raise invalid("Query", "Consistent reads are not supported on global secondary indexes")
        now_ms = self._clock_ms()
        shown = [(at, sort) for at, sort, visible in partition.indexed if visible <= now_ms]
        if span is not None:
            shown = [place for place in shown if _within(place[0], span)]
        if not asked.get("ScanIndexForward", True):
            shown.reverse()
        start = asked.get("ExclusiveStartKey")
        if start is not None:
            place = (int(start[index.sort]["N"]), start[table.schema.sort]["S"])
            forward = asked.get("ScanIndexForward", True)
            shown = [one for one in shown if (one > place if forward else one < place)]
        limit = asked.get("Limit") or len(shown)
        taken = shown[:limit]
        items = [_keys(partition.items[sort], table.schema, index.sort) for _, sort in taken]
        answer = _answer(items, table)
        if taken and len(taken) == limit and (asked.get("Limit") or len(shown) > limit):
            answer["LastEvaluatedKey"] = items[-1]
        return answer

    def _scan(self, table: Table, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.keys() & {"FilterExpression", "ExclusiveStartKey", "Limit", "Segment"}:
            raise invalid("Scan", "only whole scans of small tables are in this model")
        items = [
            _projected(item, asked)
            for partition in self.tables[table.schema.name].partitions.values()
            for item in partition.items.values()
        ]
        return _answer(items, table)

    def _batch_get(self, asked: dict[str, Any], leave_over: int) -> dict[str, Any]:
        ((name, wanted),) = asked["RequestItems"].items()
        table = self.tables[name]
        # pynamodb asks in the order of a set, and AWS promises no order of the answers: by key, a
        # run is the same in every process.
        keys: Sequence[Item] = sorted(wanted["Keys"], key=table.key_of, reverse=True)
        if not 0 < len(keys) <= MAX_BATCH_KEYS:
            raise invalid("BatchGetItem", f"{len(keys)} keys")
        if len({table.key_of(key) for key in keys}) != len(keys):
            raise invalid("BatchGetItem", "Provided list of item keys contains duplicates")
        # At least one key is always processed, or the caller would never come to an end.
        processed = keys[: max(1, len(keys) - leave_over)]
        found = [table.get(table.key_of(key)) for key in processed]
        items = [dict(item) for item in found if item is not None]
        rest = keys[len(processed) :]
        over = {name: wanted | {"Keys": list(rest)}} if rest else {}
        return {"Responses": {name: items}, "UnprocessedKeys": over, "ConsumedCapacity": []}


def stored_number(operation: str, text: str) -> str:
    """Return a number as DynamoDB keeps it, or refuse it.

    Examples
    --------
    >>> stored_number("PutItem", "0012.50")
    '12.5'
    """
    if text.isdigit() and text[0] != "0" and len(text) <= expressions.MAX_DIGITS:
        return text
    found = NUMBER.fullmatch(text)
    if found is None:
        raise invalid(operation, f"{text!r} is no number in this model")
    whole, fraction = found[1].lstrip("0"), (found[2] or "").rstrip("0")
    digits = (whole + fraction).lstrip("0").rstrip("0")
    if len(digits) > expressions.MAX_DIGITS:
        raise invalid(operation, "Attempting to store more than 38 significant digits in a Number")
    plain = (whole or "0") + (f".{fraction}" if fraction else "")
    return plain if plain == "0" or not text.startswith("-") else f"-{plain}"


def _capacity(name: str) -> dict[str, Any]:
    return {"TableName": name, "CapacityUnits": 1.0}


def _answer(items: list[Item], table: Table) -> dict[str, Any]:
    return {
        "Items": items,
        "Count": len(items),
        "ScannedCount": len(items),
        "ConsumedCapacity": _capacity(table.schema.name),
    }


def _projected(item: Item, asked: dict[str, Any], names: dict[str, str] | None = None) -> Item:
    text = asked.get("ProjectionExpression")
    if text is None:
        return dict(item)
    known = names if names is not None else asked.get("ExpressionAttributeNames", {})
    wanted = [known.get(word.strip(), word.strip()) for word in text.split(",")]
    return {name: item[name] for name in wanted if name in item}


def _keys(item: Item, schema: Schema, *more: str) -> Item:
    names = [schema.partition, *([schema.sort] if schema.sort else []), *more]
    return {name: item[name] for name in names}


def _within(value: Any, span: tuple[str, list[Any]]) -> bool:
    sign, bounds = span
    match sign:
        case "BETWEEN":
            return bool(bounds[0] <= value <= bounds[1])
        case "=":
            return bool(value == bounds[0])
        case "<":
            return bool(value < bounds[0])
        case "<=":
            return bool(value <= bounds[0])
        case ">":
            return bool(value > bounds[0])
        case _:
            return bool(value >= bounds[0])


def _in_span(keys: list[Any], span: tuple[str, list[Any]] | None) -> list[Any]:
    if span is None:
        return keys
    sign, bounds = span
    low, high = 0, len(keys)
    if sign in (">", ">=", "=", "BETWEEN"):
        low = (bisect_right if sign == ">" else bisect_left)(keys, bounds[0])
    if sign in ("<", "<=", "=", "BETWEEN"):
        high = (bisect_left if sign == "<" else bisect_right)(keys, bounds[-1])
    return keys[low:high]


def _behind(keys: list[Any], after: Any, *, backwards: bool) -> Iterable[Any]:
    if after is not None:
        keys = keys[: bisect_left(keys, after)] if backwards else keys[bisect_right(keys, after) :]
    return reversed(keys) if backwards else keys


def _page(
    partition: Partition, keys: Iterable[Any], limit: int | None
) -> tuple[list[Item], Any | None]:
    """Return the items of one page, and the key behind which the next one begins."""
    items: list[Item] = []
    room = MAX_PAGE_BYTES
    for key in keys:
        items.append(partition.items[key])
        room -= partition.sizes[key]
        # As AWS: a page that the limit ended says so, also when nothing comes behind it.
        if room <= 0 or len(items) == limit:
            return items, key
    return items, None
