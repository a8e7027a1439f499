"""A workflow is waited for, within a bound, and its failure is nobody's who called."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from zerodesk_aws.workflows import WAIT_SECONDS, NamedWorkflow, Workflow

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:order"


class Machines:
    """Step Functions that answers what it is told to."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def start_sync_execution(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    start_execution = describe_execution = start_sync_execution


def run(answer: dict[str, Any] | Exception) -> dict[str, Any] | None:
    workflow = Workflow(ARN)
    workflow._machines = Machines(answer)
    return workflow.run({"order_id": "o1"})


def test_the_output_of_a_workflow_is_returned() -> None:
    assert run({"status": "SUCCEEDED", "output": '{"verdict":"HELD"}'}) == {"verdict": "HELD"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "FAILED", "error": "StaleMarketError", "cause": "BTC-USD"},
        {"status": "TIMED_OUT"},
        ReadTimeoutError(endpoint_url="https://sync-states"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "StartSyncExecution"),
    ],
)
def test_a_workflow_that_failed_or_did_not_answer_has_no_output(
    answer: dict[str, Any] | Exception,
) -> None:
    assert run(answer) is None


def test_a_workflow_is_started_with_what_it_is_given_and_left_alone() -> None:
    workflow = Workflow(ARN)
    workflow._machines = Machines({})
    workflow.start({"symbol": "BTC-USD"})
    asked = workflow._machines.asked[-1]
    assert asked["stateMachineArn"] == ARN
    assert json.loads(asked["input"]) == {"symbol": "BTC-USD"}


def test_a_caller_waits_for_one_try_and_no_longer_than_the_bound() -> None:
    config = Workflow(ARN)._machines.meta.config
    assert config.read_timeout == WAIT_SECONDS
    assert config.retries["total_max_attempts"] == 1


def test_a_synchronous_start_goes_to_its_own_host_on_aws() -> None:
    assert Workflow(ARN)._machines.meta.config.inject_host_prefix is True


def test_an_endpoint_that_is_given_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert Workflow(ARN)._machines.meta.config.inject_host_prefix is False


def test_a_workflow_is_asked_for_in_its_own_region() -> None:
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:order"

    assert Workflow(arn)._machines.meta.region_name == "eu-west-1"


def test_a_workflow_that_does_not_start_is_nobodys_fault_who_began_it() -> None:
    workflow = Workflow(ARN)
    workflow._machines = Machines(ReadTimeoutError(endpoint_url="https://states"))
    workflow.begin({"order_id": "o1"})
    with pytest.raises(ReadTimeoutError):
        workflow.start({"order_id": "o1"})
    assert [json.loads(asked["input"]) for asked in workflow._machines.asked] == [
        {"order_id": "o1"},
        {"order_id": "o1"},
    ]


# By name


def named(answer: dict[str, Any] | Exception) -> NamedWorkflow:
    workflow = NamedWorkflow(ARN, "arn:aws:states:us-east-1:123456789012:execution:jobs")
    workflow._machines = Machines(answer)
    return workflow


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "StartExecution")


def test_a_name_runs_once() -> None:
    first, again = named({}), named(refusal("ExecutionAlreadyExists"))
    assert first.start("one", {"folder": "f"}) is True
    assert first._machines.asked == [
        {"stateMachineArn": ARN, "name": "one", "input": '{"folder": "f"}'}
    ]
    assert again.start("one", {"folder": "f"}) is False


def test_an_execution_is_asked_for_by_its_name() -> None:
    workflow = named({"status": "RUNNING"})
    assert workflow.status("one") == "RUNNING"
    [asked] = workflow._machines.asked
    assert asked["executionArn"] == "arn:aws:states:us-east-1:123456789012:execution:jobs:one"
    assert named(refusal("ExecutionDoesNotExist")).status("one") is None


def test_what_step_functions_is_too_busy_for_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ClientError):
        named(refusal("ThrottlingException")).start("one", {})
    with pytest.raises(ClientError):
        named(refusal("ThrottlingException")).status("one")
