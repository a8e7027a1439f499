"""The liquidation workflow, state by state: what it retries."""

import pytest

from tests.functions.workflow_files import errors_named, faults_of, load, states

TASKS = {
    name: state
    for name, state in states(load("liquidation_workflow")).items()
    if state["Type"] == "Task"
}


@pytest.mark.parametrize("name", TASKS)
def test_every_fault_on_the_card_of_liquidation_is_retried(name: str) -> None:
    assert "ServiceBusyError" in faults_of("liquidation")
    assert faults_of("liquidation") <= errors_named(TASKS[name])
