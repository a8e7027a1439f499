"""What holds for every workflow file: it can be walked, read, retried and ended."""

from typing import Any

import pytest
from jsonata import Jsonata

from tests.functions.workflow_files import (
    NAMES,
    VARIABLE,
    Definition,
    errors_named,
    expressions,
    graphs,
    load,
    nexts,
    states,
)
from zerodesk_aws import faults

TABLE_ERRORS = {
    "DynamoDB.InternalServerError",
    "DynamoDB.InternalServerErrorException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceeded",
    "DynamoDB.RequestLimitExceededException",
    "DynamoDB.SdkClientException",
    "DynamoDB.ThrottlingException",
}
"""What a table reports that passes: by the name of the error or by that of its class, so both."""
AWS_ERRORS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
}
"""What Step Functions and Lambda report by themselves, by the names in their documentation."""

JSONPATH_FIELDS = {"InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath"}
EXPRESS = ("order_workflow", "settlement_workflow")
EXPRESS_SECONDS_MAX = 300


@pytest.fixture(autouse=True)
def tables() -> None:
    """Take the place of the tables that the handlers' tests get: files are only read here."""


@pytest.fixture(params=NAMES)
def workflow(request: pytest.FixtureRequest) -> Definition:
    return load(request.param)


def test_every_workflow_is_found() -> None:
    assert NAMES == [
        "liquidation_workflow",
        "order_workflow",
        "pricing_workflow",
        "settlement_workflow",
    ]


def test_every_state_is_reached_and_every_next_exists(workflow: Definition) -> None:
    for graph in graphs(workflow):
        reached, ahead = set[str](), [graph["StartAt"]]
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead += nexts(graph["States"][name])
        assert reached == set(graph["States"])


def test_every_state_goes_on_or_ends_but_not_both(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        if state["Type"] == "Choice":
            assert "Default" in state, f"{name} may match nothing"
        elif state["Type"] == "Fail":
            assert not {"Next", "End"} & set(state), name
        else:
            assert ("Next" in state) != (state.get("End") is True), name


def test_what_is_answered_is_not_left_to_a_succeed_state(workflow: Definition) -> None:
    """The local cloud ignores Output there, so that an answer would differ from AWS."""
    assert all(state["Type"] != "Succeed" for state in states(workflow).values())


def test_every_state_says_what_it_is_for(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        assert state["Type"] == "Choice" or state.get("Comment") or name == "Put events", name


def test_the_language_is_jsonata_throughout(workflow: Definition) -> None:
    assert workflow["QueryLanguage"] == "JSONata"
    for name, state in states(workflow).items():
        assert not JSONPATH_FIELDS & set(state), name
        assert not any(key.endswith(".$") for key in _keys(state)), name


def test_every_expression_parses(workflow: Definition) -> None:
    found = expressions(workflow)
    assert found
    for expression in found:
        Jsonata(expression)


def test_an_expression_that_does_not_parse_is_noticed() -> None:
    with pytest.raises(Exception, match="Expected"):
        Jsonata("$merge([$states.input")


def test_every_variable_is_assigned_somewhere(workflow: Definition) -> None:
    assigned = {
        variable for state in states(workflow).values() for variable in state.get("Assign", {})
    }
    used = {name for text in expressions(workflow) for name in VARIABLE.findall(text)}

    assert used <= assigned | {"states"}


def test_every_error_name_exists(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        for error in errors_named(state):
            is_named = error in AWS_ERRORS | TABLE_ERRORS
            assert is_named or hasattr(faults, error), f"{error} of {name}"


def test_every_task_is_retried(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        assert state["Type"] != "Task" or state["Retry"], name


def test_a_function_is_tried_again_when_lambda_stumbles(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        if state.get("Resource") == "arn:aws:states:::lambda:invoke":
            assert {error for error in AWS_ERRORS if not error.startswith("States.")} <= (
                errors_named(state)
            ), name


def test_retries_spread_out_and_stop(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        for retrier in state.get("Retry", []):
            assert retrier["JitterStrategy"] == "FULL", name
            assert retrier["BackoffRate"] > 1, name
            assert retrier["MaxAttempts"] <= 6, name
            assert retrier["MaxDelaySeconds"] > retrier["IntervalSeconds"], name


def test_the_longest_wait_of_a_state_fits_into_the_execution(workflow: Definition) -> None:
    for name, state in states(workflow).items():
        for retrier in state.get("Retry", []):
            assert _longest_wait_seconds(retrier) < workflow["TimeoutSeconds"], name


@pytest.mark.parametrize("name", EXPRESS)
def test_the_execution_ends_before_express_ends_it(name: str) -> None:
    assert load(name)["TimeoutSeconds"] <= EXPRESS_SECONDS_MAX


def _longest_wait_seconds(retrier: dict[str, Any]) -> float:
    waits = (
        min(
            retrier["IntervalSeconds"] * retrier["BackoffRate"] ** attempt,
            retrier["MaxDelaySeconds"],
        )
        for attempt in range(retrier["MaxAttempts"])
    )
    return float(sum(waits))


def _keys(value: Any) -> list[str]:
    match value:
        case dict():
            return [*value, *(key for below in value.values() for key in _keys(below))]
        case list():
            return [key for below in value for key in _keys(below)]
        case _:
            return []
