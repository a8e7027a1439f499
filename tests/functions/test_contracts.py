"""What the functions really say is what the contracts say."""

import json
from collections import defaultdict
from typing import Any

import pytest

from pricing import handler as pricing
from risk_check import handler as risk_check
from tests.functions.gateway import Gateway, an_order, proxy_event
from tests.functions.job_flow import create_bucket
from tests.functions.market_reads import to_price
from tests.tools.generate import EVENTS_FOLDER
from zerodesk.orders import order_id_for
from zerodesk_aws.bus import Announcement
from zerodesk_aws.contracts.events.catalogue import EVENTS
from zerodesk_aws.contracts.workflow import PAYLOADS, OrderPriced, RiskDecided, StoredOrder

DETAILS = {(event.source, event.detail_type): event.detail for event in EVENTS}
COMMANDS = {
    "place": "PlaceCommand",
    "amend": "AmendCommand",
    "cancel": "CancelCommand",
    "cancel_all": "CancelAllCommand",
    "index": "IndexCommand",
    "list": "ListCommand",
    "set_state": "SetStateCommand",
    "end_auction": "EndAuctionCommand",
}
REQUESTS = sorted((EVENTS_FOLDER / "samples" / "http").glob("*.json"))


@pytest.fixture
def told(gateway: Gateway) -> dict[str, list[Announcement]]:
    """Let everything happen that a book tells of; return what was told, by name."""
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.2")
    gateway.place("alice", "crossing", "BUY", quantity="0.2", post_only=True)
    gateway.place("alice", "rest", "BUY", price="59000", quantity="0.01")
    gateway.place("alice", "nothing", "BUY", price="58000", quantity="0.01", time_in_force="IOC")
    gateway.amend("alice", "rest", "dearer", price="59001")
    gateway.amend("alice", "rest", "less", quantity="0.005")
    gateway.amend("bob", "ask", "too-little", quantity="0.2")
    gateway.call("DELETE", f"/v1/orders/{order_id_for('alice', 'rest')}")
    gateway.place("alice", "one-of-many", "BUY", price="59000", quantity="0.01")
    gateway.call("DELETE", "/v1/orders?cancel_id=all")
    observed = {"source": "x", "price": "60050", "observed_at": "2026-11-21T07:00:00.000Z"}
    gateway.operator("POST", "/v1/markets/BTC-USD/index-prices", observed)
    for number, state in enumerate(("CANCEL_ONLY", "OPEN")):
        gateway.send(
            {
                "kind": "set_state",
                "command_id": f"state-{number}",
                "symbol": "BTC-USD",
                "state": state,
                "reason": "a test",
                "accepted_at_ms": gateway.sent_at_ms,
            }
        )
    gateway.send(gateway.sent[-1])
    held = {"state": "AUCTION", "auction": "HALT", "auction_seconds": 60, "reason": "a test"}
    gateway.operator("PUT", "/v1/markets/BTC-USD/state", held)
    gateway.place("bob", "auctioned-ask", "SELL", price="60001")
    gateway.place("alice", "auctioned-bid", "BUY", price="60002")
    gateway.operator("POST", "/v1/markets/BTC-USD/auction/end", {"reason": "a test"})
    by_name: dict[str, list[Announcement]] = defaultdict(list)
    for announcement in gateway.told:
        by_name[announcement.detail_type].append(announcement)
    return by_name


@pytest.mark.parametrize(
    "name",
    [
        "AuctionBegan",
        "AuctionUncrossed",
        "IndicativePriceChanged",
        "MarketHalted",
        "MarketListed",
        "MarketResumed",
        "MarkPriceUpdated",
        "AmendRejected",
        "OrderAmended",
        "OrderCancelled",
        "OrderExpired",
        "OrderOpened",
        "OrderRejected",
        "SettlementWanted",
        "TradesExecuted",
    ],
)
def test_what_matching_tells_is_what_its_contract_says(
    told: dict[str, list[Announcement]], name: str
) -> None:
    assert told[name]
    for one in told[name]:
        DETAILS[one.source, one.detail_type].model_validate(one.detail)


def test_what_settlement_tells_is_what_its_contract_says(gateway: Gateway) -> None:
    from settlement import handler as settlement

    gateway.place("bob", "ask", "SELL")
    gateway.place("alice", "bid", "BUY")
    answer = settlement.handler({"symbol": "BTC-USD"}, gateway.context)
    entries = [entry for chunk in answer["announcements"] for entry in chunk]
    assert {entry["DetailType"] for entry in entries} == {"TradeSettled", "PositionChanged"}
    for entry in entries:
        detail = DETAILS[entry["Source"], entry["DetailType"]]
        detail.model_validate(json.loads(entry["Detail"]))


def test_every_command_in_the_queue_is_what_its_contract_says(
    told: dict[str, Any], gateway: Gateway
) -> None:
    contracts = {payload.name: payload.contract for payload in PAYLOADS}
    assert {command["kind"] for command in gateway.sent} == set(COMMANDS)
    for command in gateway.sent:
        contracts[COMMANDS[command["kind"]]].model_validate(command)


@pytest.mark.parametrize(
    "changed", [{}, {"type": "MARKET", "price": None}, {"price": "63000.01"}, {"quantity": "2"}]
)
def test_what_travels_through_the_workflow_is_what_its_contracts_say(
    gateway: Gateway, changed: dict[str, Any]
) -> None:
    given: list[dict[str, Any]] = []
    gateway.patch.setattr(gateway.workflow, "run", given.append)
    gateway.place("alice", "one", "BUY", **changed)
    (order,) = given
    StoredOrder.model_validate(order)
    quote = pricing.handler(to_price(order), gateway.context)
    OrderPriced.model_validate(quote)
    decided = risk_check.handler({"order": order, "quote": quote}, gateway.context)
    RiskDecided.model_validate(json.loads(json.dumps(decided)))


@pytest.mark.parametrize("sample", REQUESTS, ids=lambda path: path.stem)
def test_a_sample_request_is_understood(gateway: Gateway, sample: Any) -> None:
    event = json.loads(sample.read_text(encoding="utf-8"))
    module, resource, _ = gateway._route(event["httpMethod"], event["path"])
    assert resource == event["resource"] == event["requestContext"]["resourcePath"]
    # What some samples ask for is there: an order of somebody else, and the files of jobs.
    gateway.place("bob", "sell-1", "SELL")
    create_bucket()
    answer = module.handler(event, gateway.context)
    assert answer["statusCode"] < 300, answer["body"]


def test_the_tests_own_events_have_the_fields_of_a_real_one() -> None:
    real = json.loads(REQUESTS[0].read_text(encoding="utf-8"))
    ours = proxy_event("POST", "/v1/orders", body=json.dumps(an_order()))
    assert set(ours) == set(real)
    assert set(ours["requestContext"]) <= set(real["requestContext"])
