"""Rights to a table: an append-only one grants nothing else."""

import pytest
from aws_cdk import App, Stack

from infra_cdk.constructs.table import APPEND, Attribute, Shape, Table
from infra_cdk.settings import ENVIRONMENTS


def a_table(*, append_only: bool = False) -> Table:
    shape = Shape("journal", "truth", Attribute("stream", "S"), append_only=append_only)
    return Table(Stack(App()), shape, settings=ENVIRONMENTS["local"], key=None)


@pytest.mark.parametrize("action", ["UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate"])
def test_nobody_gets_a_right_to_change_an_append_only_table(action: str) -> None:
    with pytest.raises(ValueError, match=f"append-only; asked for Query, {action}"):
        a_table(append_only=True).access("Query", action)


def test_appending_is_reading_and_putting() -> None:
    right = a_table(append_only=True).access(*APPEND)

    assert right.variable == "JOURNAL_TABLE"
    assert right.actions == ("dynamodb:Query", "dynamodb:PutItem")
    assert len(right.resources) == 1
