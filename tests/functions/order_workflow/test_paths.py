"""Every path through the order workflow, executed on a local cloud with its functions stubbed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.workflow_cloud import DIES, Cloud, Stub, answers, raises

pytestmark = pytest.mark.local_cloud

ORDER = {"order_id": "oabc", "account_id": "alice", "symbol": "BTC-USD", "price_ticks": None}
ITEM = {
    "symbol": {"S": "BTC-USD"},
    "book_sequence": {"N": "7"},
    "view": {"S": '{"market": {"symbol": "BTC-USD"}}'},
}
COMMAND = {"kind": "place", "command_id": "oabc", "symbol": "BTC-USD", "held_minor": 2**53 - 1}

PRICED = answers({"verdict": "PRICED", "quote": {"mark_price_ticks": 9_876_543}})
REFUSED = answers({"verdict": "REFUSED", "rejection": {"code": "PRICING_COLLAR"}})
HELD = answers({"verdict": "HELD", "command": COMMAND})
REJECTED = answers({"verdict": "REJECTED", "rejection": {"code": "RISK_INSUFFICIENT_BALANCE"}})
DONE = answers({"verdict": "DONE"})


@dataclass
class OrderPath:
    """The workflow with its stubs, and the queue before the book."""

    cloud: Cloud
    pricing: Stub
    risk_check: Stub
    queue_url: str
    workflow_arn: str

    def run(self, order: dict[str, Any] = ORDER) -> tuple[str, Any]:
        return self.cloud.run(self.workflow_arn, order)

    def commands(self) -> list[dict[str, Any]]:
        return self.cloud.drain(self.queue_url)


@pytest.fixture(scope="module")
def deployed(empty_cloud: str, tmp_path_factory: pytest.TempPathFactory) -> OrderPath:
    cloud = Cloud(empty_cloud, tmp_path_factory.mktemp("stubs"))
    pricing, risk_check = cloud.stub("pricing"), cloud.stub("risk_check")
    queue_url = cloud.queue("commands-*.fifo", FifoQueue="true")
    table = cloud.table("market-*", "symbol")
    cloud.client("dynamodb").put_item(TableName=table, Item=ITEM)
    workflow_arn = cloud.workflow(
        "order_workflow",
        PricingFunctionArn=pricing.arn,
        RiskCheckFunctionArn=risk_check.arn,
        CommandQueueUrl=queue_url,
        MarketTable=table,
    )
    return OrderPath(cloud, pricing, risk_check, queue_url, workflow_arn)


@pytest.fixture
def path(deployed: OrderPath) -> OrderPath:
    deployed.commands()
    return deployed


@pytest.mark.parametrize(
    ("pricing", "risk_check", "verdict", "sent"),
    [
        pytest.param([PRICED], [HELD], "HELD", 1, id="priced and held"),
        pytest.param([REFUSED], [REJECTED], "REJECTED", 0, id="pricing refuses"),
        pytest.param([PRICED], [REJECTED], "REJECTED", 0, id="risk refuses"),
        pytest.param([PRICED], [DONE], "DONE", 0, id="answered before"),
        pytest.param(
            [raises("StaleMarketError"), raises("StaleMarketError"), PRICED],
            [HELD],
            "HELD",
            1,
            id="market not shown twice, then shown",
        ),
        pytest.param(
            [PRICED],
            [raises("JournalContentionError"), HELD],
            "HELD",
            1,
            id="contention, then held",
        ),
        pytest.param(
            [PRICED],
            [raises("JournalUnavailableError"), DONE],
            "DONE",
            0,
            id="a put without an answer, then found done",
        ),
        pytest.param(
            [raises("ServiceBusyError"), PRICED],
            [raises("ServiceBusyError"), HELD],
            "HELD",
            1,
            id="a table that is busy, twice",
        ),
        pytest.param([PRICED], [DIES, HELD], "HELD", 1, id="the process dies, then held"),
    ],
)
def test_an_order_ends_with_a_verdict(
    path: OrderPath,
    pricing: list[dict[str, Any]],
    risk_check: list[dict[str, Any]],
    verdict: str,
    sent: int,
) -> None:
    path.pricing.will(*pricing)
    path.risk_check.will(*risk_check)

    assert path.run() == ("SUCCEEDED", {"verdict": verdict, "order_id": "oabc"})

    for call in path.pricing.calls:
        assert call["order"] == ORDER
        assert call["shown"]["Item"] == ITEM
    assert len(path.pricing.calls) == len(pricing)
    quote = pricing[-1]["answers"]
    assert path.risk_check.calls == [{"order": ORDER, "quote": quote}] * len(risk_check)
    assert [json.loads(message["Body"]) for message in path.commands()] == [COMMAND] * sent


def test_an_order_that_is_swept_reaches_the_book_again(path: OrderPath) -> None:
    for _ in range(2):
        path.pricing.will(PRICED)
        path.risk_check.will(HELD)
        path.run()

    attributes = [message["Attributes"] for message in path.commands()]

    assert [each["MessageGroupId"] for each in attributes] == ["BTC-USD"] * 2
    assert len({each["MessageDeduplicationId"] for each in attributes}) == 2


@pytest.mark.parametrize(
    ("pricing", "risk_check"),
    [
        pytest.param([raises("ZeroDivisionError")], [], id="in pricing"),
        pytest.param([PRICED], [raises("ZeroDivisionError")], id="in risk_check"),
    ],
)
def test_a_bug_fails_the_execution_at_once_and_sends_nothing(
    path: OrderPath, pricing: list[dict[str, Any]], risk_check: list[dict[str, Any]]
) -> None:
    path.pricing.will(*pricing)
    path.risk_check.will(*risk_check)

    assert path.run() == ("FAILED", "ZeroDivisionError")

    assert (len(path.pricing.calls), len(path.risk_check.calls)) == (len(pricing), len(risk_check))
    assert path.commands() == []


def test_a_market_that_stays_stale_fails_the_execution_for_the_sweeper(path: OrderPath) -> None:
    path.pricing.will(*[raises("StaleMarketError")] * 4)
    path.risk_check.will()

    assert path.run() == ("FAILED", "StaleMarketError")

    assert path.risk_check.calls == []


def test_a_market_without_an_item_is_handed_over_as_none(path: OrderPath) -> None:
    path.pricing.will(PRICED)
    path.risk_check.will(HELD)

    assert path.run(ORDER | {"symbol": "ETH-USD"})[0] == "SUCCEEDED"

    [call] = path.pricing.calls
    assert "Item" not in call["shown"]
