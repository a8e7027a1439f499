"""The model alone: what it refuses loudly, and what AWS may do that no emulator does.

What is not in the model raises ``NotImplementedError``. A handler that begins to use it must fail
in the simulation, and not be told something that AWS would not say.
"""

from typing import Any

import pytest

from tests.conformance import tables
from tests.conformance.claims import Item, cursor, number, order, record, refused, text
from tests.simulation.cloud import bus
from tests.simulation.cloud.dynamodb import DynamoDB, Schema
from tests.simulation.cloud.sqs import FifoQueue

JOURNAL = Schema("journal", "stream", "sequence", sort_kind="N", append_only=True)
ABSENT = {
    "ConditionExpression": "attribute_not_exists (#0)",
    "ExpressionAttributeNames": {"#0": "sequence"},
}


class Clock:
    def __init__(self) -> None:
        self.now_ms = 0.0

    def __call__(self) -> float:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamodb(clock: Clock) -> DynamoDB:
    return DynamoDB((*tables.BY_NAME.values(), JOURNAL), clock)


def put(dynamodb: DynamoDB, table: str, item: Item, **asked: Any) -> None:
    lag_ms = asked.pop("lag_ms", 0.0)
    dynamodb.call("PutItem", {"TableName": table, "Item": item, **asked}, lag_ms=lag_ms)


def update(expression: str, names: dict[str, str], values: Item, **asked: Any) -> dict[str, Any]:
    return {
        "TableName": "cursors",
        "Key": cursor(),
        "UpdateExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        **asked,
    }


A, ONE = {"#a": "a"}, {":1": number(1)}
STREAM = {
    "TableName": "streams",
    "KeyConditionExpression": "#0 = :0",
    "ExpressionAttributeNames": {"#0": "stream"},
    "ExpressionAttributeValues": {":0": text("s")},
}


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("DeleteItem", {"TableName": "cursors", "Key": cursor()}),
        ("BatchWriteItem", {"RequestItems": {}}),
        ("TransactWriteItems", {"TransactItems": []}),
        ("ExecuteStatement", {"Statement": ""}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(), "ReturnValues": "ALL_OLD"}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(), "Expected": {}}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(tags={"SS": ["a"]})}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(view={"M": {}})}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(view={"L": []})}),
        ("PutItem", {"TableName": "cursors", "Item": cursor(position=number("1e5"))}),
        ("UpdateItem", update("SET #a = #a + :1", A, ONE)),
        ("UpdateItem", update("ADD #a :1", A, ONE)),
        ("UpdateItem", update("set #a = :1", A, ONE)),
        ("UpdateItem", update("SET a = :1", {}, ONE)),
        ("UpdateItem", update("SET #a.#a = :1", A, ONE)),
        ("UpdateItem", update("SET #a[0] = :1", A, ONE)),
        ("UpdateItem", update("SET #a = list_append (#a, :1)", A, ONE)),
        ("UpdateItem", update("SET #a = :1", A, ONE, ReturnValues="UPDATED_OLD")),
        ("UpdateItem", update("SET #a = :1", A, ONE, ConditionExpression="size (#a) > :1")),
        ("UpdateItem", update("SET #a = :1", A, ONE, ConditionExpression="contains (#a, :1)")),
        ("Query", STREAM),
        ("Query", STREAM | {"ConsistentRead": True, "FilterExpression": "#0 = :0"}),
        ("Query", STREAM | {"ConsistentRead": True, "Select": "COUNT"}),
        (
            "Query",
            STREAM | {"KeyConditionExpression": ":0 = #0", "ConsistentRead": True},
        ),
        (
            "Query",
            {
                "TableName": "cursors",
                "KeyConditionExpression": "#0 = :0",
                "ExpressionAttributeNames": {"#0": "name"},
                "ExpressionAttributeValues": {":0": text("c")},
                "ConsistentRead": True,
            },
        ),
        ("Scan", {"TableName": "cursors", "Limit": 1}),
        ("GetItem", {"TableName": "cursors", "Key": cursor(), "AttributesToGet": ["a"]}),
        ("GetItem", {"TableName": "journal", "Key": record(1)}),
        ("BatchGetItem", {"RequestItems": {"cursors": {"Keys": [cursor()]}}}),
        (
            "BatchGetItem",
            {"RequestItems": {name: {"Keys": [cursor()]} for name in ("cursors", "streams")}},
        ),
    ],
)
def test_what_no_handler_asks_is_refused_loudly(
    dynamodb: DynamoDB, operation: str, asked: dict[str, Any]
) -> None:
    with pytest.raises(NotImplementedError):
        dynamodb.call(operation, asked)


def test_an_order_of_truth_values_is_refused_loudly(dynamodb: DynamoDB) -> None:
    put(dynamodb, "cursors", cursor(a={"BOOL": True}))
    with pytest.raises(NotImplementedError):
        dynamodb.call(
            "UpdateItem",
            update("SET #a = :1", A, {":1": {"BOOL": False}}, ConditionExpression="#a < :1"),
        )


def test_a_scan_of_more_than_a_page_is_refused_loudly(dynamodb: DynamoDB) -> None:
    for name in ("a", "b", "c"):
        put(dynamodb, "cursors", cursor(name, note=text("x" * 400_000)))
    with pytest.raises(NotImplementedError):
        dynamodb.call("Scan", {"TableName": "cursors"})


@pytest.mark.parametrize("more", [{"DelaySeconds": 1}, {"MessageAttributes": {}}])
def test_what_no_handler_sends_is_refused_loudly(more: dict[str, Any]) -> None:
    sent = {"MessageBody": "c", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    with pytest.raises(NotImplementedError):
        FifoQueue(30_000, 3).send(sent | more, 0.0)


@pytest.mark.parametrize(
    "more", [{"Time": "now"}, {"Resources": []}, {"Detail": "[]"}, {"EventBusName": "other"}]
)
def test_what_no_handler_announces_is_refused_loudly(more: dict[str, Any]) -> None:
    entry = {"EventBusName": "zerodesk", "Source": "s", "DetailType": "OrderExpired"}
    asked = {"Entries": [{"Detail": "{}"} | entry | more]}
    with pytest.raises(NotImplementedError):
        bus.put(asked, lambda _: None, bus_name="zerodesk")


def test_what_is_said_to_no_bus_in_particular_is_refused_loudly() -> None:
    """It would go to the default bus, where nobody listens."""
    entry = {"Source": "s", "DetailType": "OrderExpired", "Detail": "{}"}
    with pytest.raises(NotImplementedError):
        bus.put({"Entries": [entry]}, lambda _: None, bus_name="zerodesk")


# What AWS may do: the scheduler of the simulation decides when.


def got(dynamodb: DynamoDB, *, stale: bool, consistent: bool) -> Item | None:
    asked = {"TableName": "cursors", "Key": cursor(), "ConsistentRead": consistent}
    item: Item | None = dynamodb.call("GetItem", asked, stale=stale).get("Item")
    return item


def test_a_weak_read_may_show_the_version_before(dynamodb: DynamoDB, clock: Clock) -> None:
    put(dynamodb, "cursors", cursor(position=number(1)))
    assert got(dynamodb, stale=True, consistent=False) is None
    put(dynamodb, "cursors", cursor(position=number(2)))
    assert got(dynamodb, stale=True, consistent=False) == cursor(position=number(1))
    assert got(dynamodb, stale=True, consistent=True) == cursor(position=number(2))
    clock.now_ms += 60_000
    assert got(dynamodb, stale=True, consistent=False) == cursor(position=number(2))


def test_a_weak_scan_may_show_the_versions_before(dynamodb: DynamoDB) -> None:
    put(dynamodb, "cursors", cursor(position=number(1)))
    asked: dict[str, Any] = {"TableName": "cursors"}
    assert dynamodb.call("Scan", asked, stale=True)["Items"] == []
    strong = dynamodb.call("Scan", asked | {"ConsistentRead": True}, stale=True)
    assert strong["Items"] == [cursor(position=number(1))]


def placed(dynamodb: DynamoDB) -> list[str]:
    asked = {
        "TableName": "orders",
        "IndexName": "by_placed",
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "account_id"},
        "ExpressionAttributeValues": {":0": text("alice")},
    }
    return [item["placed_at_ms"]["N"] for item in dynamodb.call("Query", asked)["Items"]]


def test_the_index_shows_an_item_after_a_while(dynamodb: DynamoDB, clock: Clock) -> None:
    put(dynamodb, "orders", order("o1", 10), lag_ms=500)
    assert placed(dynamodb) == []
    clock.now_ms += 500
    assert placed(dynamodb) == ["10"]


def test_the_index_shows_an_item_in_its_old_place_for_a_while(
    dynamodb: DynamoDB, clock: Clock
) -> None:
    put(dynamodb, "orders", order("o1", 10))
    put(dynamodb, "orders", order("o1", 11), lag_ms=500)
    assert placed(dynamodb) == ["10"]
    clock.now_ms += 500
    assert placed(dynamodb) == ["11"]


@pytest.mark.parametrize(("leave_over", "answered"), [(0, 3), (2, 1), (100, 1)])
def test_a_batch_may_leave_keys_over_but_never_all(
    dynamodb: DynamoDB, leave_over: int, answered: int
) -> None:
    keys = [{"account_id": text("alice"), "order_id": text(f"o{n}")} for n in range(3)]
    for key in keys:
        put(dynamodb, "orders", key)
    wanted = {"Keys": keys, "ConsistentRead": True}
    asked = {"RequestItems": {"orders": wanted}}
    answer = dynamodb.call("BatchGetItem", asked, leave_over=leave_over)
    found = answer["Responses"]["orders"]
    over = answer["UnprocessedKeys"].get("orders", wanted | {"Keys": []})
    assert len(found) == answered
    assert over["ConsistentRead"]
    assert sorted([*found, *over["Keys"]], key=str) == sorted(keys, key=str)


def test_a_batch_reads_at_most_1_mb_of_a_partition(dynamodb: DynamoDB) -> None:
    keys = [{"account_id": text("alice"), "order_id": text(f"o{n}")} for n in range(4)]
    for key in keys:
        put(dynamodb, "orders", key | {"request": text("x" * 300_000)})
    asked = {"RequestItems": {"orders": {"Keys": keys, "ConsistentRead": True}}}
    answer = dynamodb.call("BatchGetItem", asked)
    assert len(answer["Responses"]["orders"]) == 3
    assert len(answer["UnprocessedKeys"]["orders"]["Keys"]) == 1


# What a write costs: Developer Guide, "DynamoDB read and write operations".


def cost(dynamodb: DynamoDB, table: str, item: Item, **asked: Any) -> int:
    before = dynamodb.tables[table].write_units
    put(dynamodb, table, item, **asked)
    return dynamodb.tables[table].write_units - before


def test_a_write_costs_a_unit_per_kb_of_the_larger_version(dynamodb: DynamoDB) -> None:
    assert cost(dynamodb, "cursors", cursor(note=text("x" * 3000))) == 3
    assert cost(dynamodb, "cursors", cursor(note=text("x"))) == 3
    assert cost(dynamodb, "cursors", cursor(note=text("x"))) == 1


def test_an_entry_of_the_index_costs_one_more_to_make_and_to_remove(dynamodb: DynamoDB) -> None:
    assert cost(dynamodb, "orders", order("o1", 10)) == 2
    assert cost(dynamodb, "orders", order("o1", 10)) == 1
    assert cost(dynamodb, "orders", order("o1", 11)) == 3
    assert cost(dynamodb, "orders", order("o1")) == 2


def test_a_refused_write_costs_as_much_as_what_stands(dynamodb: DynamoDB) -> None:
    put(dynamodb, "streams", record(1, body=text("x" * 3000)))
    before = dynamodb.tables["streams"].write_units
    with refused("ConditionalCheckFailedException"):
        put(dynamodb, "streams", record(1), **ABSENT)
    assert dynamodb.tables["streams"].write_units - before == 3


# The journal takes less than a table: its resource policy denies the rest.


def test_the_journal_takes_conditional_puts_alone(dynamodb: DynamoDB) -> None:
    put(dynamodb, "journal", record(1), **ABSENT)
    with refused("AccessDeniedException"):
        put(dynamodb, "journal", record(2))
    always = {"ConditionExpression": "attribute_exists (#0)"}
    # No policy of IAM keeps a loose condition out: that it is put is a defect, and ends the run.
    with pytest.raises(AssertionError, match="would be replaced"):
        put(dynamodb, "journal", record(1), **(ABSENT | always))
    with refused("AccessDeniedException"):
        asked = update("SET #a = :1", A, ONE) | {"TableName": "journal", "Key": record(1)}
        dynamodb.call("UpdateItem", asked)


def test_items_are_what_was_put_whatever_becomes_of_the_answer(dynamodb: DynamoDB) -> None:
    put(dynamodb, "cursors", cursor(position=number(1)))
    found = got(dynamodb, stale=False, consistent=True)
    assert found is not None
    found["position"] = number(2)
    assert got(dynamodb, stale=False, consistent=True) == cursor(position=number(1))
