"""Placeholders and expressions that do not fit together are refused, before anything is looked at.

DynamoDB Developer Guide, "Expression attribute names (aliases)", "Expression attribute values" and
"Quotas" (expression parameters).
"""

from typing import Any

import pytest

from tests.conformance.claims import cursor, number, record, refused, text
from tests.conformance.clouds import Cloud

NAMES = {"#0": "position"}
VALUES = {":0": number(1)}


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            {"ConditionExpression": "attribute_not_exists (#0) OR #1 < :0"}, id="unknown name"
        ),
        pytest.param(
            {"ConditionExpression": "attribute_not_exists (#0) OR #0 < :1"}, id="unknown value"
        ),
        pytest.param(
            {
                "ConditionExpression": "#0 < :0",
                "ExpressionAttributeNames": NAMES | {"#1": "owner"},
            },
            id="unused name",
        ),
        pytest.param(
            {
                "ConditionExpression": "#0 < :0",
                "ExpressionAttributeValues": VALUES | {":1": number(2)},
            },
            id="unused value",
        ),
        pytest.param({"ConditionExpression": "attribute_exists (:0) AND #0 = :0"}, id="no path"),
        pytest.param(
            {"ConditionExpression": "if_not_exists (#0, :0) = :0"}, id="function of updates"
        ),
        pytest.param(
            {"ConditionExpression": "#0 IN (" + ", ".join([":0"] * 101) + ")"},
            id="101 choices",
        ),
        pytest.param({"ConditionExpression": " OR ".join(["#0 = :0"] * 500)}, id="more than 4 KB"),
        pytest.param(
            {"ConditionExpression": "#0 = :0", "ExpressionAttributeValues": {":0": text("x")}}
            | {"ExpressionAttributeNames": {"#0": "position", "1": "owner"}},
            id="placeholder without its sign",
        ),
    ],
)
def test_a_put_whose_condition_does_not_fit_is_refused(cloud: Cloud, asked: dict[str, Any]) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    placeholders = {"ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": VALUES}
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=cursor(), **(placeholders | asked))
    assert "Item" not in dynamodb.get_item(TableName=table, Key=cursor(), ConsistentRead=True)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        pytest.param("SET #1 = :0", VALUES, id="unknown name"),
        pytest.param("SET #0 = :1", VALUES, id="unknown value"),
        pytest.param("SET #0 = :0", VALUES | {":1": number(2)}, id="unused value"),
        pytest.param("SET #0 = :0 SET #0 = :0", VALUES, id="two sections of a kind"),
    ],
)
def test_an_update_whose_expression_does_not_fit_is_refused(
    cloud: Cloud, expression: str, values: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    with refused("ValidationException"):
        dynamodb.update_item(
            TableName=table,
            Key=cursor(),
            UpdateExpression=expression,
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues=values,
        )
    assert "Item" not in dynamodb.get_item(TableName=table, Key=cursor(), ConsistentRead=True)


def test_placeholders_without_an_expression_are_refused(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("cursors")
    with refused("ValidationException"):
        dynamodb.put_item(TableName=table, Item=cursor(), ExpressionAttributeNames=NAMES)
    with refused("ValidationException"):
        dynamodb.get_item(TableName=table, Key=cursor(), ExpressionAttributeNames=NAMES)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        pytest.param("#0 = :0", {":0": text("s")}, id="no sort key in the names is fine"),
    ],
)
def test_a_query_that_fits_is_answered(
    cloud: Cloud, condition: str, values: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("streams")
    dynamodb.put_item(TableName=table, Item=record(1, "s"))
    answer = dynamodb.query(
        TableName=table,
        KeyConditionExpression=condition,
        ExpressionAttributeNames={"#0": "stream"},
        ExpressionAttributeValues=values,
        ConsistentRead=True,
    )
    assert answer["Items"] == [record(1, "s")]


@pytest.mark.parametrize(
    ("condition", "names", "values"),
    [
        pytest.param("#s = :s", {"#s": "other"}, {":s": text("s")}, id="not the partition key"),
        pytest.param("#n = :n", {"#n": "sequence"}, {":n": number(1)}, id="the sort key alone"),
        pytest.param("#s > :s", {"#s": "stream"}, {":s": text("s")}, id="a range of partitions"),
        pytest.param(
            "#s = :s AND #n > :n",
            {"#s": "stream", "#n": "hash"},
            {":s": text("s"), ":n": number(1)},
            id="not the sort key",
        ),
        pytest.param("#s = :s", {"#s": "stream"}, {":s": number(1)}, id="partition of a type"),
        pytest.param(
            "#s = :s AND #n > :n",
            {"#s": "stream", "#n": "sequence"},
            {":s": text("s"), ":n": text("1")},
            id="sort key of a type",
        ),
        pytest.param(
            "#s = :s AND #n BETWEEN :n AND :m",
            {"#s": "stream", "#n": "sequence"},
            {":s": text("s"), ":n": number(2), ":m": number(1)},
            id="a range that ends before it begins",
        ),
        pytest.param("#s = :t", {"#s": "stream"}, {":s": text("s")}, id="unknown value"),
        pytest.param(
            "#s = :s",
            {"#s": "stream", "#n": "sequence"},
            {":s": text("s")},
            id="unused name",
        ),
        pytest.param(
            "#s = :s",
            {"#s": "stream"},
            {":s": text("s"), ":n": number(1)},
            id="unused value",
        ),
        pytest.param("#s = :s", {"#s": "stream"}, {":s": text("")}, id="an empty key"),
    ],
)
def test_a_query_that_does_not_fit_is_refused(
    cloud: Cloud, condition: str, names: dict[str, str], values: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("streams")
    with refused("ValidationException"):
        dynamodb.query(
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
