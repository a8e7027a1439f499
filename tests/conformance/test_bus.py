"""The bus: what it takes, entry by entry, and whom an event wakes by ``events/routes.yaml``.

EventBridge User Guide, "Calculating PutEvents event entry size" and "Event patterns"; API
Reference, PutEvents: up to ten entries, of 1 MB together (256 KB until 2026).
"""

import json
from typing import Any

import pytest

from tests.conformance.claims import refused
from tests.conformance.clouds import Cloud, Woken

SETTLE = "settlement_workflow"


def entry(bus: str, **changes: str) -> dict[str, str]:
    return {
        "EventBusName": bus,
        "Source": "zerodesk.matching",
        "DetailType": "TradesExecuted",
        "Detail": '{"symbol":"BTC-USD"}',
    } | changes


def put(cloud: Cloud, *entries: dict[str, str]) -> Any:
    return cloud.client("events").put_events(Entries=list(entries))


def test_ten_entries_are_taken_each_with_an_id(cloud: Cloud) -> None:
    bus = cloud.bus()
    answer = put(cloud, *[entry(bus.name)] * 10)
    assert answer["FailedEntryCount"] == 0
    assert len(answer["Entries"]) == 10
    assert all(one["EventId"] for one in answer["Entries"])


def test_eleven_entries_are_refused(cloud: Cloud) -> None:
    bus = cloud.bus()
    with refused("ValidationException"):
        put(cloud, *[entry(bus.name)] * 11)


def test_240_kb_are_taken_and_more_than_1_mb_refused(cloud: Cloud) -> None:
    bus = cloud.bus()
    detail = json.dumps({"symbol": "x" * 120_000})
    assert put(cloud, *[entry(bus.name, Detail=detail)] * 2)["FailedEntryCount"] == 0
    with refused("ValidationException"):
        put(cloud, *[entry(bus.name, Detail=detail)] * 9)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"Detail": "{"}, "MalformedDetail", id="no JSON"),
        pytest.param({"Source": ""}, "InvalidArgument", id="no source"),
        pytest.param({"DetailType": ""}, "InvalidArgument", id="no type"),
    ],
)
def test_an_entry_that_is_refused_leaves_the_others_taken(
    cloud: Cloud, change: dict[str, str], code: str
) -> None:
    bus = cloud.bus()
    answer = put(cloud, entry(bus.name), entry(bus.name, **change))
    assert answer["FailedEntryCount"] == 1
    first, second = answer["Entries"]
    assert first["EventId"]
    assert second["ErrorCode"] == code
    assert bus.woken(1) == [Woken(SETTLE, {"symbol": "BTC-USD"})]


def told(source: str, detail_type: str, **detail: Any) -> dict[str, str]:
    return {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail)}


ROUTED = [
    (told("zerodesk.matching", "TradesExecuted", symbol="a"), SETTLE),
    (told("zerodesk.matching", "SettlementWanted", symbol="b"), SETTLE),
    (told("zerodesk.orders", "OrderCancelled", symbol="c"), SETTLE),
    (told("zerodesk.orders", "OrderExpired", symbol="d"), SETTLE),
    (told("zerodesk.orders", "OrderRejected", symbol="e", stage="MATCHING"), SETTLE),
    (told("partner.acme", "OrderRequested", symbol="f"), "partner_intake"),
    (told("prices.feed", "IndexPriceObserved", symbol="g"), "price_source"),
    # Nobody listens to these.
    (told("zerodesk.orders", "TradesExecuted", symbol="h"), None),
    (told("zerodesk.matching", "OrderCancelled", symbol="i"), None),
    (told("zerodesk.orders", "OrderRejected", symbol="j", stage="RISK"), None),
    (told("zerodesk.orders", "OrderRejected", symbol="k"), None),
    (told("zerodesk.orders", "OrderAccepted", symbol="l"), None),
    (told("partner", "OrderRequested", symbol="m"), None),
    (told("my.partner.acme", "OrderRequested", symbol="n"), None),
    (told("zerodesk.Matching", "TradesExecuted", symbol="o"), None),
]


def test_an_event_wakes_whom_the_routes_name_and_nobody_else(cloud: Cloud) -> None:
    bus = cloud.bus()
    for event, _ in ROUTED:
        assert put(cloud, {"EventBusName": bus.name, **event})["FailedEntryCount"] == 0
    expected = [(event, target) for event, target in ROUTED if target is not None]
    woken = bus.woken(len(expected))
    assert sorted((one.target, _symbol(one.given)) for one in woken) == sorted(
        (target, json.loads(event["Detail"])["symbol"]) for event, target in expected
    )


def _symbol(given: dict[str, Any]) -> str:
    """Return the symbol, from what is picked of an event or from the whole event."""
    symbol: str = given.get("detail", given)["symbol"]
    return symbol


def test_a_workflow_gets_what_its_route_picks_and_a_function_the_event(cloud: Cloud) -> None:
    bus = cloud.bus()
    put(cloud, entry(bus.name, Detail='{"symbol":"BTC-USD","sequence":7}'))
    assert bus.woken(1) == [Woken(SETTLE, {"symbol": "BTC-USD"})]
    put(cloud, {"EventBusName": bus.name, **told("partner.acme", "OrderRequested", symbol="x")})
    (woken,) = bus.woken(1)
    assert woken.target == "partner_intake"
    assert woken.given["source"] == "partner.acme"
    assert woken.given["detail-type"] == "OrderRequested"
    assert woken.given["detail"] == {"symbol": "x"}
