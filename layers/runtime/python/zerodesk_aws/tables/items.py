"""Items as DynamoDB has them: what an order's way asks of its tables, one call each.

No model takes part: pynamodb makes an object of each name and value of an expression (decision
0128), and to import it is a twentieth of a cold start, which who needs no model is spared (0142).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from botocore.exceptions import ClientError

from zerodesk_aws.clients import tables

MAX_BATCH: Final = 100
"""DynamoDB answers a batch of at most a hundred items."""

Item = dict[str, dict[str, Any]]
"""An item, or its key, as DynamoDB has it: of each attribute its type and its content."""


def got(
    table_name: str,
    key: Item,
    attributes: tuple[str, ...] | None = None,
    *,
    consistent: bool = True,
) -> Item | None:
    """Return the item of a key, or None; read strongly, if nothing else is said."""
    place = {"TableName": table_name, "Key": key, "ConsistentRead": consistent}
    found: Item | None = tables().get_item(**place, **projection(attributes)).get("Item")
    return found


def standing(
    table_name: str, keys: Sequence[Item], attributes: tuple[str, ...] | None = None
) -> Iterator[Item]:
    """Yield the items of keys that there are, read strongly."""
    how = {"ConsistentRead": True} | projection(attributes)
    for first in range(0, len(keys), MAX_BATCH):
        rest: Any = keys[first : first + MAX_BATCH]
        while rest:
            answer = tables().batch_get_item(RequestItems={table_name: how | {"Keys": rest}})
            yield from answer["Responses"][table_name]
            rest = answer["UnprocessedKeys"].get(table_name, {}).get("Keys")


@cache
def projection(attributes: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what asks for some attributes of an item, of None for all. It must not change."""
    if attributes is None:
        return {}
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def move_forward(
    table_name: str,
    key: Item,
    values: Item,
    *,
    by: str,
    among: tuple[str, Sequence[str]] | None = None,
) -> bool:
    """Set attributes of an item if it is behind them.

    What shows a journal is moved so, with each record.

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
    condition = f"(attribute_not_exists(#{by}) OR #{by} < :{by})"
    compared: Item | None = None
    if among is not None:
        has_one, compared = one_of(*among)
        condition += f" AND {has_one}"
    return set_where(table_name, key, values, condition, compared)


def one_of(name: str, values: Sequence[str]) -> tuple[str, Item]:
    """Return the condition that an attribute has one of these values, and what it compares with."""
    compared = {f":{name}{place}": {"S": one} for place, one in enumerate(values)}
    return f"#{name} IN ({', '.join(compared)})", compared


def set_where(
    table_name: str, key: Item, values: Item, condition: str, compared: Item | None = None
) -> bool:
    """Set attributes of an item if a condition is true of it; return whether it was.

    Parameters
    ----------
    condition
        In which ``#name`` is an attribute that is set, as it stands, and ``:name`` what it is to
        be.
    compared
        What else the condition names.
    """
    moved = updated(
        table_name,
        key,
        "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        condition,
        {f"#{name}": name for name in values},
        {f":{name}": one for name, one in values.items()} | (compared or {}),
    )
    return moved is not None


def updated(
    table_name: str,
    key: Item,
    expression: str,
    condition: str,
    names: dict[str, str],
    values: Item,
    *,
    returns: str = "NONE",
) -> Item | None:
    """Update an item where a condition holds.

    Returns
    -------
    Item or None
        What of the item was asked for by ``returns``; None where the condition did not hold.
    """
    try:
        answer = tables().update_item(
            TableName=table_name,
            Key=key,
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ReturnValues=returns,
        )
    except ClientError as error:
        if condition_failed(error):
            return None
        raise
    attributes: Item = answer.get("Attributes", {})
    return attributes


def put_new(table_name: str, item: Item, *, absent: str) -> None:
    """Put an item at a place that is empty: no attribute ``absent``.

    What stands there else is told by the refusal (``standing_item``), which ``Model.save`` cannot
    ask for.
    """
    tables().put_item(
        TableName=table_name,
        Item=item,
        ConditionExpression="attribute_not_exists (#0)",
        ExpressionAttributeNames={"#0": absent},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def standing_item(refusal: Exception) -> Item | None:
    """Return the item that a refused put was told of; None where it was told none."""
    if not isinstance(refusal, ClientError):
        return None
    found: Any = refusal.response
    return found.get("Item")  # type: ignore[no-any-return]


def condition_failed(error: Exception) -> bool:
    """Whether a write was refused because its condition did not hold."""
    return response_code(error) == "ConditionalCheckFailedException"


def response_code(error: Exception) -> str | None:
    """Return what DynamoDB answered, None when it did not answer.

    pynamodb's errors have the client's for their cause; their ``cause_response_code`` fails on a
    time-out, whose ``response`` is there and is None.
    """
    answer = getattr(error, "cause", error)
    return str(answer.response["Error"]["Code"]) if isinstance(answer, ClientError) else None
