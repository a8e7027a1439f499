"""One model, many tables; many models, one client.

A model is bound to a table's name where a function starts: the name is a setting, and importing
a model needs no environment. All bound models share one connection: each of their own would cost
a cold start another client, about 100 ms of CPU.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from typing import Any, Final, TypeVar, cast

from botocore.config import Config
from botocore.exceptions import ClientError, UnknownServiceError
from botocore.loaders import Loader
from botocore.session import Session
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import Index
from pynamodb.models import MetaModel, Model

from zerodesk_aws.at_once import MAX_AT_ONCE

CONNECT_TIMEOUT_SECONDS: Final = 1.0
READ_TIMEOUT_SECONDS: Final = 2.0
MAX_RETRY_ATTEMPTS: Final = 3

MAX_BATCH: Final = 100
"""DynamoDB answers a batch of at most a hundred items."""

ENDPOINT_RULES: Final = "endpoint-rule-set-1"
"""Botocore's name of the document."""

Item = dict[str, dict[str, Any]]
"""An item, or its key, as DynamoDB has it: of each attribute its type and its content."""

M = TypeVar("M", bound=Model)


class OneAddressLoader(Loader):
    """What botocore knows of services, but the rules by which it finds where a request goes.

    The rules allow for another address with each request, so they are asked with each. Of a service
    without them botocore looks the address up once, where its client is made (decision 0144).
    """

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """Return a document about a service; of its rules, that there are none."""
        if type_name == ENDPOINT_RULES:
            raise UnknownServiceError(service_name=service_name, known_service_names="none")
        return super().load_service_model(service_name, type_name, api_version)


class NamedConnection(Connection):
    """A connection that makes calls, whose clients say the same of themselves with each.

    By itself botocore puts that together anew, twice a request: a quarter of what a small write
    takes to compute (decision 0089).
    """

    @property
    def session(self) -> Session:
        """The session that all clients are made of."""
        session = super().session
        if session.get_default_client_config() is None:
            session.set_default_client_config(Config(user_agent=session.user_agent()))
            session.register_component("data_loader", OneAddressLoader())
        return session

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
    """Return the one connection: its client is made at the first call."""
    return NamedConnection(
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        read_timeout_seconds=READ_TIMEOUT_SECONDS,
        max_retry_attempts=MAX_RETRY_ATTEMPTS,
        max_pool_connections=MAX_AT_ONCE,
    )


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
    asked = dict(_projection(attributes))
    return asked | {
        "TableName": table.table_name,
        "KeyConditionExpression": text,
        "ExpressionAttributeNames": names | asked.get("ExpressionAttributeNames", {}),
        "ExpressionAttributeValues": values,
    }


def standing(
    model: type[Model], keys: Sequence[Item], attributes: tuple[str, ...] | None = None
) -> Iterator[Item]:
    """Yield the items of keys that there are, read strongly, as DynamoDB has keys and items."""
    name = model.Meta.table_name
    how = {"ConsistentRead": True} | _projection(attributes)
    for first in range(0, len(keys), MAX_BATCH):
        rest: Any = keys[first : first + MAX_BATCH]
        while rest:
            asked = {"RequestItems": {name: how | {"Keys": rest}}}
            answer = connection().dispatch("BatchGetItem", asked)
            yield from answer["Responses"][name]
            rest = answer["UnprocessedKeys"].get(name, {}).get("Keys")


def got(model: type[M], key: Item, attributes: tuple[str, ...] | None = None) -> M | None:
    """Return the item of a key, given as DynamoDB has it, read strongly, or None.

    ``Model.get`` puts the same request together anew each time, name by name.
    """
    place = {"TableName": model.Meta.table_name, "Key": key, "ConsistentRead": True}
    item = connection().dispatch("GetItem", place | _projection(attributes)).get("Item")
    return model.from_raw_data(item) if item else None


@cache
def _projection(attributes: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what asks for some attributes of an item, of None for all."""
    if attributes is None:
        return {}
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def move_forward(
    model: type[Model],
    key: Item,
    values: Item,
    *,
    by: str,
    among: tuple[str, Sequence[str]] | None = None,
) -> bool:
    """Set attributes of an item, all given as DynamoDB has them, if it is behind them.

    What shows a journal is moved so, with each record. ``update`` makes an object of every name and
    value of its expressions, and writes the same texts each time.

    Parameters
    ----------
    by
        Which of the values counts up: an item that has that number or a higher one stays as it is.
    among
        One that has a value, and of which values the item must have one.

    Returns
    -------
    bool
        Whether it was moved.
    """
    condition, compared = f"(attribute_not_exists(#{by}) OR #{by} < :{by})", {}
    if among is not None:
        name, standing_values = among
        compared = {f":{name}{place}": {"S": one} for place, one in enumerate(standing_values)}
        condition += f" AND #{name} IN ({', '.join(compared)})"
    moved = updated(
        model,
        key,
        "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        condition,
        {f"#{name}": name for name in values},
        {f":{name}": one for name, one in values.items()} | compared,
    )
    return moved is not None


def updated(
    model: type[Model],
    key: Item,
    expression: str,
    condition: str,
    names: dict[str, str],
    values: Item,
    *,
    returns: str = "NONE",
) -> Item | None:
    """Update an item where a condition holds, all given as DynamoDB has it.

    Returns
    -------
    Item or None
        What of the item was asked for by ``returns``; None where the condition did not hold.
    """
    asked = {
        "TableName": model.Meta.table_name,
        "Key": key,
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    if returns != "NONE":
        asked["ReturnValues"] = returns
    try:
        answer = connection().dispatch("UpdateItem", asked)
    except ClientError as error:
        if condition_failed(error):
            return None
        raise
    return cast("Item", answer.get("Attributes", {}))


def put_new(model: type[Model], item: Item, *, absent: str) -> None:
    """Put an item, given as DynamoDB has it, at a place that is empty: no attribute ``absent``.

    What stands there else is told by the refusal (``standing_item``), which ``Model.save`` cannot
    ask for; and an item that is only written needs no instance of its model.
    """
    connection().dispatch(
        "PutItem",
        {
            "TableName": model.Meta.table_name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists (#0)",
            "ExpressionAttributeNames": {"#0": absent},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    )


def standing_item(fault: Exception) -> Item | None:
    """Return the item that a refusal told, as DynamoDB has it; None where it told none.

    pynamodb raises an error of its own from botocore's, and leaves the item with that one.
    """
    refusal = fault.__cause__
    if not isinstance(refusal, ClientError):
        return None
    return cast("Item | None", refusal.response.get("Item"))


def condition_failed(error: PynamoDBException | ClientError) -> bool:
    """Whether a write was refused because its condition did not hold."""
    return response_code(error) == "ConditionalCheckFailedException"


def response_code(error: PynamoDBException | ClientError) -> str | None:
    """Return what DynamoDB answered, None when it did not answer.

    ``cause_response_code`` fails on a time-out, whose ``response`` is there and is None.
    """
    answer = error.cause if isinstance(error, PynamoDBException) else error
    if not isinstance(answer, ClientError):
        return None
    return str(answer.response["Error"]["Code"])
