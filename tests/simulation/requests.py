"""Shorter ways through pynamodb to the same requests, for millions of calls.

As in ``shortcuts``: what is rewritten sends what the original sends, and a test compares the two.
What the stores do not ask for is not in these ways, and fails.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from pynamodb.attributes import AttributeContainer, UnicodeAttribute
from pynamodb.connection import TableConnection
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS, MetaTable
from pynamodb.constants import BATCH_GET_PAGE_LIMIT
from pynamodb.exceptions import (
    AttributeNullError,
    GetError,
    PutError,
    QueryError,
    UpdateError,
)
from pynamodb.expressions import projection
from pynamodb.expressions.condition import Comparison
from pynamodb.expressions.operand import Value
from pynamodb.expressions.update import RemoveAction, SetAction
from pynamodb.models import Model

from tests.simulation.shortcuts import substituted, written

CLAUSES: Final[tuple[tuple[Any, str], ...]] = ((SetAction, "SET"), (RemoveAction, "REMOVE"))
"""What an update does; the stores ask for nothing else."""

Names = dict[str, str]
Values = dict[str, dict[str, Any]]
Write = Callable[[Any], Any]
Writer = tuple[str, str, str, Write | None, bool]
"""(name, name in the table, type, what writes a value if it is another, whether it may be missing)
of an attribute."""

KeyPart = tuple[str, str, Any]
"""(name, type, attribute) of a hash key or of a range key."""


@cache
def _writers(model: Any) -> tuple[Writer, ...]:
    attributes = model.get_attributes().items()
    return tuple(
        (name, one.attr_name, one.attr_type, _write_of(one), bool(one.null))
        for name, one in attributes
    )


def _write_of(attribute: Any) -> Write | None:
    return None if type(attribute) is UnicodeAttribute else attribute.serialize


def serialized(instance: Any, null_check: bool = True) -> Values:  # noqa: FBT001, FBT002 - as there
    """Return an instance as an item, as ``_container_serialize`` does for flat models."""
    found, values = {}, instance.__dict__
    for name, stored_name, kind, write, missing in _writers(instance.__class__):
        value = values.get(name)
        content = value if value is None or write is None else write(value)
        if content is not None:
            found[stored_name] = {kind: content}
        elif null_check and not missing:
            raise AttributeNullError(name)
    return found


class Place(NamedTuple):
    """Where a model's items are, and what their keys are made of."""

    connection: Any
    table_name: str
    hash: KeyPart
    range: KeyPart | None

    def key(self, hash_key: Any, range_key: Any = None) -> Values:
        """Return the key of an item, as ``Model._serialize_keys`` and pynamodb's tables do."""
        name, kind, attribute = self.hash
        found = {name: {kind: written(attribute, hash_key)}}
        if range_key is not None and self.range is not None:
            name, kind, attribute = self.range
            found[name] = {kind: written(attribute, range_key)}
        return found


@cache
def _place_of(model: Any) -> Place:
    table = model._get_connection()
    range_key = model._range_key_attribute()
    range_part = None if range_key is None else _part(range_key)
    return Place(table.connection, table.table_name, _part(model._hash_key_attribute()), range_part)


def _part(attribute: Any) -> KeyPart:
    return attribute.attr_name, attribute.attr_type, attribute


@cache
def _hash_of_index(model: Any, index_name: str) -> KeyPart:
    return _part(model._indexes[index_name]._hash_key_attribute())


@cache
def _key_of(table: MetaTable) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """Return (name, type) of the hash key, and of the range key where there is one."""
    hash_name, range_name = table.hash_keyname, table.range_keyname
    range_key = None if range_name is None else (range_name, table.get_attribute_type(range_name))
    return (hash_name, table.get_attribute_type(hash_name)), range_key


def _key(table: Any, hash_key: str, range_key: str | None) -> Values:
    """Return the key of a request, as ``MetaTable.get_identifier_map`` does."""
    (hash_name, hash_kind), range_of = _key_of(table.connection._tables[table.table_name])
    found = {hash_name: {hash_kind: hash_key}}
    if range_key is not None and range_of is not None:
        found[range_of[0]] = {range_of[1]: range_key}
    return found


@cache
def _projection(names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a read asks that asks for some attributes only. It must not change."""
    placeholders: Names = {}
    text = projection.create_projection_expression(list(names), placeholders)
    return _with_placeholders({"ProjectionExpression": text}, placeholders, {})


def _update(actions: Any, names: Names, values: Values) -> str:
    """Return the text of an update that sets and removes, as ``Update.serialize`` does."""
    kinds = {type(one) for one in actions}
    assert kinds <= {SetAction, RemoveAction}, actions
    if RemoveAction not in kinds:
        return f"SET {', '.join([one.serialize(names, values) for one in actions])}"
    clauses = []
    for kind, word in CLAUSES:
        texts = [one.serialize(names, values) for one in actions if type(one) is kind]
        if texts:
            clauses.append(f"{word} {', '.join(texts)}")
    return " ".join(clauses)


def action_text(action: Any, names: Names, values: Values) -> str:
    """Return the text of an action that sets, as ``Action.serialize`` does."""
    path, source = action.values
    if type(source) is not Value:
        return f"{path.serialize(names, values)} = {source.serialize(names, values)}"
    placeholder = f":{len(values)}"
    values[placeholder] = source.values[0]
    return f"{substituted(path.values[0], names)} = {placeholder}"


def comparison_text(comparison: Any, names: Names, values: Values) -> str:
    """Return the text of a comparison, as ``Condition.serialize`` does."""
    left, right = comparison.values
    text = f"{left.serialize(names, values)} {comparison.operator}"
    return f"{text} {right.serialize(names, values)}"


def _with_placeholders(asked: dict[str, Any], names: Names, values: Values) -> dict[str, Any]:
    if names:
        asked["ExpressionAttributeNames"] = {short: name for name, short in names.items()}
    if values:
        asked["ExpressionAttributeValues"] = values
    return asked


# Writes.


def updated(
    table: Any,
    hash_key: str,
    range_key: str | None = None,
    *,
    actions: Sequence[Any],
    condition: Any = None,
    return_values: str | None = None,
) -> Any:
    """Update an item, as ``TableConnection.update_item`` does."""
    asked = {"TableName": table.table_name, "Key": _key(table, hash_key, range_key)}
    names: Names = {}
    values: Values = {}
    if condition is not None:
        asked["ConditionExpression"] = condition.serialize(names, values)
    if return_values is not None:
        asked["ReturnValues"] = return_values
    asked["UpdateExpression"] = _update(actions, names, values)
    try:
        return table.connection.dispatch("UpdateItem", _with_placeholders(asked, names, values))
    except BOTOCORE_EXCEPTIONS as error:
        raise UpdateError(f"Failed to update item: {error}", error) from error


def put(
    table: Any,
    hash_key: str,
    range_key: str | None = None,
    *,
    attributes: Values,
    condition: Any = None,
) -> Any:
    """Put an item, as ``TableConnection.put_item`` does."""
    item = _key(table, hash_key, range_key) | attributes
    asked = {"TableName": table.table_name, "Item": item}
    names: Names = {}
    values: Values = {}
    if condition is not None:
        asked["ConditionExpression"] = condition.serialize(names, values)
    try:
        return table.connection.dispatch("PutItem", _with_placeholders(asked, names, values))
    except BOTOCORE_EXCEPTIONS as error:
        raise PutError(f"Failed to put item: {error}", error) from error


# Reads.


def got(
    model: Any,
    hash_key: Any,
    range_key: Any = None,
    consistent_read: bool = False,  # noqa: FBT001, FBT002 - as there
    attributes_to_get: Sequence[str] | None = None,
) -> Any:
    """Return the item of a key, as ``Model.get`` does."""
    place = _place_of(model)
    asked: dict[str, Any] = {
        "TableName": place.table_name,
        "ConsistentRead": consistent_read,
        "Key": place.key(hash_key, range_key),
    }
    if attributes_to_get is not None:
        asked |= _projection(tuple(attributes_to_get))
    try:
        item = place.connection.dispatch("GetItem", asked).get("Item")
    except BOTOCORE_EXCEPTIONS as error:
        raise GetError(f"Failed to get item: {error}", error) from error
    if not item:
        raise model.DoesNotExist
    return model.from_raw_data(item)


def queried(
    model: Any,
    /,
    hash_key: Any,
    range_key_condition: Any = None,
    *,
    index_name: str | None = None,
    limit: int | None = None,
    page_size: int | None = None,
    last_evaluated_key: dict[str, Any] | None = None,
    **how: Any,
) -> Iterator[Any]:
    """Return the items that a query finds, as ``Model.query`` does."""
    place = _place_of(model)
    name, kind, attribute = place.hash if index_name is None else _hash_of_index(model, index_name)
    key = name, kind, written(attribute, hash_key)
    asked = _asked(place.table_name, key, range_key_condition, **how)
    if last_evaluated_key is not None:
        asked["ExclusiveStartKey"] = last_evaluated_key
    if index_name is not None:
        asked["IndexName"] = index_name
    if limit is not None or page_size is not None:
        asked["Limit"] = limit if page_size is None else page_size
    return _found(place.connection, asked, model.from_raw_data, limit)


def _asked(
    table_name: str,
    key: tuple[str, str, str],
    condition: Any,
    *,
    consistent_read: bool = False,
    attributes_to_get: Sequence[str] | None = None,
    scan_index_forward: bool | None = None,
    **unasked: Any,
) -> dict[str, Any]:
    """Return what a query asks, but for its pages: ``key`` is (name, type, content)."""
    assert not any(unasked.values()), f"{table_name}: {unasked}"
    name, kind, content = key
    names, values, text = {name: "#0"}, {":0": {kind: content}}, "#0 = :0"
    if condition is not None:
        text = f"({text} AND {condition.serialize(names, values)})"
    asked: dict[str, Any] = {"TableName": table_name, "KeyConditionExpression": text}
    if attributes_to_get:
        wanted = list(attributes_to_get)
        asked["ProjectionExpression"] = projection.create_projection_expression(wanted, names)
    if consistent_read:
        asked["ConsistentRead"] = True
    if scan_index_forward is not None:
        asked["ScanIndexForward"] = scan_index_forward
    return _with_placeholders(asked, names, values)


def _found(
    connection: Any, asked: dict[str, Any], read: Callable[[Any], Any], left: int | None
) -> Iterator[Any]:
    """Yield so many items of a query's pages, as ``ResultIterator`` does."""
    while left != 0:
        page = _page(connection, asked)
        for item in page["Items"]:
            yield read(item)
            if left is not None:
                left -= 1
                if left == 0:
                    return
        last = page.get("LastEvaluatedKey")
        if last is None:
            return
        asked = asked | {"ExclusiveStartKey": last}


def _page(connection: Any, asked: dict[str, Any]) -> Any:
    try:
        return connection.dispatch("Query", asked)
    except BOTOCORE_EXCEPTIONS as error:
        raise QueryError(f"Failed to query items: {error}", error) from error


def batch_get(
    model: Any,
    items: Any,
    consistent_read: bool | None = None,  # noqa: FBT001 - as there
    attributes_to_get: Sequence[str] | None = None,
) -> Iterator[Any]:
    """Yield the items of keys, as ``Model.batch_get`` does, which asks in the order of a set.

    Here the keys come in their own order: above a hundred of them, the order says which go
    together, and a run would not be the same in every process.
    """
    place = _place_of(model)
    wanted: dict[str, Any] = {"ConsistentRead": True} if consistent_read else {}
    if attributes_to_get is not None:
        wanted |= _projection(tuple(attributes_to_get))
    keys = [place.key(*item) for item in sorted(set(items))]
    for first in range(0, len(keys), BATCH_GET_PAGE_LIMIT):
        rest = keys[first : first + BATCH_GET_PAGE_LIMIT]
        while rest:
            answer = _batch(place.connection, place.table_name, wanted | {"Keys": rest})
            yield from map(model.from_raw_data, answer["Responses"][place.table_name])
            rest = answer["UnprocessedKeys"].get(place.table_name, {}).get("Keys")


def _batch(connection: Any, table_name: str, wanted: dict[str, Any]) -> Any:
    try:
        return connection.dispatch("BatchGetItem", {"RequestItems": {table_name: wanted}})
    except BOTOCORE_EXCEPTIONS as error:
        raise GetError(f"Failed to batch get items: {error}", error) from error


def take(stack: ExitStack) -> None:
    """Take the shortcuts until the stack is closed."""
    for owner, name, shortcut in (
        (AttributeContainer, "_container_serialize", serialized),
        (Model, "batch_get", classmethod(batch_get)),
        (Model, "get", classmethod(got)),
        (Model, "query", classmethod(queried)),
        (TableConnection, "update_item", updated),
        (TableConnection, "put_item", put),
        (SetAction, "serialize", action_text),
        (Comparison, "serialize", comparison_text),
    ):
        stack.enter_context(patch.object(owner, name, shortcut))
