"""Every path through the settlement workflow, executed on a local cloud with settlement stubbed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.workflow_cloud import Cloud, Stub, answers, raises

pytestmark = pytest.mark.local_cloud

BUS = "zerodesk-test"


def an_entry(number: int) -> dict[str, str]:
    return {
        "Source": "zerodesk.settlement",
        "DetailType": "TradeSettled",
        "Detail": json.dumps({"number": number}),
        "EventBusName": BUS,
    }


def a_round(*lists: list[dict[str, str]], more: bool) -> dict[str, Any]:
    return answers({"symbol": "BTC-USD", "announcements": list(lists), "more": more})


NOTHING = a_round(more=False)


@dataclass
class SettlementPath:
    """The workflow with its stub, and a queue behind the bus."""

    cloud: Cloud
    settlement: Stub
    heard_url: str
    workflow_arn: str

    def run(self) -> tuple[str, Any]:
        return self.cloud.run(self.workflow_arn, {"symbol": "BTC-USD"})

    def heard(self) -> list[int]:
        events = [json.loads(message["Body"]) for message in self.cloud.drain(self.heard_url)]
        return sorted(event["detail"]["number"] for event in events)


@pytest.fixture(scope="module")
def path(empty_cloud: str, tmp_path_factory: pytest.TempPathFactory) -> SettlementPath:
    cloud = Cloud(empty_cloud, tmp_path_factory.mktemp("stubs"))
    settlement, heard_url = cloud.stub("settlement"), cloud.queue("heard-*")
    events = cloud.client("events")
    events.create_event_bus(Name=BUS)
    events.put_rule(Name="all", EventBusName=BUS, EventPattern='{"source": [{"prefix": ""}]}')
    queue_arn = cloud.client("sqs").get_queue_attributes(
        QueueUrl=heard_url, AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "heard", "Arn": queue_arn}])
    workflow_arn = cloud.workflow("settlement_workflow", SettlementFunctionArn=settlement.arn)
    return SettlementPath(cloud, settlement, heard_url, workflow_arn)


@pytest.mark.parametrize(
    ("rounds", "heard"),
    [
        pytest.param([NOTHING], [], id="nothing to settle"),
        pytest.param([a_round([an_entry(1)], more=True), NOTHING], [1], id="one trade"),
        pytest.param(
            [a_round([an_entry(n) for n in range(10)], [an_entry(10)], more=True), NOTHING],
            list(range(11)),
            id="more than one call to the bus takes",
        ),
        pytest.param(
            [a_round([an_entry(1)], more=True), a_round([an_entry(2)], more=True), NOTHING],
            [1, 2],
            id="a book that goes on",
        ),
        pytest.param(
            [raises("JournalContentionError"), a_round([an_entry(1)], more=False)],
            [1],
            id="contention, then settled",
        ),
        pytest.param(
            [raises("ServiceBusyError"), a_round([an_entry(1)], more=False)],
            [1],
            id="a table that is busy, then settled",
        ),
    ],
)
def test_a_book_is_settled_and_announced(
    path: SettlementPath, rounds: list[dict[str, Any]], heard: list[int]
) -> None:
    path.settlement.will(*rounds)

    assert path.run() == ("SUCCEEDED", {"verdict": "SETTLED", "symbol": "BTC-USD"})

    assert path.settlement.calls == [{"symbol": "BTC-USD"}] * len(rounds)
    assert path.heard() == heard


def test_a_bug_fails_the_execution_and_announces_nothing(path: SettlementPath) -> None:
    path.settlement.will(raises("ZeroDivisionError"))

    assert path.run() == ("FAILED", "ZeroDivisionError")

    assert len(path.settlement.calls) == 1
    assert path.heard() == []
