"""The one index in use: an account's orders by the time at which they were placed, keys only.

DynamoDB Developer Guide, "Using Global Secondary Indexes". Such an index is eventually consistent;
moto and the local cloud show everything at once, the model when it is told to.
"""

from typing import Any

import pytest

from tests.conformance.claims import every, number, order, pages, refused, text
from tests.conformance.clouds import Cloud

PLACED = {"o1": 30, "o2": 10, "o3": 20, "o4": 20, "o5": 100}


@pytest.fixture
def asked(cloud: Cloud) -> dict[str, Any]:
    """Return what a query of the index asks; one of alice's items is not in it."""
    dynamodb, table = cloud.client("dynamodb"), cloud.table("orders")
    for order_id, placed_at_ms in PLACED.items():
        dynamodb.put_item(TableName=table, Item=order(order_id, placed_at_ms))
    dynamodb.put_item(TableName=table, Item=order("o6"))
    dynamodb.put_item(TableName=table, Item=order("o7", 15, account="bob"))
    return {
        "TableName": table,
        "IndexName": "by_placed",
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "account_id"},
        "ExpressionAttributeValues": {":0": text("alice")},
    }


def times(items: list[Any]) -> list[int]:
    return [int(item["placed_at_ms"]["N"]) for item in items]


def ids(items: list[Any]) -> list[str]:
    return [item["order_id"]["S"] for item in items]


def test_an_index_shows_what_has_its_number_in_order(cloud: Cloud, asked: dict[str, Any]) -> None:
    found = every(cloud.client("dynamodb"), **asked)
    assert times(found) == [10, 20, 20, 30, 100]
    assert sorted(ids(found)) == ["o1", "o2", "o3", "o4", "o5"]


def test_an_index_of_keys_shows_keys_only(cloud: Cloud, asked: dict[str, Any]) -> None:
    first = every(cloud.client("dynamodb"), **asked)[0]
    assert first == {
        "account_id": text("alice"),
        "order_id": text("o2"),
        "placed_at_ms": number(10),
    }


@pytest.mark.parametrize("forwards", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_of_an_index_come_to_the_whole_also_among_equals(
    cloud: Cloud, asked: dict[str, Any], limit: int, *, forwards: bool
) -> None:
    query = asked | {"Limit": limit, "ScanIndexForward": forwards}
    found = [item for page in pages(cloud.client("dynamodb"), **query) for item in page]
    assert times(found) == sorted(PLACED.values(), reverse=not forwards)
    assert sorted(ids(found)) == ["o1", "o2", "o3", "o4", "o5"]


def test_a_page_of_an_index_ends_with_all_keys(cloud: Cloud, asked: dict[str, Any]) -> None:
    answer = cloud.client("dynamodb").query(**asked, Limit=1)
    assert answer["LastEvaluatedKey"] == {
        "account_id": text("alice"),
        "order_id": text("o2"),
        "placed_at_ms": number(10),
    }


def test_a_page_of_an_index_cannot_begin_without_all_keys(
    cloud: Cloud, asked: dict[str, Any]
) -> None:
    start = {"account_id": text("alice"), "placed_at_ms": number(10)}
    with refused("ValidationException"):
        cloud.client("dynamodb").query(**asked, ExclusiveStartKey=start)


@pytest.mark.parametrize("forwards", [True, False])
def test_both_ends_of_a_span_of_time_are_in_it(
    cloud: Cloud, asked: dict[str, Any], *, forwards: bool
) -> None:
    query = asked | {
        "KeyConditionExpression": "(#0 = :0 AND #1 BETWEEN :1 AND :2)",
        "ExpressionAttributeNames": {"#0": "account_id", "#1": "placed_at_ms"},
        "ExpressionAttributeValues": {":0": text("alice"), ":1": number(20), ":2": number(30)},
        "ScanIndexForward": forwards,
    }
    found = times(every(cloud.client("dynamodb"), **query))
    assert found == ([20, 20, 30] if forwards else [30, 20, 20])


def test_an_index_cannot_be_read_strongly(cloud: Cloud, asked: dict[str, Any]) -> None:
    with refused("ValidationException"):
        cloud.client("dynamodb").query(**asked, ConsistentRead=True)


def test_an_index_that_is_not_there_is_refused(cloud: Cloud, asked: dict[str, Any]) -> None:
    with refused("ValidationException"):
        cloud.client("dynamodb").query(**(asked | {"IndexName": "by_name"}))


def test_an_order_that_moves_on_stays_in_its_place(cloud: Cloud, asked: dict[str, Any]) -> None:
    dynamodb = cloud.client("dynamodb")
    before = every(dynamodb, **asked)
    dynamodb.update_item(
        TableName=asked["TableName"],
        Key={"account_id": text("alice"), "order_id": text("o3")},
        UpdateExpression="SET #0 = :0",
        ExpressionAttributeNames={"#0": "status"},
        ExpressionAttributeValues={":0": text("FILLED")},
    )
    assert every(dynamodb, **asked) == before
