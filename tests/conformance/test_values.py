"""Numbers, binaries, emptiness, and the sizes at which an item or a key is too large.

DynamoDB Developer Guide, "Supported data types and naming rules", "Item sizes and formats" and
"Quotas".
"""

from typing import Any

import pytest

from tests.conformance.claims import Item, cursor, number, record, refused, text
from tests.conformance.clouds import Cloud

ITEM_BYTES = 400 * 1024
TWO_BYTES = "\N{LATIN SMALL LETTER E WITH ACUTE}"


def stored(cloud: Cloud, value: dict[str, Any]) -> dict[str, Any]:
    """Return a value as it comes back."""
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    dynamodb.put_item(TableName=table, Item=cursor(value=value))
    answer = dynamodb.get_item(TableName=table, Key=cursor(), ConsistentRead=True)
    found: dict[str, Any] = answer["Item"]["value"]
    return found


@pytest.mark.parametrize(
    "digits",
    [
        "9" * 38,
        "1" + "0" * 36 + "1",
        "-" + "9" * 38,
        "0." + "9" * 38,
        "1234567890123456789.0123456789012345678",
        "0",
        "-1",
    ],
)
def test_a_number_of_38_digits_comes_back_exactly(cloud: Cloud, digits: str) -> None:
    assert stored(cloud, number(digits)) == number(digits)


@pytest.mark.parametrize("digits", ["9" * 39, "-" + "9" * 39, "0." + "9" * 39, "1" * 38 + ".5"])
def test_a_number_of_39_digits_is_refused(cloud: Cloud, digits: str) -> None:
    with refused("ValidationException"):
        stored(cloud, number(digits))


def test_zeros_at_the_end_are_no_digits_of_their_own(cloud: Cloud) -> None:
    assert stored(cloud, number("1" + "0" * 60)) == number("1" + "0" * 60)


def test_zeros_that_say_nothing_are_not_kept(cloud: Cloud) -> None:
    assert stored(cloud, number("007.50")) == number("7.5")


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param("1" + "0" * 126, id="large"),
        pytest.param("-1" + "0" * 126, id="negative"),
        pytest.param("0." + "0" * 130 + "1", id="small"),
    ],
)
def test_a_number_out_of_range_is_refused(cloud: Cloud, digits: str) -> None:
    """The magnitude is between 1E-130 and 9.9...9E+125."""
    with refused("ValidationException"):
        stored(cloud, number(digits))


@pytest.mark.parametrize("digits", ["", "abc", "1,5", "0x10"])
def test_what_is_no_number_is_refused(cloud: Cloud, digits: str) -> None:
    with refused("ValidationException"):
        stored(cloud, number(digits))


def test_a_number_of_39_digits_is_refused_in_a_condition_too(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    with refused("ValidationException"):
        dynamodb.put_item(
            TableName=table,
            Item=cursor(),
            ConditionExpression="attribute_not_exists (#0) OR #0 < :0",
            ExpressionAttributeNames={"#0": "position"},
            ExpressionAttributeValues={":0": number("9" * 39)},
        )


def test_a_key_is_one_number_however_it_is_written(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("streams")
    dynamodb.put_item(TableName=table, Item=record("1.0"))
    answer = dynamodb.get_item(TableName=table, Key=record("01"), ConsistentRead=True)
    assert answer.get("Item") == record(1)


@pytest.mark.parametrize("content", [b"\x00\xff" * 100, b""])
def test_bytes_come_back_as_they_were(cloud: Cloud, content: bytes) -> None:
    assert stored(cloud, {"B": content}) == {"B": content}


@pytest.mark.parametrize("value", [text(""), {"NULL": True}, {"BOOL": False}, text(TWO_BYTES)])
def test_small_values_come_back_as_they_were(cloud: Cloud, value: dict[str, Any]) -> None:
    """Empty strings and binaries are values, since 2020, of all attributes but keys."""
    assert stored(cloud, value) == value


def filled(size_bytes: int, **attributes: Any) -> Item:
    """Return a cursor of exactly so many bytes, the names of its attributes counted."""
    item = cursor(**attributes, filler=text(""))
    values = [content for value in item.values() for content in value.values()]
    taken = sum(len(name.encode()) for name in item) + sum(
        len(value if isinstance(value, bytes) else value.encode()) for value in values
    )
    return item | {"filler": text("x" * (size_bytes - taken))}


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({}, id="text"),
        pytest.param({"body": {"B": b"\xff" * 1000}}, id="binaries count as bytes"),
        pytest.param({"a" * 200: text("x")}, id="names count"),
        pytest.param({"accents": text(TWO_BYTES * 500)}, id="as UTF-8"),
    ],
)
def test_an_item_of_400_kb_is_taken_and_one_byte_more_refused(
    cloud: Cloud, attributes: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    dynamodb.put_item(TableName=table, Item=filled(ITEM_BYTES, **attributes))
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=filled(ITEM_BYTES + 1, **attributes))


def test_an_update_cannot_make_an_item_larger_than_400_kb(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    half = text("x" * (ITEM_BYTES // 2))
    dynamodb.put_item(TableName=table, Item=cursor(a=half))
    with refused("ValidationException"):
        dynamodb.update_item(
            TableName=table,
            Key=cursor(),
            UpdateExpression="SET #0 = :0",
            ExpressionAttributeNames={"#0": "b"},
            ExpressionAttributeValues={":0": half},
        )
    answer = dynamodb.get_item(TableName=table, Key=cursor(), ConsistentRead=True)
    assert answer["Item"] == cursor(a=half)


def test_a_large_item_is_refused_for_its_size_before_its_condition(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    dynamodb.put_item(TableName=table, Item=cursor())
    with refused("ValidationException"):
        dynamodb.put_item(
            TableName=table,
            Item=filled(ITEM_BYTES + 1),
            ConditionExpression="attribute_not_exists (#0)",
            ExpressionAttributeNames={"#0": "name"},
        )


def test_an_empty_key_is_refused(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=cursor(""))
    with refused("ValidationException"):
        dynamodb.get_item(TableName=table, Key=cursor(""))


def test_a_partition_key_has_up_to_2048_bytes(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    dynamodb.put_item(TableName=table, Item=cursor("x" * 2048))
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=cursor("x" * 2049))
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=cursor(TWO_BYTES * 1025))


def test_a_sort_key_has_up_to_1024_bytes(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("orders")
    alice = text("alice")
    dynamodb.put_item(TableName=table, Item={"account_id": alice, "order_id": text("x" * 1024)})
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item={"account_id": alice, "order_id": text("x" * 1025)})
