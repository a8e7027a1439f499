"""Paths through the liquidation workflow, executed on a local cloud with liquidation stubbed."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.workflow_cloud import Cloud, Stub, answers, raises

pytestmark = pytest.mark.local_cloud

GIVEN = {"account_id": "ann", "number": 7}


@dataclass
class LiquidationPath:
    """The workflow with its stub."""

    cloud: Cloud
    liquidation: Stub
    workflow_arn: str

    def run(self) -> tuple[str, Any]:
        return self.cloud.run(self.workflow_arn, GIVEN)

    def steps(self) -> list[str]:
        assert all(call | GIVEN == call for call in self.liquidation.calls)
        return [call["step"] for call in self.liquidation.calls]


@pytest.fixture(scope="module")
def path(empty_cloud: str, tmp_path_factory: pytest.TempPathFactory) -> LiquidationPath:
    cloud = Cloud(empty_cloud, tmp_path_factory.mktemp("stubs"))
    liquidation = cloud.stub("liquidation")
    workflow_arn = cloud.workflow("liquidation_workflow", LiquidationFunctionArn=liquidation.arn)
    return LiquidationPath(cloud, liquidation, workflow_arn)


def looks(*following: str) -> list[dict[str, Any]]:
    """Return what the function answers: to each look what is next, to each act to wait."""
    told = []
    for one in following:
        told.append(answers({"next": one}))
        if one in ("CANCEL_ORDERS", "REDUCE", "INSURE", "DELEVERAGE"):
            told.append(answers({"next": "WAIT"}))
    return told


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        pytest.param(looks("ENDED"), ["LOOK"], id="nothing to do"),
        pytest.param(
            looks("CANCEL_ORDERS", "REDUCE", "DELEVERAGE", "ENDED"),
            ["LOOK", "CANCEL_ORDERS", "LOOK", "REDUCE", "LOOK", "DELEVERAGE", "LOOK"],
            id="cleared, reduced, deleveraged",
        ),
        pytest.param(
            looks("REDUCE", "INSURE", "ENDED"),
            ["LOOK", "REDUCE", "LOOK", "INSURE", "LOOK"],
            id="reduced, paid for by the insurance fund",
        ),
        pytest.param(
            [raises("JournalContentionError"), *looks("WAIT", "ENDED")],
            ["LOOK", "LOOK", "LOOK"],
            id="contention, then a wait",
        ),
        pytest.param(
            [
                answers({"next": "REDUCE"}),
                raises("ServiceBusyError"),
                answers({"next": "WAIT"}),
                raises("ServiceBusyError"),
                *looks("ENDED"),
            ],
            ["LOOK", "REDUCE", "REDUCE", "LOOK", "LOOK"],
            id="a service that is busy, twice",
        ),
    ],
)
def test_an_account_is_looked_at_until_nothing_is_next(
    path: LiquidationPath, told: list[dict[str, Any]], steps: list[str]
) -> None:
    path.liquidation.will(*told)

    assert path.run() == ("SUCCEEDED", {"verdict": "ENDED", "account_id": "ann"})

    assert path.steps() == steps


def test_a_bug_fails_the_execution(path: LiquidationPath) -> None:
    path.liquidation.will(raises("ZeroDivisionError"))

    assert path.run() == ("FAILED", "ZeroDivisionError")
