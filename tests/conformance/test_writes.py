"""Conditional puts and updates: what is written, what is refused, and that this writes nothing.

DynamoDB Developer Guide, "Condition expressions" and "Update expressions"; API Reference, PutItem
and UpdateItem.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.claims import Item, cursor, number, order, record, refused, text
from tests.conformance.clouds import Cloud

CONDITION_FAILED = "ConditionalCheckFailedException"
FREE_OR_BEHIND = "(attribute_not_exists (#0) OR #0 < :0)"


class Things:
    """A table and the calls that a claim makes to it."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.dynamodb, self.table = cloud.client("dynamodb"), cloud.table(name)

    def put(self, item: Item, **asked: Any) -> Any:
        return self.dynamodb.put_item(TableName=self.table, Item=item, **asked)

    def update(self, key: Item, expression: str, **asked: Any) -> Any:
        return self.dynamodb.update_item(
            TableName=self.table, Key=key, UpdateExpression=expression, **asked
        )

    def get(self, key: Item) -> Item | None:
        found = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item


@pytest.fixture
def streams(cloud: Cloud) -> Things:
    return Things(cloud, "streams")


@pytest.fixture
def cursors(cloud: Cloud) -> Things:
    return Things(cloud, "cursors")


@pytest.mark.parametrize("key", ["stream", "sequence"])
def test_of_two_puts_at_one_place_the_second_is_refused_and_changes_nothing(
    streams: Things, key: str
) -> None:
    absent = {
        "ConditionExpression": "attribute_not_exists (#0)",
        "ExpressionAttributeNames": {"#0": key},
    }
    streams.put(record(1, hash=text("first")), **absent)
    with refused(CONDITION_FAILED):
        streams.put(record(1, hash=text("second")), **absent)
    assert streams.get(record(1)) == record(1, hash=text("first"))


def test_a_put_that_asks_is_told_what_stands_in_its_place(streams: Things) -> None:
    absent = {
        "ConditionExpression": "attribute_not_exists (#0)",
        "ExpressionAttributeNames": {"#0": "sequence"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    standing = record(1, hash=text("first"), body={"B": b"\x00\xff"})
    streams.put(standing, **absent)
    with pytest.raises(ClientError) as failed:
        streams.put(record(1, hash=text("second")), **absent)
    assert failed.value.response["Error"]["Code"] == CONDITION_FAILED
    assert failed.value.response["Item"] == standing  # type: ignore[typeddict-item]


@pytest.mark.parametrize("key", ["stream", "sequence"])
def test_absence_is_asked_of_one_item_not_of_its_partition(streams: Things, key: str) -> None:
    absent = {
        "ConditionExpression": "attribute_not_exists (#0)",
        "ExpressionAttributeNames": {"#0": key},
    }
    streams.put(record(1), **absent)
    streams.put(record(2), **absent)
    assert streams.get(record(2)) == record(2)


def test_a_put_replaces_the_whole_item(cursors: Things) -> None:
    cursors.put(cursor(position=number(1), owner=text("a")))
    cursors.put(cursor(position=number(2)))
    assert cursors.get(cursor()) == cursor(position=number(2))


def test_an_update_of_a_missing_item_makes_it(cursors: Things) -> None:
    cursors.update(
        cursor(),
        "SET #0 = :0",
        ConditionExpression="attribute_not_exists (#0)",
        ExpressionAttributeNames={"#0": "position"},
        ExpressionAttributeValues={":0": number(7)},
    )
    assert cursors.get(cursor()) == cursor(position=number(7))


def test_an_update_whose_condition_fails_makes_no_item(cursors: Things) -> None:
    with refused(CONDITION_FAILED):
        cursors.update(
            cursor(),
            "SET #0 = :0",
            ConditionExpression="#0 < :0",
            ExpressionAttributeNames={"#0": "position"},
            ExpressionAttributeValues={":0": number(7)},
        )
    assert cursors.get(cursor()) is None


@pytest.mark.parametrize(
    ("standing", "position", "moves"),
    [
        pytest.param(None, 5, True, id="absent"),
        pytest.param(4, 5, True, id="behind"),
        pytest.param(5, 5, False, id="there"),
        pytest.param(6, 5, False, id="ahead"),
        pytest.param(9, 10, True, id="numbers are no strings"),
    ],
)
def test_a_cursor_moves_when_it_is_absent_or_behind(
    cursors: Things, standing: int | None, position: int, *, moves: bool
) -> None:
    before = cursor(note=text("kept"))
    before |= {} if standing is None else {"position": number(standing)}
    cursors.put(before)
    asked: dict[str, Any] = {
        "ConditionExpression": FREE_OR_BEHIND,
        "ExpressionAttributeNames": {"#0": "position"},
        "ExpressionAttributeValues": {":0": number(position)},
    }
    if moves:
        cursors.update(cursor(), "SET #0 = :0", **asked)
        assert cursors.get(cursor()) == before | {"position": number(position)}
    else:
        with refused(CONDITION_FAILED):
            cursors.update(cursor(), "SET #0 = :0", **asked)
        assert cursors.get(cursor()) == before


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("#status IN (:open, :queued)", True),
        ("#status IN (:queued)", False),
        ("NOT #status = :queued", True),
        ("#status <> :queued", True),
        ("#missing = :open", False),
        ("#missing <> :open", True),
        ("#missing < :open", False),
        ("NOT #missing < :open", True),
        ("#status = :open AND #missing = :open OR #status = :open", True),
        ("#status = :open AND (#missing = :open OR #status = :queued)", False),
        ("attribute_exists (#status) AND attribute_not_exists (#missing)", True),
        ("#status < :one", False),
        ("#status <> :one", True),
        ("#amount = :one", True),
    ],
)
def test_a_condition_holds(cursors: Things, condition: str, *, holds: bool) -> None:
    """An attribute that is not there, or of another type, compares to nothing but ``<>``.

    Developer Guide, "Comparison operator and function reference".
    """
    names = {"#status": "status", "#missing": "missing", "#amount": "amount"}
    values = {":open": text("OPEN"), ":queued": text("QUEUED"), ":one": number("1.0")}
    cursors.put(cursor(status=text("OPEN"), amount=number(1)))
    asked = {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {n: v for n, v in names.items() if n in condition}
        | {"#set": "touched"},
        "ExpressionAttributeValues": {n: v for n, v in values.items() if n in condition}
        | {":set": text("yes")},
    }
    if holds:
        cursors.update(cursor(), "SET #set = :set", **asked)
    else:
        with refused(CONDITION_FAILED):
            cursors.update(cursor(), "SET #set = :set", **asked)


def test_set_and_remove_go_together_and_answer_the_whole_new_item(cursors: Things) -> None:
    cursors.put(cursor(owner=text("a"), until_ms=number(9), note=text("kept")))
    answer = cursors.update(
        cursor(),
        "SET #0 = :0 REMOVE #1, #2",
        ExpressionAttributeNames={"#0": "position", "#1": "owner", "#2": "until_ms"},
        ExpressionAttributeValues={":0": number(3)},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == cursor(position=number(3), note=text("kept"))


def test_removing_what_is_not_there_is_nothing(cursors: Things) -> None:
    cursors.put(cursor(note=text("kept")))
    cursors.update(cursor(), "REMOVE #0", ExpressionAttributeNames={"#0": "owner"})
    assert cursors.get(cursor()) == cursor(note=text("kept"))


def test_what_stands_wins_over_the_default(cursors: Things) -> None:
    for at_ms in (1, 2):
        cursors.update(
            cursor(),
            "SET #0 = if_not_exists (#0, :0)",
            ExpressionAttributeNames={"#0": "revoked_at_ms"},
            ExpressionAttributeValues={":0": number(at_ms)},
        )
    assert cursors.get(cursor()) == cursor(revoked_at_ms=number(1))


def test_an_update_reads_what_stood_before_it(cursors: Things) -> None:
    cursors.put(cursor(a=text("1"), b=text("2")))
    cursors.update(
        cursor(), "SET #a = #b, #b = #a", ExpressionAttributeNames={"#a": "a", "#b": "b"}
    )
    assert cursors.get(cursor()) == cursor(a=text("2"), b=text("1"))


def test_setting_from_what_is_not_there_is_refused(cursors: Things) -> None:
    cursors.put(cursor())
    with refused("ValidationException"):
        cursors.update(
            cursor(), "SET #a = #b", ExpressionAttributeNames={"#a": "a", "#b": "missing"}
        )


@pytest.mark.parametrize("same", ["settlement#BTC-USD", "another"])
def test_a_key_cannot_be_updated_not_even_to_itself(cursors: Things, same: str) -> None:
    cursors.put(cursor())
    with refused("ValidationException"):
        cursors.update(
            cursor(),
            "SET #0 = :0",
            ExpressionAttributeNames={"#0": "name"},
            ExpressionAttributeValues={":0": text(same)},
        )


def test_one_attribute_cannot_be_updated_twice_at_once(cursors: Things) -> None:
    with refused("ValidationException"):
        cursors.update(
            cursor(),
            "SET #0 = :0 REMOVE #1",
            ExpressionAttributeNames={"#0": "owner", "#1": "owner"},
            ExpressionAttributeValues={":0": text("a")},
        )


def test_a_table_that_is_not_there_is_named(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    with refused("ResourceNotFoundException"):
        dynamodb.put_item(TableName="nowhere", Item=cursor())
    with refused("ResourceNotFoundException"):
        dynamodb.get_item(TableName="nowhere", Key=cursor())
    with refused("ResourceNotFoundException"):
        dynamodb.batch_get_item(RequestItems={"nowhere": {"Keys": [cursor()]}})


def test_an_item_without_its_whole_key_is_refused(cloud: Cloud) -> None:
    orders = Things(cloud, "orders")
    with refused("ValidationException"):
        orders.put({"account_id": text("alice")})
    with refused("ValidationException"):
        orders.get({"account_id": text("alice")})
    with refused("ValidationException"):
        orders.update({"order_id": text("o1")}, "REMOVE #0", ExpressionAttributeNames={"#0": "x"})


def test_a_key_of_more_than_the_key_is_refused(cloud: Cloud) -> None:
    orders = Things(cloud, "orders")
    with refused("ValidationException"):
        orders.get(order("o1"))


def test_a_key_of_another_type_is_refused(streams: Things) -> None:
    with refused("ValidationException"):
        streams.put({"stream": text("book#BTC-USD"), "sequence": text("1")})
    with refused("ValidationException"):
        streams.get({"stream": number(1), "sequence": number(1)})


def test_the_number_of_the_index_must_be_a_number(cloud: Cloud) -> None:
    """Developer Guide, "Using global secondary indexes": as the schema says, or absent."""
    orders = Things(cloud, "orders")
    with refused("ValidationException"):
        orders.put(order("o1") | {"placed_at_ms": text("now")})
