"""The two workflow files, started and waited for: what the caller is answered.

Step Functions API Reference, StartSyncExecution: the call itself succeeds, and says in ``status``
whether the execution did. moto takes no part: it walks no state machine without further packages.
"""

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.machines import LocalMachine, Machine, ModelMachine
from tests.functions.workflow_cloud import Cloud, answers, raises

if TYPE_CHECKING:
    from pathlib import Path

ORDER = {"order_id": "o1", "account_id": "alice", "symbol": "BTC-USD", "price_ticks": None}
COMMAND = {"kind": "place", "command_id": "o1", "symbol": "BTC-USD", "held_minor": 2**53 - 1}
PRICED = answers({"verdict": "PRICED", "quote": {"mark_price_ticks": 9_876_543}})
HELD = answers({"verdict": "HELD", "command": COMMAND})
BUG = raises("ValueError")
"""No workflow retries it."""

EVENT = {
    "EventBusName": "default",
    "Source": "zerodesk.settlement",
    "DetailType": "AccountSettled",
    "Detail": "{}",
}
FUNCTIONS = {
    "order_workflow": {"PricingFunctionArn": "pricing", "RiskCheckFunctionArn": "risk_check"},
    "settlement_workflow": {"SettlementFunctionArn": "settlement"},
}


@pytest.fixture(
    scope="module", params=["model", pytest.param("local_cloud", marks=pytest.mark.local_cloud)]
)
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Machine]:
    """Return both workflows, as each implementation runs them."""
    if request.param == "model":
        return {workflow: ModelMachine(workflow) for workflow in FUNCTIONS}
    address: str = request.getfixturevalue("empty_cloud")
    folder: Path = tmp_path_factory.mktemp("stubs")
    deployed = Cloud(address, folder)
    return {name: LocalMachine(deployed, name, functions) for name, functions in FUNCTIONS.items()}


@pytest.fixture
def orders(cloud: dict[str, Machine]) -> Machine:
    machine = cloud["order_workflow"]
    machine.sent()
    return machine


@pytest.fixture
def settlement(cloud: dict[str, Machine]) -> Machine:
    return cloud["settlement_workflow"]


def settled(*announcements: list[dict[str, str]], more: bool) -> dict[str, Any]:
    return answers({"symbol": "BTC-USD", "announcements": list(announcements), "more": more})


def test_an_execution_that_succeeds_answers_its_output_as_text(orders: Machine) -> None:
    orders.will("pricing", PRICED)
    orders.will("risk_check", HELD)
    answer = orders.run(ORDER)
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"]) == {"verdict": "HELD", "order_id": "o1"}
    assert "error" not in answer


def test_an_execution_sends_its_command_to_the_group_of_its_book(orders: Machine) -> None:
    orders.will("pricing", PRICED)
    orders.will("risk_check", HELD)
    orders.run(ORDER)
    ((group, body),) = orders.sent()
    assert group == "BTC-USD"
    assert json.loads(body) == COMMAND


def test_an_execution_that_fails_answers_the_name_of_its_error(orders: Machine) -> None:
    orders.will("pricing", PRICED)
    orders.will("risk_check", BUG)
    answer = orders.run(ORDER)
    assert (answer["status"], answer["error"]) == ("FAILED", "ValueError")
    assert orders.sent() == []


def test_an_execution_that_fails_has_no_output(orders: Machine) -> None:
    orders.will("pricing", BUG)
    assert "output" not in orders.run(ORDER)


def test_settlement_goes_on_while_there_is_more(settlement: Machine) -> None:
    settlement.will(
        "settlement",
        settled([EVENT] * 10, [EVENT], more=True),
        settled([EVENT], more=True),
        settled(more=False),
    )
    answer = settlement.run({"symbol": "BTC-USD"})
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"]) == {"verdict": "SETTLED", "symbol": "BTC-USD"}
    assert settlement.calls("settlement") == [{"symbol": "BTC-USD"}] * 3


def test_settlement_that_fails_answers_the_name_of_its_error(settlement: Machine) -> None:
    settlement.will("settlement", settled([EVENT], more=True), BUG)
    answer = settlement.run({"symbol": "BTC-USD"})
    assert (answer["status"], answer["error"]) == ("FAILED", "ValueError")
