"""Reading many items at once: what comes, and what is left over for the next call.

API Reference, BatchGetItem. Zerodesk writes no batches.
"""

from typing import Any

import pytest

from tests.conformance.claims import Item, not_sent, order, refused, text
from tests.conformance.clouds import Cloud


def key(order_id: str, account: str = "alice") -> Item:
    return {"account_id": text(account), "order_id": text(order_id)}


@pytest.fixture
def table(cloud: Cloud) -> str:
    """Return a table with two orders of alice and one of bob."""
    dynamodb, table = cloud.client("dynamodb"), cloud.table("orders")
    for item in (order("o1"), order("o2"), order("o1", account="bob")):
        dynamodb.put_item(TableName=table, Item=item)
    return table


def batch(cloud: Cloud, table: str, keys: list[Item], **asked: Any) -> Any:
    wanted = {"Keys": keys, "ConsistentRead": True, **asked}
    return cloud.client("dynamodb").batch_get_item(RequestItems={table: wanted})


def test_a_batch_answers_what_there_is_in_no_promised_order(cloud: Cloud, table: str) -> None:
    keys = [key("o1"), key("nothing"), key("o1", "bob")]
    answer = batch(cloud, table, keys)
    found = sorted(answer["Responses"][table], key=str)
    assert found == sorted([order("o1"), order("o1", account="bob")], key=str)
    assert answer["UnprocessedKeys"] == {}


def test_a_batch_of_nothing_that_is_there_is_empty(cloud: Cloud, table: str) -> None:
    answer = batch(cloud, table, [key("nothing")])
    assert answer["Responses"] == {table: []}
    assert answer["UnprocessedKeys"] == {}


def test_a_batch_has_up_to_100_keys(cloud: Cloud, table: str) -> None:
    batch(cloud, table, [key(f"o{n}") for n in range(100)])
    with refused("ValidationException"):
        batch(cloud, table, [key(f"o{n}") for n in range(101)])


def test_a_batch_of_no_keys_is_not_even_sent(cloud: Cloud, table: str) -> None:
    with not_sent():
        batch(cloud, table, [])


def test_a_key_twice_in_a_batch_is_refused(cloud: Cloud, table: str) -> None:
    with refused("ValidationException"):
        batch(cloud, table, [key("o1"), key("o2"), key("o1")])


def test_half_a_key_in_a_batch_is_refused(cloud: Cloud, table: str) -> None:
    with refused("ValidationException"):
        batch(cloud, table, [key("o1"), {"account_id": text("alice")}])


def test_a_batch_leaves_out_what_a_projection_does_not_name(cloud: Cloud, table: str) -> None:
    answer = batch(
        cloud,
        table,
        [key("o1")],
        ProjectionExpression="#0",
        ExpressionAttributeNames={"#0": "status"},
    )
    assert answer["Responses"] == {table: [{"status": text("OPEN")}]}


def test_a_batch_of_more_than_16_mb_leaves_keys_over(cloud: Cloud) -> None:
    """API Reference: of 100 items of 300 KB, 52 come, "so as not to exceed the 16 MB limit"; and so
    when "more than 1MB per partition is requested". The rest can be asked for as it is answered.
    """
    dynamodb, table = cloud.client("dynamodb"), cloud.table("orders")
    accounts = [f"account-{n}" for n in range(48)]
    for account in accounts:
        item = key("o1", account) | {"request": text("x" * 390_000)}
        dynamodb.put_item(TableName=table, Item=item)
    asked = {table: {"Keys": [key("o1", account) for account in accounts], "ConsistentRead": True}}
    found: list[Item] = []
    calls = 0
    while asked:
        answer = dynamodb.batch_get_item(RequestItems=asked)
        assert answer["Responses"][table], "each call comes a step further"
        found += answer["Responses"][table]
        asked, calls = answer["UnprocessedKeys"], calls + 1
    assert sorted(item["account_id"]["S"] for item in found) == sorted(accounts)
    assert calls == 2
