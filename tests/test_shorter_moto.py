"""What is remembered of moto's names is what it works out."""

from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker

from tests import shorter_moto
from tests.shorter_moto import mocked_aws, remembering

ITEM: dict[str, Any] = {
    "name": {"S": "a"},
    "number": {"N": "1"},
    "bytes": {"B": b"b"},
    "list": {"L": [{"S": "c"}, {"NULL": True}, {"M": {"deep": {"BOOL": False}}}]},
    "names": {"SS": ["d", "e"]},
}


def answers() -> list[dict[str, Any]]:
    """Return what DynamoDB answers to a few calls, without what differs from call to call."""
    client: Any = boto3.client("dynamodb", region_name="us-east-1")
    key = {"AttributeName": "name", "AttributeType": "S"}
    schema = [{"AttributeName": "name", "KeyType": "HASH"}]
    client.create_table(
        TableName="any",
        AttributeDefinitions=[key],
        KeySchema=schema,
        BillingMode="PAY_PER_REQUEST",
    )
    told = [
        client.put_item(TableName="any", Item=ITEM, ReturnConsumedCapacity="TOTAL"),
        client.get_item(TableName="any", Key={"name": ITEM["name"]}),
        client.get_item(TableName="any", Key={"name": {"S": "nobody"}}),
        client.scan(TableName="any"),
    ]
    return [{name: one[name] for name in one if name != "ResponseMetadata"} for one in told]


def test_the_answers_are_those_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        told = answers()
    for _ in range(2):
        with mocked_aws():
            assert answers() == told
    assert told[1]["Item"] == ITEM


def test_names_are_worked_out_once_for_a_dictionary_and_each_time_for_all_else() -> None:
    asked = []

    def work_out(_: XFormedAttributePicker, context: AttributePickerContext) -> list[str]:
        asked.append(context.obj)
        return [context.key]

    names, picker = remembering(work_out), XFormedAttributePicker()
    shape: Any = object()
    for held in ({}, {"a": 1}, shape, shape):
        assert list(names(picker, AttributePickerContext(held, "a", shape))) == ["a"]
    assert asked == [{}, shape, shape]


def test_the_product_s_tests_leave_moto_as_it_was() -> None:
    with mocked_aws():
        assert XFormedAttributePicker.get_possible_keys is shorter_moto._names
    assert XFormedAttributePicker.get_possible_keys is not shorter_moto._names
