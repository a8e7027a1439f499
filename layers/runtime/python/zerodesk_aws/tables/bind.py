"""One model, many tables; many models, one client.

A model is bound to a table's name where a function starts: the name is a setting, and importing
a model needs no environment. All bound models share one connection: each of their own would cost
a cold start another client, about 100 ms of CPU.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeVar, cast

from botocore.exceptions import ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import MetaModel, Model

CONNECT_TIMEOUT_SECONDS: Final = 1.0
READ_TIMEOUT_SECONDS: Final = 2.0
MAX_RETRY_ATTEMPTS: Final = 3

M = TypeVar("M", bound=Model)


@cache
def connection() -> Connection:
    """Return the one connection: its client is made at the first call."""
    return Connection(
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        read_timeout_seconds=READ_TIMEOUT_SECONDS,
        max_retry_attempts=MAX_RETRY_ATTEMPTS,
    )


def bound(model: type[M], table_name: str) -> type[M]:
    """Return ``model`` reading and writing the table of that name: one class, however often."""
    return cast("type[M]", _bound(model, table_name))


@cache
def _bound(model: type[Model], table_name: str) -> type[Model]:
    meta = type("Meta", (), {"table_name": table_name})
    namespace = {"Meta": meta, "__module__": model.__module__}
    bound_model = cast("type[Model]", MetaModel(model.__name__, (model,), namespace))
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


def put_new(model: type[Model], item: dict[str, Any], *, absent: str) -> None:
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


def standing_item(fault: Exception) -> dict[str, Any] | None:
    """Return the item that a refusal told, as DynamoDB has it; None where it told none.

    pynamodb raises an error of its own from botocore's, and leaves the item with that one.
    """
    refusal = fault.__cause__
    if not isinstance(refusal, ClientError):
        return None
    return cast("dict[str, Any] | None", refusal.response.get("Item"))


def condition_failed(error: PynamoDBException) -> bool:
    """Whether a write was refused because its condition did not hold."""
    return response_code(error) == "ConditionalCheckFailedException"


def response_code(error: PynamoDBException) -> str | None:
    """Return what DynamoDB answered, None when it did not answer.

    ``cause_response_code`` fails on a time-out, whose ``response`` is there and is None.
    """
    if not isinstance(error.cause, ClientError):
        return None
    return str(error.cause.response["Error"]["Code"])
