"""A workflow is deployed as its file says, or not at all."""

import json

import pytest
from aws_cdk import App, Stack

from infra_cdk.constructs.access import Access
from infra_cdk.constructs.workflow import Workflow, WorkflowError, load
from infra_cdk.settings import ENVIRONMENTS
from tests.infra_cdk.templates import StageTemplates


def a_right(variable: str) -> Access:
    return Access(variable, "arn:somebody", ("lambda:InvokeFunction",), ("arn:somebody",))


def deploy(*variables: str) -> None:
    Workflow(
        Stack(App()),
        "settlement_workflow",
        settings=ENVIRONMENTS["local"],
        access=[a_right(variable) for variable in variables],
    )


def test_a_placeholder_without_a_right_is_refused() -> None:
    with pytest.raises(WorkflowError, match=r"without a right \['SettlementFunctionArn'\]"):
        deploy()


def test_a_right_that_the_file_does_not_use_is_refused() -> None:
    with pytest.raises(WorkflowError, match=r"unused \['Other'\]"):
        deploy("SettlementFunctionArn", "Other")


@pytest.mark.parametrize("name", ["order_workflow", "settlement_workflow"])
def test_what_is_deployed_is_the_file(local: StageTemplates, name: str) -> None:
    machine = local.one("AWS::StepFunctions::StateMachine", f"zerodesk-local-{name}")

    assert json.loads(machine.properties["DefinitionString"]) == load(name)
