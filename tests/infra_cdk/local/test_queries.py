"""Queries on the local cloud return what DynamoDB's rules say, however a partition was filled."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Key

pytestmark = pytest.mark.local_cloud

ITEMS = 120
NUMBERS = range(1, ITEMS + 1)
SHUFFLED = [(number * 7) % (ITEMS + 1) for number in NUMBERS]
CONDITIONS: dict[str, tuple[Any, Callable[[int], bool]]] = {
    "all": (None, lambda _: True),
    "above": (Key("n").gt(100), lambda n: n > 100),
    "from": (Key("n").gte(100), lambda n: n >= 100),
    "below": (Key("n").lt(20), lambda n: n < 20),
    "upto": (Key("n").lte(20), lambda n: n <= 20),
    "one": (Key("n").eq(60), lambda n: n == 60),
    "last": (Key("n").eq(ITEMS), lambda n: n == ITEMS),
    "between": (Key("n").between(30, 40), lambda n: 30 <= n <= 40),
    "beyond": (Key("n").gt(ITEMS), lambda _: False),
}


@pytest.fixture(scope="module")
def table(empty_cloud: str) -> Iterator[Any]:
    resource: Any = boto3.resource(
        "dynamodb",
        endpoint_url=empty_cloud,
        region_name="us-east-1",
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
    )
    made = resource.create_table(
        TableName="streams",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "s", "KeyType": "HASH"},
            {"AttributeName": "n", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "s", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
    )
    with contextlib.closing(resource.meta.client):
        for stream, numbers in (("dense", NUMBERS), ("shuffled", SHUFFLED)):
            for number in numbers:
                made.put_item(Item={"s": stream, "n": number})
        yield made


@pytest.mark.parametrize("stream", ["dense", "shuffled"])
@pytest.mark.parametrize("direction", ["forwards", "backwards"])
@pytest.mark.parametrize("page", [None, 1, 7])
@pytest.mark.parametrize("name", CONDITIONS)
def test_a_query_returns_what_its_condition_says_in_order(
    table: Any, stream: str, direction: str, page: int | None, name: str
) -> None:
    condition, admits = CONDITIONS[name]
    forwards = direction == "forwards"
    key = Key("s").eq(stream) if condition is None else Key("s").eq(stream) & condition
    asked: dict[str, Any] = {"KeyConditionExpression": key, "ScanIndexForward": forwards}
    if page is not None:
        asked["Limit"] = page
    found: list[int] = []
    while True:
        answer = table.query(**asked)
        found += [int(item["n"]) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    expected = [number for number in NUMBERS if admits(number)]
    assert found == (expected if forwards else expected[::-1])
