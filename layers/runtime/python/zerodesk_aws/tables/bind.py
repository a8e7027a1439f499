"""One model, many tables; many models, one client.

A model is bound to a table's name where a function starts: the name is a setting, and importing
a model needs no environment. All bound models share one connection, and that has the client of all
who do without a model (``items``).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from typing import Any, TypeVar, cast

from botocore.session import Session
from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import Index
from pynamodb.models import MetaModel, Model

from zerodesk_aws import clients
from zerodesk_aws.tables.items import Item, projection

M = TypeVar("M", bound=Model)


class SharedConnection(Connection):
    """A connection that makes calls, by the client that all others have."""

    @property
    def session(self) -> Session:
        """The session that all clients are made of."""
        return clients.session()

    @property
    def client(self) -> Any:
        """The client of the tables."""
        return clients.tables()

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Make a call, and nothing around it.

        By itself pynamodb has each call tell what it consumed, gives it an id, signals it before
        and after, and writes it down for whoever debugs: nobody reads or hears any of that.
        """
        # Protected, for its one public way is what this leaves out. The client's public methods
        # have a name for each operation, and raise botocore's error, without the table's name and
        # why a transaction was cancelled, which pynamodb reads.
        return self._make_api_call(operation_name, operation_kwargs)


@cache
def connection() -> Connection:
    """Return the one connection."""
    return SharedConnection()


def bound(model: type[M], table_name: str) -> type[M]:
    """Return ``model`` reading and writing the table of that name: one class, however often."""
    return cast("type[M]", _bound(model, table_name))


@cache
def _bound(model: type[Model], table_name: str) -> type[Model]:
    meta = type("Meta", (cast("type", model.Meta),), {"table_name": table_name})
    indexes = {name: copy(one) for name, one in vars(model).items() if isinstance(one, Index)}
    namespace = {"Meta": meta, "__module__": model.__module__, **indexes}
    # All but the table's name is the model's. To call the metaclass would have pynamodb look for it
    # once more, among all that a class has: four times as long as all that is done here.
    bound_model = cast("type[Model]", type.__new__(MetaModel, model.__name__, (model,), namespace))
    for index in indexes.values():
        index._model = bound_model  # noqa: SLF001 - as below
    table = bound_model._get_connection()  # noqa: SLF001 - pynamodb has no public way to share one
    with suppress(ValueError):  # the connection knows the table already
        connection().add_meta_table(table.get_meta_table())
    table.connection = connection()
    return bound_model


def update(
    model: type[Model],
    hash_key: str,
    range_key: str | None = None,
    *,
    actions: Sequence[Action],
    condition: Condition | None = None,
) -> None:
    """Update the item of a key. ``Model.update`` has the whole item sent back, and reads it."""
    table = model._get_connection()  # noqa: SLF001 - as in ``bound``
    table.update_item(hash_key, range_key, actions=actions, condition=condition)


def found(
    model: type[Model],
    hash_key: str,
    condition: Condition | None = None,
    *,
    limit: int | None = None,
    page_size: int,
    newest_first: bool = False,
    attributes: tuple[str, ...] | None = None,
) -> Iterator[Item]:
    """Yield what a strong query finds, as DynamoDB has it, a page at a time as it is asked for.

    ``Model.query`` makes an instance of each, and to make it and to ask it takes four times as long
    as to decompress a record of the journal and to hash it (``docs/numbers.md``).
    """
    asked = _query(model, hash_key, condition, attributes) | {
        "ConsistentRead": True,
        "ScanIndexForward": not newest_first,
    }
    while limit is None or limit > 0:
        asked["Limit"] = page_size if limit is None else min(page_size, limit)
        page = connection().dispatch("Query", dict(asked))
        for item in page["Items"]:
            yield item
            if limit is not None:
                limit -= 1
                if not limit:
                    return
        start = page.get("LastEvaluatedKey")
        if start is None:
            return
        asked["ExclusiveStartKey"] = start


def _query(
    model: type[Model],
    hash_key: str,
    condition: Condition | None,
    attributes: tuple[str, ...] | None,
) -> dict[str, Any]:
    """Return what asks for the items of a hash key of which a condition is true."""
    table = model._get_connection()  # noqa: SLF001 - as in ``bound``
    placeholders = {table.get_meta_table().hash_keyname: "#0"}
    values: dict[str, Any] = {":0": {"S": hash_key}}
    text = "#0 = :0"
    if condition is not None:
        text += f" AND {condition.serialize(placeholders, values)}"
    names = {short: name for name, short in placeholders.items()}
    asked = dict(projection(attributes))
    return asked | {
        "TableName": table.table_name,
        "KeyConditionExpression": text,
        "ExpressionAttributeNames": names | asked.get("ExpressionAttributeNames", {}),
        "ExpressionAttributeValues": values,
    }
