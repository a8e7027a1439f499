"""What a call is about: whether a rule of the protocol is, and which items it touches."""

import json
from typing import Any, Final

from tests.protocol.clocks import Place
from tests.simulation.cloud import expressions
from tests.simulation.cloud.dynamodb import DynamoDB

WRITES: Final = frozenset({"PutItem", "UpdateItem", "SendMessage"})
ASIDE: Final = frozenset(
    {
        ("UpdateItem", "market"),
        ("Query", "snapshots"),
        ("PutEvents", None),
        ("StartExecution", None),
    }
)
"""Calls that no rule is about: what is shown of a market, who is woken. They are no boundary."""

REGISTERS: Final = "control#"
"""Registers, set up once: to read one is no boundary, either."""


def is_aside(operation: str, asked: dict[str, Any]) -> bool:
    """Whether no rule is about a call."""
    if (operation, asked.get("TableName")) in ASIDE:
        return True
    values = asked.get("ExpressionAttributeValues", {}).values()
    return any(str(value.get("S", "")).startswith(REGISTERS) for value in values)


def told(operation: str, asked: dict[str, Any]) -> str:
    """Return what a call is about, for the trace."""
    if operation == "SendMessage":
        region = asked["QueueUrl"].split(".")[1]
        return f"SendMessage {region} {json.loads(asked['MessageBody'])['kind']}"
    key = asked.get("Key") or asked.get("Item")
    if key is None:
        values = asked.get("ExpressionAttributeValues", {}).values()
        words = [asked.get("TableName", ""), *(str(*value.values()) for value in values)]
    else:
        names = ("stream", "sequence", "account_id", "order_id", "name")
        words = [asked["TableName"], *(str(*key[n].values()) for n in names if n in key)]
    return " ".join([operation, *words])


def touched(operation: str, asked: dict[str, Any], dynamodb: DynamoDB) -> tuple[Place, ...]:
    """Return the places that a call reads or writes; none where only somebody is told."""
    match operation:
        case "SendMessage":
            return (queue_place(asked["QueueUrl"].split(".")[1]),)
        case "PutEvents" | "StartExecution":
            return ()
        case "BatchGetItem":
            return tuple(
                _place(dynamodb, name, key)
                for name, wanted in asked["RequestItems"].items()
                for key in wanted["Keys"]
            )
        case "Scan":
            return ((asked["TableName"],),)
        case "Query":
            condition = expressions.key_condition(asked["KeyConditionExpression"])
            partition = asked["ExpressionAttributeValues"][condition.value]
            return ((asked["TableName"], str(*partition.values())),)
        case _:
            return (_place(dynamodb, asked["TableName"], asked.get("Key") or asked["Item"]),)


def queue_place(region: str) -> Place:
    """Return the place that a region's queue is: its messages have an order."""
    return ("queue", region)


def _place(dynamodb: DynamoDB, name: str, key: dict[str, Any]) -> Place:
    partition, sort = dynamodb.tables[name].key_of(key)
    return (name, partition) if sort is None else (name, partition, str(sort))
