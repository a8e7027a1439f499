"""Shorter ways through pynamodb to the same requests, for millions of calls.

As in ``shortcuts``: what is rewritten sends what the original sends, and a test compares the two.
What the stores do not ask for goes the original's way.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from pynamodb import models
from pynamodb.attributes import AttributeContainer
from pynamodb.connection import base
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS, Connection, MetaTable
from pynamodb.constants import BATCH_GET_PAGE_LIMIT
from pynamodb.exceptions import AttributeNullError, GetError, QueryError
from pynamodb.expressions import projection
from pynamodb.expressions.condition import Comparison
from pynamodb.expressions.update import RemoveAction, SetAction
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator

UNASKED: Final = ("filter_condition", "exclusive_start_key", "return_consumed_capacity", "select")
"""What a query may have, and those of most calls have not."""

CLAUSES: Final[tuple[tuple[Any, str], ...]] = ((SetAction, "SET"), (RemoveAction, "REMOVE"))
"""What an update does; the stores ask for nothing else."""

Names = dict[str, str]
Values = dict[str, dict[str, Any]]
Writer = tuple[str, str, str, Callable[[Any], Any], bool]
"""(name, name in the table, type, what writes a value, whether it may be missing)."""


@cache
def _writers(model: Any) -> tuple[Writer, ...]:
    attributes = model.get_attributes().items()
    return tuple(
        (name, one.attr_name, one.attr_type, one.serialize, bool(one.null))
        for name, one in attributes
    )


def serialized(instance: Any, null_check: bool = True) -> Values:  # noqa: FBT001, FBT002 - as there
    """Return an instance as an item, as ``_container_serialize`` does for flat models."""
    found, values = {}, instance.__dict__
    for name, stored_name, kind, write, missing in _writers(instance.__class__):
        value = values.get(name)
        content = None if value is None else write(value)
        if content is not None:
            found[stored_name] = {kind: content}
        elif null_check and not missing:
            raise AttributeNullError(name)
    return found


def connection_of(original: Callable[[], Any]) -> Any:
    """Return a model's connection, as ``Model._get_connection`` does, at once where it has one."""
    make = original.__func__  # type: ignore[attr-defined]

    def get_connection(model: Any) -> Any:
        known = model._connection
        if known is not None and known.table_name == model.Meta.table_name:
            return known
        return make(model)

    return classmethod(get_connection)


def no_discriminator(_: Any) -> None:
    """Return what tells a model's kinds apart: flat models have one kind."""


@cache
def _key_writers(model: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any] | None]:
    range_key = model._range_key_attribute()
    return model._hash_key_attribute().serialize, range_key and range_key.serialize


def serialized_keys(model: Any, hash_key: Any, range_key: Any = None) -> tuple[Any, Any]:
    """Return the contents of a key, as ``Model._serialize_keys`` does."""
    write_hash, write_range = _key_writers(model)
    if range_key is not None:
        assert write_range is not None, "a range key for a table that has one"
        range_key = write_range(range_key)
    return None if hash_key is None else write_hash(hash_key), range_key


@cache
def _key_of(table: MetaTable) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """Return (name, type) of the hash key, and of the range key where there is one."""
    hash_name, range_name = table.hash_keyname, table.range_keyname
    range_key = None if range_name is None else (range_name, table.get_attribute_type(range_name))
    return (hash_name, table.get_attribute_type(hash_name)), range_key


def identifier(
    table: MetaTable, hash_key: str, range_key: str | None = None, key: str = "Key"
) -> dict[str, Any]:
    """Return the key of a request, as ``MetaTable.get_identifier_map`` does."""
    (hash_name, hash_kind), range_of = _key_of(table)
    found = {hash_name: {hash_kind: hash_key}}
    if range_key is not None and range_of is not None:
        found[range_of[0]] = {range_of[1]: range_key}
    return {key: found}


@cache
def _projection(names: tuple[str, ...]) -> tuple[str, Names]:
    placeholders: Names = {}
    return _original_projection(list(names), placeholders), placeholders


_original_projection: Final = projection.create_projection_expression


def projected(attributes: Any, placeholders: Names) -> str:
    """Return a projection, as ``create_projection_expression`` does, once for the same names."""
    if placeholders or not isinstance(attributes, list):
        return _original_projection(attributes, placeholders)
    try:
        text, found = _projection(tuple(attributes))
    except TypeError:  # not all are names
        return _original_projection(attributes, placeholders)
    placeholders.update(found)
    return text


def request_of(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return what asks for a read or a write, as ``Connection.get_operation_kwargs`` does."""

    def request(
        connection: Any,
        table_name: str,
        hash_key: str,
        range_key: str | None = None,
        key: str = "Key",
        attributes: Values | None = None,
        attributes_to_get: Any = None,
        actions: Any = None,
        condition: Any = None,
        consistent_read: bool | None = None,  # noqa: FBT001 - as there
        **others: Any,
    ) -> dict[str, Any]:
        if any(value is not None for value in others.values()):
            given = (table_name, hash_key, range_key, key, attributes, attributes_to_get)
            rest = (actions, condition, consistent_read)
            return original(connection, *given, *rest, **others)
        asked: dict[str, Any] = {"TableName": table_name}
        asked |= connection._tables[table_name].get_identifier_map(hash_key, range_key, key)
        names: Names = {}
        values: Values = {}
        if attributes and key == "Item":
            asked["Item"] |= attributes
        if attributes_to_get is not None:
            asked["ProjectionExpression"] = projected(attributes_to_get, names)
        if condition is not None:
            asked["ConditionExpression"] = condition.serialize(names, values)
        if consistent_read is not None:
            asked["ConsistentRead"] = consistent_read
        if actions is not None:
            asked["UpdateExpression"] = _update(actions, names, values)
        return _with_placeholders(asked, names, values)

    return request


def _update(actions: Any, names: Names, values: Values) -> str:
    """Return the text of an update that sets and removes, as ``Update.serialize`` does."""
    assert all(type(one) in (SetAction, RemoveAction) for one in actions), actions
    clauses = []
    for kind, word in CLAUSES:
        texts = [one.serialize(names, values) for one in actions if type(one) is kind]
        if texts:
            clauses.append(f"{word} {', '.join(texts)}")
    return " ".join(clauses)


def action_text(action: Any, names: Names, values: Values) -> str:
    """Return the text of an action that sets, as ``Action.serialize`` does."""
    path, source = action.values
    return f"{path.serialize(names, values)} = {source.serialize(names, values)}"


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


def got(
    model: Any,
    hash_key: Any,
    range_key: Any = None,
    consistent_read: bool = False,  # noqa: FBT001, FBT002 - as there
    attributes_to_get: Any = None,
) -> Any:
    """Return the item of a key, as ``Model.get`` does."""
    table = model._get_connection()
    asked: dict[str, Any] = {"TableName": table.table_name, "ConsistentRead": consistent_read}
    asked |= identifier(table.get_meta_table(), *serialized_keys(model, hash_key, range_key))
    names: Names = {}
    if attributes_to_get is not None:
        asked["ProjectionExpression"] = projected(attributes_to_get, names)
    try:
        answer = table.connection.dispatch("GetItem", _with_placeholders(asked, names, {}))
    except BOTOCORE_EXCEPTIONS as error:
        raise GetError(f"Failed to get item: {error}", error) from error
    item = answer.get("Item")
    if not item:
        raise model.DoesNotExist
    return model.from_raw_data(item)


def results_of(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what goes from item to item of a query's pages, as ``ResultIterator`` does."""

    def results(
        operation: Any,
        arguments: Any,
        named: dict[str, Any],
        map_fn: Any = None,
        limit: int | None = None,
        rate_limit: float | None = None,
    ) -> Iterator[Any]:
        if rate_limit is not None or map_fn is None:
            given: Iterator[Any] = original(operation, arguments, named, map_fn, limit, rate_limit)
            return given
        return _results(operation, arguments, named, map_fn, limit)

    return results


def _results(
    operation: Any, arguments: Any, named: dict[str, Any], read: Any, left: int | None
) -> Iterator[Any]:
    while left != 0:
        page = operation(*arguments, **named)
        for item in page["Items"]:
            yield read(item)
            if left is not None:
                left -= 1
                if left == 0:
                    return
        named["exclusive_start_key"] = page.get("LastEvaluatedKey")
        if named["exclusive_start_key"] is None:
            return


@cache
def _hash_key_of(table: MetaTable, index_name: str | None) -> tuple[str, str]:
    name = table.get_index_hash_keyname(index_name) if index_name else table.hash_keyname
    return name, table.get_attribute_type(name)


def query_of(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return what queries, as ``Connection.query`` does."""

    def query(connection: Any, table_name: str, hash_key: str, **given: Any) -> dict[str, Any]:
        if any(given.get(name) is not None for name in UNASKED):
            return original(connection, table_name, hash_key, **given)
        index_name, condition = given.get("index_name"), given.get("range_key_condition")
        name, kind = _hash_key_of(connection._tables[table_name], index_name)
        names, values = {name: "#0"}, {":0": {kind: hash_key}}
        text = "#0 = :0"
        if condition is not None:
            text = f"({text} AND {condition.serialize(names, values)})"
        wanted = given.get("attributes_to_get")
        options = {
            "KeyConditionExpression": text,
            "ProjectionExpression": projected(wanted, names) if wanted else None,
            "ConsistentRead": given.get("consistent_read") or None,
            "IndexName": index_name,
            "Limit": given.get("limit"),
            "ScanIndexForward": given.get("scan_index_forward"),
        }
        asked = {name: option for name, option in options.items() if option is not None}
        asked["TableName"] = table_name
        try:
            answer: dict[str, Any] = connection.dispatch(
                "Query", _with_placeholders(asked, names, values)
            )
        except BOTOCORE_EXCEPTIONS as error:
            raise QueryError(f"Failed to query items: {error}", error) from error
        return answer

    return query


def batch_get(
    model: Any,
    items: Any,
    consistent_read: bool | None = None,  # noqa: FBT001 - as there
    attributes_to_get: Any = None,
) -> Iterator[Any]:
    """Yield the items of keys, as ``Model.batch_get`` does, which asks in the order of a set.

    Here the keys come in their own order: above a hundred of them, the order says which go
    together, and a run would not be the same in every process.
    """
    keys = [
        identifier(model._get_connection().get_meta_table(), *model._serialize_keys(*item))["Key"]
        for item in sorted(set(items))
    ]
    for first in range(0, len(keys), BATCH_GET_PAGE_LIMIT):
        rest = keys[first : first + BATCH_GET_PAGE_LIMIT]
        while rest:
            page, rest = model._batch_get_page(rest, consistent_read, attributes_to_get)
            yield from map(model.from_raw_data, page)


def take(stack: ExitStack) -> None:
    """Take the shortcuts until the stack is closed."""
    for owner, name, shortcut in (
        (AttributeContainer, "_container_serialize", serialized),
        (Model, "_get_connection", connection_of(Model._get_connection)),
        (Model, "_serialize_keys", classmethod(serialized_keys)),
        (Model, "batch_get", classmethod(batch_get)),
        (Model, "get", classmethod(got)),
        (models, "ResultIterator", results_of(ResultIterator)),
        (MetaTable, "get_identifier_map", identifier),
        (Model, "_get_discriminator_attribute", classmethod(no_discriminator)),
        (SetAction, "serialize", action_text),
        (Comparison, "serialize", comparison_text),
        (base, "create_projection_expression", projected),
        (Connection, "get_operation_kwargs", request_of(Connection.get_operation_kwargs)),
        (Connection, "query", query_of(Connection.query)),
    ):
        stack.enter_context(patch.object(owner, name, shortcut))
