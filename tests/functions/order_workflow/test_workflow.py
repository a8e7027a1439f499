"""The order workflow, state by state: what each passes on."""

import json
from random import Random
from typing import Any, cast

import pytest

from tests.functions.workflow_files import errors_named, evaluate, faults_of, load, states
from tests.simulation.cloud.workflows import Effects, TaskFailedError, execute

STATES = states(load("order_workflow"))

COMMAND = {
    "kind": "place",
    "command_id": "oabc",
    "symbol": "BTC-USD",
    "price_ticks": 9_876_543,
    "quantity_lots": 25,
    "held_minor": 2**53 - 1,
    "post_only": False,
}
ORDER = {"order_id": "oabc", "account_id": "alice", "symbol": "BTC-USD", "price_ticks": None}


class NoTable:
    """A world in which every look at a table fails by one name, and no time passes."""

    def __init__(self, error: str) -> None:
        self.error, self.looks = error, 0

    def look(self, _: object) -> None:
        self.looks += 1
        raise TaskFailedError(self.error)

    def wait(self, _: float) -> None:
        """Wait no longer than it takes to say so."""

    def now_seconds(self) -> float:
        return 0.0


def context(execution: str = "run-1") -> dict[str, Any]:
    return {"context": {"Execution": {"Name": execution, "Input": ORDER}}}


@pytest.mark.parametrize(
    ("state", "function"), [("Price", "pricing"), ("Check risk", "risk_check")]
)
def test_every_fault_on_the_card_of_a_function_is_retried(state: str, function: str) -> None:
    assert "ServiceBusyError" in faults_of(function)
    assert faults_of(function) <= errors_named(STATES[state])


def test_pricing_gets_the_order_and_risk_check_the_order_with_its_quote() -> None:
    shown = {"Item": {"symbol": {"S": "BTC-USD"}}}
    asked = evaluate(STATES["Price"]["Arguments"]["Payload"], order=ORDER, shown=shown)

    assert asked == {"order": ORDER, "shown": shown}

    payload = evaluate(
        STATES["Check risk"]["Arguments"]["Payload"], order=ORDER, quote={"verdict": "PRICED"}
    )

    assert payload == {"order": ORDER, "quote": {"verdict": "PRICED"}}


def test_the_market_of_the_order_is_read() -> None:
    key = evaluate(STATES["Look at the market"]["Arguments"]["Key"], order=ORDER)

    assert key == {"symbol": {"S": "BTC-USD"}}


def test_a_market_that_is_not_shown_is_read_again_and_not_only_priced_again() -> None:
    [catcher] = STATES["Price"]["Catch"]
    retried = {error for one in STATES["Price"]["Retry"] for error in one["ErrorEquals"]}

    assert catcher["ErrorEquals"] == ["StaleMarketError"]
    assert "StaleMarketError" not in retried
    assert STATES["Let it be shown"]["Next"] == "Look at the market"


@pytest.mark.parametrize(
    ("looks", "following"), [(1, "Let it be shown"), (3, "Let it be shown"), (4, "Not shown")]
)
def test_a_market_is_looked_at_four_times(looks: int, following: str) -> None:
    state = STATES["Looked often?"]
    [choice] = state["Choices"]

    often = evaluate(choice["Condition"], looks=looks)

    assert (choice["Next"] if often else state["Default"]) == following
    assert evaluate(STATES["Look at the market"]["Assign"]["looks"], looks=looks) == looks + 1


@pytest.mark.parametrize(
    ("error", "looks"),
    [
        ("DynamoDB.SdkClientException", 4),
        ("DynamoDB.ProvisionedThroughputExceededException", 4),
        ("DynamoDB.ThrottlingException", 4),
        ("States.Timeout", 4),
        ("DynamoDB.AmazonDynamoDBException", 1),
        ("DynamoDB.ResourceNotFoundException", 1),
        ("States.Permissions", 1),
    ],
)
def test_a_look_is_made_again_for_what_passes_with_time_alone(error: str, looks: int) -> None:
    world = NoTable(error)
    with pytest.raises(TaskFailedError, match=error):
        execute("order_workflow", "run-1", ORDER, cast(Effects, world), Random(7))
    assert world.looks == looks


def test_a_refused_quote_goes_to_risk_check_as_well() -> None:
    """Nothing but the end of pricing leads to the check, and nothing leads around it."""
    assert STATES["Price"]["Next"] == "Check risk"
    assert STATES["Check risk"]["Next"] == "Accepted?"


@pytest.mark.parametrize(
    ("verdict", "following"),
    [("HELD", "Submit to the book"), ("REJECTED", "Refused"), ("DONE", "Refused")],
)
def test_only_a_held_order_goes_to_the_book(verdict: str, following: str) -> None:
    state = STATES["Accepted?"]
    [choice] = state["Choices"]

    held = evaluate(choice["Condition"], decision={"verdict": verdict})

    assert (choice["Next"] if held else state["Default"]) == following


def test_the_book_gets_the_command_that_was_held_to_the_last_digit() -> None:
    body = evaluate(
        STATES["Submit to the book"]["Arguments"]["MessageBody"], decision={"command": COMMAND}
    )

    assert json.loads(body) == COMMAND


def test_a_book_is_a_message_group() -> None:
    group = evaluate(
        STATES["Submit to the book"]["Arguments"]["MessageGroupId"], decision={"command": COMMAND}
    )

    assert group == "BTC-USD"


def test_a_swept_order_is_another_message_and_a_repeated_state_is_not() -> None:
    template = STATES["Submit to the book"]["Arguments"]["MessageDeduplicationId"]

    first, again, swept = (
        evaluate(template, states=context(execution), decision={"command": COMMAND})
        for execution in ("run-1", "run-1", "run-2")
    )

    assert first == again != swept


@pytest.mark.parametrize(
    ("state", "verdict", "answer"),
    [("Queued", "HELD", "HELD"), ("Refused", "REJECTED", "REJECTED"), ("Refused", "DONE", "DONE")],
)
def test_the_answer_is_the_verdict_on_the_order(state: str, verdict: str, answer: str) -> None:
    output = evaluate(STATES[state]["Output"], order=ORDER, decision={"verdict": verdict})

    assert STATES[state]["End"] is True
    assert output == {"verdict": answer, "order_id": "oabc"}
