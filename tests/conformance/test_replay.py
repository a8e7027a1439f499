"""What handlers ask of DynamoDB in a simulated run is answered in the same way by all.

Beside the claims, which somebody thought of: every call of a run, in order, with its answer in the
simulation, is put again to each implementation. Left out are queries of the index, which in the
simulation shows an item after a while.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from tests.conformance.claims import Item
from tests.conformance.clouds import Cloud
from tests.simulation import seam
from tests.simulation.cloud.dynamodb import DynamoDB, Schema, Table

LIVES = 20
CALLS = 400
"""In the calm after a run the schedules ask the same again and again."""

METHODS = {
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "GetItem": "get_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
}
Answer = dict[str, Any]


@dataclass(slots=True)
class Recording:
    """What stood before a run, and what was asked and answered in it."""

    before: list[tuple[Schema, list[Item]]]
    calls: list[tuple[str, Answer, Any]] = field(default_factory=list)

    def hear(self, operation: str, asked: Answer, said: Any) -> None:
        """Write a call and its answer down."""
        if "IndexName" not in asked and len(self.calls) < CALLS:
            self.calls.append((operation, asked, deepcopy(essence(said))))


@pytest.fixture(scope="module")
def recording() -> Recording:
    """Return a run without faults, recorded."""
    with seam.installed():
        from tests.simulation.faults import Script
        from tests.simulation.run import simulate, venue
        from tests.simulation.traffic import draw

        tables = venue().dynamodb.tables.values()
        recorded = Recording([(table.schema, standing(table)) for table in tables])
        answer = DynamoDB.call

        def call(dynamodb: DynamoDB, operation: str, asked: Answer, **how: Any) -> Answer:
            question = deepcopy(asked)
            try:
                said = answer(dynamodb, operation, asked, **how)
            except ClientError as error:
                recorded.hear(operation, question, error)
                raise
            recorded.hear(operation, question, said)
            return said

        with patch.object(DynamoDB, "call", call):
            assert simulate(8, draw(8, LIVES), Script()).violations == ()
    return recorded


def standing(table: Table) -> list[Item]:
    return [item for partition in table.partitions.values() for item in partition.items.values()]


def essence(said: Any) -> Any:
    """Return what matters of an answer: items, in order if there is one, or why there are none."""
    if isinstance(said, ClientError):
        return said.response["Error"]["Code"]
    if "Responses" in said:
        return sorted((item for items in said["Responses"].values() for item in items), key=str)
    return said.get("Items", said.get("Item", said.get("Attributes")))


class Stage:
    """The tables of a run, in an implementation."""

    def __init__(self, cloud: Cloud, before: list[tuple[Schema, list[Item]]]) -> None:
        self._dynamodb = cloud.client("dynamodb")
        self._names = {schema.name: cloud.table(schema) for schema, _ in before}
        for schema, items in before:
            for item in items:
                self._put(schema, item)

    def _put(self, schema: Schema, item: Item) -> None:
        """Put an item, in the one way in which also the journal takes it."""
        self._dynamodb.put_item(
            TableName=self._names[schema.name],
            Item=item,
            ConditionExpression="attribute_not_exists (#0)",
            ExpressionAttributeNames={"#0": schema.partition},
        )

    def ask(self, operation: str, asked: Answer) -> Any:
        """Put a call and return the essence of the answer."""
        if "TableName" in asked:
            asked = asked | {"TableName": self._names[asked["TableName"]]}
        else:
            wanted = asked["RequestItems"].items()
            asked = asked | {"RequestItems": {self._names[name]: keys for name, keys in wanted}}
        try:
            return essence(getattr(self._dynamodb, METHODS[operation])(**asked))
        except ClientError as error:
            return essence(error)


def test_every_call_of_a_run_is_answered_as_in_the_simulation(
    cloud: Cloud, recording: Recording
) -> None:
    stage = Stage(cloud, recording.before)
    for number, (operation, asked, expected) in enumerate(recording.calls):
        assert stage.ask(operation, asked) == expected, f"call {number}: {operation} {asked}"


def test_a_run_makes_every_kind_of_call_and_meets_refusals(recording: Recording) -> None:
    made = Counter(operation for operation, _, _ in recording.calls)
    assert made.keys() == METHODS.keys()
    refused = [said for _, _, said in recording.calls if isinstance(said, str)]
    assert "ConditionalCheckFailedException" in refused
