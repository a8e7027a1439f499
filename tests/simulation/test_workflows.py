"""The workflow files, as the simulation walks them."""

from typing import Any

import pytest
from jsonata.jsonata import Jsonata

from tests.simulation.cloud.workflows import EXPRESSIONS, NAMES, Scope, definition

ORDER = {"order_id": "o1", "symbol": "BTC-USD"}
COMMAND = {"kind": "place", "command_id": "o1", "symbol": "BTC-USD", "price_ticks": 6_000_000}
VARIABLES: dict[str, Any] = {
    "order": ORDER,
    "looks": 400,
    "shown": {"Item": {"symbol": {"S": "BTC-USD"}}},
    "next": "REDUCE",
    "quote": {"verdict": "PRICED"},
    "decision": {"verdict": "HELD", "command": COMMAND},
    "settled": {
        "symbol": "BTC-USD",
        "more": True,
        "announcements": [[{"Source": "a"}, {"Source": "b"}], [{"Source": "c"}]],
    },
}


@pytest.mark.parametrize("text", sorted(EXPRESSIONS))
def test_an_expression_means_what_jsonata_says(text: str) -> None:
    given = {"symbol": "ETH-USD", "account_id": "ann", "number": 7}
    scope = Scope("x1", given, ORDER, {"Payload": {"next": "WAIT"}}, dict(VARIABLES))
    expression = Jsonata(text)
    states = {
        "input": scope.input,
        "result": scope.result,
        "context": {"Execution": {"Name": scope.name, "Input": scope.execution_input}},
    }
    for name, value in {"states": states, **VARIABLES}.items():
        expression.assign(name, value)
    assert EXPRESSIONS[text](scope) == expression.evaluate(None)


@pytest.mark.parametrize("name", [*NAMES, "liquidation_workflow"])
def test_every_expression_of_a_workflow_file_is_known(name: str) -> None:
    assert definition(name)["StartAt"] in definition(name)["States"]
