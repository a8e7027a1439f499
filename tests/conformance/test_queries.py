"""Queries: what is in the range, in order, page by page.

DynamoDB Developer Guide, "Key condition expressions" and "Paginating table query results"; API
Reference, Query.
"""

from typing import Any

import pytest

from tests.conformance.claims import every, not_sent, number, order, pages, record, refused, text
from tests.conformance.clouds import Cloud

SEQUENCES = [-3, 0, 1, 2, 9, 10, 11, 100, 10**37]
"""As numbers, not as strings, in order."""


@pytest.fixture
def asked(cloud: Cloud) -> dict[str, Any]:
    """Return what a query of a filled stream asks, between two others."""
    dynamodb, table = cloud.client("dynamodb"), cloud.table("streams")
    for sequence in reversed(SEQUENCES):
        dynamodb.put_item(TableName=table, Item=record(sequence, hash=text(f"h{sequence}")))
    for stream in ("book#BTC-USC", "book#BTC-USE"):
        dynamodb.put_item(TableName=table, Item=record(5, stream))
    return {
        "TableName": table,
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "stream"},
        "ExpressionAttributeValues": {":0": text("book#BTC-USD")},
        "ConsistentRead": True,
    }


def ranged(asked: dict[str, Any], condition: str, *bounds: int) -> dict[str, Any]:
    """Return the query with a condition on the sort key."""
    values = {f":{n}": number(bound) for n, bound in enumerate(bounds, start=1)}
    return asked | {
        "KeyConditionExpression": f"(#0 = :0 AND #1 {condition})",
        "ExpressionAttributeNames": asked["ExpressionAttributeNames"] | {"#1": "sequence"},
        "ExpressionAttributeValues": asked["ExpressionAttributeValues"] | values,
    }


def sequences(items: list[Any]) -> list[int]:
    return [int(item["sequence"]["N"]) for item in items]


def test_a_stream_comes_in_the_order_of_its_numbers(cloud: Cloud, asked: dict[str, Any]) -> None:
    assert sequences(every(cloud.client("dynamodb"), **asked)) == SEQUENCES


def test_a_stream_comes_backwards(cloud: Cloud, asked: dict[str, Any]) -> None:
    found = every(cloud.client("dynamodb"), **asked, ScanIndexForward=False)
    assert sequences(found) == SEQUENCES[::-1]


@pytest.mark.parametrize("forwards", [True, False])
@pytest.mark.parametrize(
    ("condition", "bounds", "expected"),
    [
        ("= :1", (9,), [9]),
        ("= :1", (8,), []),
        ("< :1", (2,), [-3, 0, 1]),
        ("<= :1", (2,), [-3, 0, 1, 2]),
        ("> :1", (10,), [11, 100, 10**37]),
        (">= :1", (10,), [10, 11, 100, 10**37]),
        ("> :1", (10**37,), []),
        ("BETWEEN :1 AND :2", (1, 10), [1, 2, 9, 10]),
        ("BETWEEN :1 AND :2", (3, 8), []),
    ],
)
def test_a_range_holds_what_its_condition_says(
    cloud: Cloud,
    asked: dict[str, Any],
    condition: str,
    bounds: tuple[int, ...],
    expected: list[int],
    *,
    forwards: bool,
) -> None:
    query = ranged(asked, condition, *bounds)
    found = sequences(every(cloud.client("dynamodb"), **query, ScanIndexForward=forwards))
    assert found == (expected if forwards else expected[::-1])


@pytest.mark.parametrize("forwards", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 4, 100])
def test_pages_of_a_limit_come_to_the_whole(
    cloud: Cloud, asked: dict[str, Any], limit: int, *, forwards: bool
) -> None:
    query = asked | {"Limit": limit, "ScanIndexForward": forwards}
    found = [sequences(page) for page in pages(cloud.client("dynamodb"), **query)]
    assert all(len(page) <= limit for page in found)
    flat = [sequence for page in found for sequence in page]
    assert flat == (SEQUENCES if forwards else SEQUENCES[::-1])


def test_a_page_that_the_limit_ended_names_its_last_key(
    cloud: Cloud, asked: dict[str, Any]
) -> None:
    answer = cloud.client("dynamodb").query(**asked, Limit=3)
    assert answer["LastEvaluatedKey"] == record(1)
    assert (answer["Count"], answer["ScannedCount"]) == (3, 3)


def test_a_limit_that_is_just_reached_promises_another_page(
    cloud: Cloud, asked: dict[str, Any]
) -> None:
    """Developer Guide: a key that is not empty "does not necessarily mean that there is more data".

    DynamoDB stops at the limit and does not look behind it.
    """
    answer = cloud.client("dynamodb").query(**asked, Limit=len(SEQUENCES))
    assert answer["LastEvaluatedKey"] == record(10**37)


def test_the_last_page_names_no_key(cloud: Cloud, asked: dict[str, Any]) -> None:
    answer = cloud.client("dynamodb").query(**asked, Limit=len(SEQUENCES) + 1)
    assert "LastEvaluatedKey" not in answer


def test_a_page_begins_behind_a_key_that_is_gone_or_never_was(
    cloud: Cloud, asked: dict[str, Any]
) -> None:
    answer = cloud.client("dynamodb").query(**asked, ExclusiveStartKey=record(5))
    assert sequences(answer["Items"]) == [9, 10, 11, 100, 10**37]


def test_a_page_cannot_begin_outside_of_the_query(cloud: Cloud, asked: dict[str, Any]) -> None:
    with refused("ValidationException"):
        cloud.client("dynamodb").query(**asked, ExclusiveStartKey=record(5, "book#BTC-USE"))


def test_a_page_cannot_begin_at_half_a_key(cloud: Cloud, asked: dict[str, Any]) -> None:
    start = {"stream": text("book#BTC-USD")}
    with refused("ValidationException"):
        cloud.client("dynamodb").query(**asked, ExclusiveStartKey=start)


def test_a_partition_without_items_is_empty(cloud: Cloud, asked: dict[str, Any]) -> None:
    nobody = asked | {"ExpressionAttributeValues": {":0": text("nobody")}}
    answer = cloud.client("dynamodb").query(**nobody)
    assert answer["Items"] == []
    assert "LastEvaluatedKey" not in answer


def test_a_projection_leaves_everything_else_out(cloud: Cloud, asked: dict[str, Any]) -> None:
    query = ranged(asked, "= :1", 9) | {"ProjectionExpression": "#2, #3"}
    query["ExpressionAttributeNames"] |= {"#2": "hash", "#3": "missing"}
    assert every(cloud.client("dynamodb"), **query) == [{"hash": text("h9")}]


def test_a_projection_of_one_item_leaves_everything_else_out(
    cloud: Cloud, asked: dict[str, Any]
) -> None:
    answer = cloud.client("dynamodb").get_item(
        TableName=asked["TableName"],
        Key=record(9),
        ProjectionExpression="#0",
        ExpressionAttributeNames={"#0": "hash"},
        ConsistentRead=True,
    )
    assert answer["Item"] == {"hash": text("h9")}


def test_a_page_holds_at_most_1_mb(cloud: Cloud) -> None:
    """API Reference, Query: it reads "up to [...] a maximum of 1 MB of data".

    What a projection leaves out is read all the same.
    """
    dynamodb, table = cloud.client("dynamodb"), cloud.table("streams")
    body = {"B": b"\x00" * 300_000}
    for sequence in range(1, 9):
        dynamodb.put_item(TableName=table, Item=record(sequence, body=body))
    found = pages(
        dynamodb,
        TableName=table,
        KeyConditionExpression="#0 = :0",
        ProjectionExpression="#1",
        ExpressionAttributeNames={"#0": "stream", "#1": "sequence"},
        ExpressionAttributeValues={":0": text("book#BTC-USD")},
        ConsistentRead=True,
    )
    assert [sequences(page) for page in found if page] == [[1, 2, 3], [4, 5, 6], [7, 8]]


def test_a_limit_of_nothing_is_not_even_sent(cloud: Cloud, asked: dict[str, Any]) -> None:
    with not_sent():
        cloud.client("dynamodb").query(**asked, Limit=0)


def test_a_strong_read_shows_the_last_write(cloud: Cloud, asked: dict[str, Any]) -> None:
    dynamodb = cloud.client("dynamodb")
    dynamodb.put_item(TableName=asked["TableName"], Item=record(9, hash=text("new")))
    assert every(dynamodb, **ranged(asked, "= :1", 9)) == [record(9, hash=text("new"))]
    key = {"TableName": asked["TableName"], "Key": record(9)}
    assert dynamodb.get_item(**key, ConsistentRead=True)["Item"]["hash"] == text("new")


def test_a_scan_of_a_small_table_shows_everything(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("orders")
    items = [order("o1", account="alice"), order("o1", account="bob"), order("o2")]
    for item in items:
        dynamodb.put_item(TableName=table, Item=item)
    found = dynamodb.scan(TableName=table, ConsistentRead=True)
    assert sorted(found["Items"], key=str) == sorted(items, key=str)
    assert found["Count"] == 3
    assert "LastEvaluatedKey" not in found
