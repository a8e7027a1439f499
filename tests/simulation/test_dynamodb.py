"""DynamoDB in memory answers as moto's does, and is nowhere kinder."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.simulation.cloud.dynamodb import DynamoDB, stored_number
from tests.simulation.world import SCHEMAS

Call = Callable[[str, dict[str, Any]], Any]
METHODS = {
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "GetItem": "get_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
}


def in_memory() -> Iterator[Call]:
    yield DynamoDB(SCHEMAS, lambda: 0.0).call


def in_moto() -> Iterator[Call]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", "us-east-1")
        for schema in SCHEMAS:
            keys = [(schema.partition, "HASH", "S")]
            if schema.sort is not None:
                keys.append((schema.sort, "RANGE", "N" if schema.append_only else "S"))
            names = {name: kind for name, _, kind in keys}
            more: dict[str, Any] = {}
            if schema.index is not None:
                names[schema.index.sort] = "N"
                more["GlobalSecondaryIndexes"] = [
                    {
                        "IndexName": schema.index.name,
                        "KeySchema": [
                            {"AttributeName": schema.partition, "KeyType": "HASH"},
                            {"AttributeName": schema.index.sort, "KeyType": "RANGE"},
                        ],
                        "Projection": {"ProjectionType": "KEYS_ONLY"},
                    }
                ]
            client.create_table(
                TableName=schema.name,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": name, "KeyType": role} for name, role, _ in keys],
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": kind} for name, kind in names.items()
                ],
                **more,
            )
        yield lambda operation, asked: getattr(client, METHODS[operation])(**asked)


@pytest.fixture(params=[in_memory, in_moto])
def call(request: pytest.FixtureRequest) -> Iterator[Call]:
    yield from request.param()


def record(sequence: int, body: str = "x") -> dict[str, Any]:
    # Text and not bytes, for moto counts bytes as base64.
    return {
        "TableName": "journal",
        "Item": {"stream": {"S": "s"}, "sequence": {"N": str(sequence)}, "body": {"S": body}},
        "ConditionExpression": "attribute_not_exists (#0)",
        "ExpressionAttributeNames": {"#0": "sequence"},
    }


def an_order(order_id: str, placed_at_ms: int = 1, **more: Any) -> dict[str, Any]:
    keys = {"account_id": {"S": "alice"}, "order_id": {"S": order_id}}
    return {
        "TableName": "orders",
        "Item": keys | {"placed_at_ms": {"N": str(placed_at_ms)}} | more,
    }


def an_update(text: str, condition: str | None = None, **values: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "TableName": "orders",
        "Key": {"account_id": {"S": "alice"}, "order_id": {"S": "o1"}},
        "UpdateExpression": text,
        "ReturnValues": "ALL_NEW",
        "ExpressionAttributeNames": {"#s": "status", "#n": "book_sequence"},
    }
    if condition is not None:
        asked["ConditionExpression"] = condition
    used = f"{text} {condition}"
    asked["ExpressionAttributeNames"] = {
        name: full for name, full in asked["ExpressionAttributeNames"].items() if name in used
    }
    if values:
        asked["ExpressionAttributeValues"] = {f":{name}": one for name, one in values.items()}
    return asked


def code_of(call: Call, operation: str, asked: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call(operation, asked)
    return str(caught.value.response["Error"]["Code"])


def sequences(answer: dict[str, Any]) -> list[int]:
    return [int(item["sequence"]["N"]) for item in answer["Items"]]


def a_query(text: str, **more: Any) -> dict[str, Any]:
    values = {":s": {"S": "s"}, ":a": {"N": "2"}, ":b": {"N": "4"}}
    return {
        "TableName": "journal",
        "KeyConditionExpression": f"(#0 = :s AND #1 {text})",
        "ConsistentRead": True,
        "ExpressionAttributeNames": {"#0": "stream", "#1": "sequence"},
        "ExpressionAttributeValues": {name: one for name, one in values.items() if name in text}
        | {":s": {"S": "s"}},
    } | more


def test_a_second_put_of_one_sequence_is_refused(call: Call) -> None:
    call("PutItem", record(1))
    assert code_of(call, "PutItem", record(1)) == "ConditionalCheckFailedException"


def test_an_item_above_400_kb_is_refused(call: Call) -> None:
    call("PutItem", record(1, "x" * 395 * 1024))
    assert code_of(call, "PutItem", record(2, "x" * 401 * 1024)) == "ValidationException"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("> :a", [3, 4, 5]), ("< :a", [1]), ("= :a", [2]), ("BETWEEN :a AND :b", [2, 3, 4])],
)
def test_a_query_finds_what_its_key_condition_says(
    call: Call, text: str, expected: list[int]
) -> None:
    for sequence in (3, 1, 5, 2, 4):
        call("PutItem", record(sequence))
    assert sequences(call("Query", a_query(text))) == expected
    backwards = call("Query", a_query(text, ScanIndexForward=False))
    assert sequences(backwards) == expected[::-1]


def test_pages_follow_each_other_without_a_gap(call: Call) -> None:
    for sequence in range(1, 6):
        call("PutItem", record(sequence))
    first = call("Query", a_query(">= :a", Limit=2))
    second = call("Query", a_query(">= :a", ExclusiveStartKey=first["LastEvaluatedKey"]))
    assert (sequences(first), sequences(second)) == ([2, 3], [4, 5])
    assert "LastEvaluatedKey" not in second


def test_a_page_ends_at_one_megabyte(call: Call) -> None:
    for sequence in range(1, 6):
        call("PutItem", record(sequence, "x" * 390 * 1024))
    page = call("Query", a_query(">= :a"))
    assert len(page["Items"]) < 4
    assert page["LastEvaluatedKey"]["sequence"] == page["Items"][-1]["sequence"]


def test_an_update_makes_an_item_and_changes_it(call: Call) -> None:
    made = call("UpdateItem", an_update("SET #s = :a, #n = :b", a={"S": "OPEN"}, b={"N": "4"}))
    assert made["Attributes"]["status"] == {"S": "OPEN"}
    gone = call("UpdateItem", an_update("REMOVE #s, #n"))
    assert gone["Attributes"].keys() == {"account_id", "order_id"}


def test_a_value_that_is_there_is_kept_by_if_not_exists(call: Call) -> None:
    for number in ("4", "9"):
        update = an_update("SET #n = if_not_exists (#n, :a)", a={"N": number})
        assert call("UpdateItem", update)["Attributes"]["book_sequence"] == {"N": "4"}


CONDITIONS = [
    ("(attribute_not_exists (#n) OR #n < :a)", {"a": {"N": "10"}}, True),
    ("(attribute_not_exists (#n) OR #n < :a)", {"a": {"N": "9"}}, False),
    ("(#n < :a AND #s IN (:b, :c))", {"a": {"N": "10"}, "b": {"S": "A"}, "c": {"S": "OPEN"}}, True),
    ("(#n < :a AND #s IN (:b, :c))", {"a": {"N": "10"}, "b": {"S": "A"}, "c": {"S": "B"}}, False),
    ("#n = :a", {"a": {"S": "9"}}, False),
    ("(NOT attribute_exists (#n))", {}, False),
]


@pytest.mark.parametrize(("condition", "values", "holds"), CONDITIONS)
def test_a_condition_holds_or_refuses(
    call: Call, condition: str, values: dict[str, Any], *, holds: bool
) -> None:
    call("PutItem", an_order("o1", status={"S": "OPEN"}, book_sequence={"N": "9"}))
    update = an_update("SET #s = :new", condition, new={"S": "FILLED"}, **values)
    if holds:
        assert call("UpdateItem", update)["Attributes"]["status"] == {"S": "FILLED"}
    else:
        assert code_of(call, "UpdateItem", update) == "ConditionalCheckFailedException"


def test_a_number_of_38_digits_is_kept(call: Call) -> None:
    digits = "12345678901234567890123456789012345678"
    call("PutItem", an_order("o1", fee_minor={"N": digits}))
    key = {"account_id": {"S": "alice"}, "order_id": {"S": "o1"}}
    found = call("GetItem", {"TableName": "orders", "Key": key, "ConsistentRead": True})
    assert found["Item"]["fee_minor"] == {"N": digits}


def test_the_index_lists_keys_in_order(call: Call) -> None:
    for order_id, placed_at_ms in (("o2", 20), ("o1", 10), ("o3", 30)):
        call("PutItem", an_order(order_id, placed_at_ms))
    asked = {
        "TableName": "orders",
        "IndexName": "by_placed",
        "KeyConditionExpression": "(#0 = :0 AND #1 BETWEEN :1 AND :2)",
        "ExpressionAttributeNames": {"#0": "account_id", "#1": "placed_at_ms"},
        "ExpressionAttributeValues": {":0": {"S": "alice"}, ":1": {"N": "10"}, ":2": {"N": "20"}},
    }
    found = call("Query", asked)["Items"]
    assert [item["order_id"]["S"] for item in found] == ["o1", "o2"]
    assert found[0].keys() == {"account_id", "order_id", "placed_at_ms"}
    assert code_of(call, "Query", asked | {"ConsistentRead": True}) == "ValidationException"


def test_a_batch_finds_what_exists_and_refuses_doubles(call: Call) -> None:
    call("PutItem", an_order("o1"))
    keys = [{"account_id": {"S": "alice"}, "order_id": {"S": name}} for name in ("o1", "o2")]
    found = call("BatchGetItem", {"RequestItems": {"orders": {"Keys": keys}}})
    assert [item["order_id"]["S"] for item in found["Responses"]["orders"]] == ["o1"]
    doubled = {"RequestItems": {"orders": {"Keys": [keys[0], keys[0]]}}}
    assert code_of(call, "BatchGetItem", doubled) == "ValidationException"


def test_the_journal_takes_no_blind_put_and_no_update() -> None:
    (call,) = in_memory()
    blind = record(1)
    del blind["ConditionExpression"]
    assert code_of(call, "PutItem", blind) == "AccessDeniedException"
    update = an_update("SET #s = :a", a={"S": "x"}) | {"TableName": "journal"}
    assert code_of(call, "UpdateItem", update) == "AccessDeniedException"


def test_a_number_of_39_digits_is_refused() -> None:
    with pytest.raises(ClientError, match="38 significant digits"):
        stored_number("PutItem", "1" * 39)


def test_a_weak_read_may_answer_with_the_version_before() -> None:
    now_ms = [0.0]
    table = DynamoDB(SCHEMAS, lambda: now_ms[0])
    key = {"account_id": {"S": "alice"}, "order_id": {"S": "o1"}}
    weak = {"TableName": "orders", "Key": key}
    table.call("PutItem", an_order("o1", 1))
    table.call("PutItem", an_order("o1", 2))
    assert table.call("GetItem", weak, stale=True)["Item"]["placed_at_ms"] == {"N": "1"}
    strong = weak | {"ConsistentRead": True}
    assert table.call("GetItem", strong, stale=True)["Item"]["placed_at_ms"] == {"N": "2"}
    now_ms[0] = 10_000.0
    assert table.call("GetItem", weak, stale=True)["Item"]["placed_at_ms"] == {"N": "2"}


def test_a_batch_may_leave_keys_over_but_never_all() -> None:
    (call,) = in_memory()
    keys = [{"account_id": {"S": "alice"}, "order_id": {"S": f"o{n}"}} for n in range(3)]
    asked = {"RequestItems": {"orders": {"Keys": keys}}}
    answer = call("BatchGetItem", asked, leave_over=100)  # type: ignore[call-arg]
    assert len(answer["UnprocessedKeys"]["orders"]["Keys"]) == 2


def test_the_index_shows_an_item_after_a_while() -> None:
    now_ms = [0.0]
    table = DynamoDB(SCHEMAS, lambda: now_ms[0])
    table.call("PutItem", an_order("o1", 10), lag_ms=900)
    asked = {
        "TableName": "orders",
        "IndexName": "by_placed",
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "account_id"},
        "ExpressionAttributeValues": {":0": {"S": "alice"}},
    }
    assert table.call("Query", asked)["Items"] == []
    now_ms[0] = 900.0
    assert len(table.call("Query", asked)["Items"]) == 1
