"""Orders that wait for a trigger, from the request to what the account has in the end."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from zerodesk.orders import order_id_for

STOP = {"trigger": "STOP", "trigger_price": "60010"}


def balances(gateway: Gateway, account_id: str) -> dict[str, tuple[str, str]]:
    shown = gateway.call("GET", "/v1/balances", who=account_id).json["balances"]
    return {one["currency"]: (one["available"], one["held"]) for one in shown}


def order(gateway: Gateway, answered: Any) -> dict[str, Any]:
    found: dict[str, Any] = gateway.call("GET", f"/v1/orders/{answered.json['order_id']}").json
    return found


def test_a_stop_waits_and_is_filled_when_a_trade_reaches_its_trigger(gateway: Gateway) -> None:
    stop = gateway.place(
        "alice", "stop", "BUY", type="MARKET", price=None, trigger="STOP", trigger_price="60010"
    )
    assert (stop.status, stop.json["status"]) == (201, "ARMED")
    assert (stop.json["trigger"], stop.json["trigger_price"]) == ("STOP", "60010")
    assert stop.json["time_in_force"] == "IOC"
    gateway.place("bob", "first", "SELL", price="60010", quantity="0.1")
    gateway.place("bob", "second", "SELL", price="60020")
    assert order(gateway, stop)["status"] == "ARMED"
    gateway.open("carol", USD="10000")
    gateway.place("carol", "taker", "BUY", price="60010", quantity="0.1")
    filled = order(gateway, stop)
    assert (filled["status"], filled["average_price"]) == ("FILLED", "60020")


def test_a_stop_at_market_holds_the_end_of_the_collar_around_its_trigger(gateway: Gateway) -> None:
    terms = {"type": "MARKET", "price": None, "trigger": "STOP", "trigger_price": "70000"}
    gateway.place("alice", "stop", "BUY", quantity="1", **terms)
    # 70,000 and 5 %, and the taker's fee of 5 basis points on that.
    assert balances(gateway, "alice")["USD"] == ("26463.25", "73536.75")
    order_id = order_id_for("alice", "stop")
    assert gateway.call("DELETE", f"/v1/orders/{order_id}").json["status"] == "CANCELLED"
    gateway.settle()
    assert balances(gateway, "alice")["USD"] == ("100000", "0")


def test_a_trigger_that_the_mark_has_passed_is_no_way_around_the_collar(gateway: Gateway) -> None:
    answer = gateway.place(
        "alice", "dear", "BUY", price="63000.01", trigger="TAKE_PROFIT", trigger_price="66000"
    )
    assert answer.json["rejection"]["code"] == "PRICING_COLLAR"
    assert answer.json["rejection"]["limit"] == "57000 to 63000"


def test_the_limit_of_a_stop_is_within_the_collar_around_its_trigger(gateway: Gateway) -> None:
    terms = {"trigger": "STOP", "trigger_price": "50000"}
    refused = gateway.place("bob", "low", "SELL", price="47499.99", **terms)
    assert refused.json["rejection"]["limit"] == "47500 to 52500"
    assert gateway.place("bob", "ok", "SELL", price="47500", **terms).json["status"] == "ARMED"


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"trigger": "STOP"}, "INTAKE_MISSING_FIELD", "trigger_price"),
        ({"trigger_price": "60000"}, "INTAKE_BAD_VALUE", "trigger_price"),
        ({"trigger": "LIMIT", "trigger_price": "60000"}, "INTAKE_BAD_VALUE", "trigger"),
        ({"trigger": "STOP", "trigger_price": "60000.001"}, "INTAKE_OFF_TICK", "trigger_price"),
        ({"trail": "5"}, "INTAKE_BAD_VALUE", "trail"),
        (STOP | {"trail": "0.001"}, "INTAKE_OFF_TICK", "trail"),
        (STOP | {"trail_bps": 10_000}, "INTAKE_BAD_VALUE", "trail_bps"),
        (STOP | {"trail": "5", "trail_bps": 10}, "INTAKE_BAD_VALUE", "trail_bps"),
        ({"trigger": "STOP", "trigger_price": "0"}, "INTAKE_BAD_NUMBER", "trigger_price"),
        ({"trigger": "STOP", "trigger_price": 60000}, "INTAKE_WRONG_TYPE", "trigger_price"),
    ],
)
def test_a_trigger_that_makes_no_sense_is_refused_by_name(
    gateway: Gateway, terms: dict[str, Any], code: str, field: str
) -> None:
    refused = gateway.place("alice", "one", "BUY", **terms)
    assert (refused.code, refused.json["field"]) == (code, field)


def test_a_stop_at_market_is_worth_what_its_trigger_says(gateway: Gateway) -> None:
    terms = {"type": "MARKET", "price": None, "trigger": "STOP"}
    refused = gateway.place("bob", "x", "SELL", quantity="0.0001", trigger_price="9000", **terms)
    assert refused.code == "INTAKE_BELOW_MIN_NOTIONAL"


def test_a_stop_that_trails_comes_in_where_its_trigger_has_come_to(gateway: Gateway) -> None:
    gateway.open("carol", USD="200000")
    terms = {"type": "MARKET", "price": None, "trigger": "STOP", "trigger_price": "59000"}
    stop = gateway.place("bob", "stop", "SELL", trail="100", **terms)
    assert (stop.json["status"], stop.json["trail"]) == ("ARMED", "100")
    gateway.place("bob", "high", "SELL", price="60500", quantity="0.1")
    gateway.place("carol", "up", "BUY", price="60500", quantity="0.1")
    gateway.place("carol", "bid", "BUY", price="60400", quantity="0.2")
    gateway.place("carol", "next", "BUY", price="60300")
    gateway.place("bob", "down", "SELL", price="60400", quantity="0.2")
    shown = gateway.call("GET", f"/v1/orders/{stop.json['order_id']}", who="bob").json
    assert (shown["status"], shown["average_price"]) == ("FILLED", "60300")


def test_an_armed_order_is_among_the_open_ones(gateway: Gateway) -> None:
    gateway.place("alice", "stop", "BUY", trigger="STOP", trigger_price="60010")
    listed = gateway.call("GET", "/v1/orders?status=open").json["orders"]
    assert [one["status"] for one in listed] == ["ARMED"]
