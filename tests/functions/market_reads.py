"""What the order workflow hands to pricing: the order, and its market as DynamoDB answers."""

from typing import Any

from zerodesk_aws.tables.bind import connection


def to_price(order: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of "Price" for an order."""
    key = {"symbol": {"S": order["symbol"]}}
    shown = connection().dispatch("GetItem", {"TableName": "market", "Key": key})
    return {"order": order, "shown": shown}
