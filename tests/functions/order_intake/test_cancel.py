"""A cancel takes an order out, once, and only that of its own account."""

import pytest

from tests.functions.gateway import Answered, Gateway
from zerodesk.orders import COMMAND_BOUND_MS, cancel_id_for, order_id_for
from zerodesk_aws.tables.orders import Orders


def cancel(gateway: Gateway, who: str, name: str) -> Answered:
    return gateway.call("DELETE", f"/v1/orders/{order_id_for(who, name)}", who=who)


def test_a_resting_order_is_cancelled_and_its_money_comes_back(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    answer = cancel(gateway, "alice", "one")
    assert (answer.status, answer.json["status"]) == (200, "CANCELLED")
    gateway.settle()
    (balance,) = gateway.call("GET", "/v1/balances").json["balances"]
    assert (balance["available"], balance["held"]) == ("100000", "0")


def test_a_repeat_finds_the_order_cancelled_and_sends_nothing(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    first = cancel(gateway, "alice", "one")
    sent = len(gateway.sent)
    assert cancel(gateway, "alice", "one") == first
    assert len(gateway.sent) == sent


def test_a_filled_order_is_not_open(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL")
    gateway.place("alice", "one", "BUY")
    answer = cancel(gateway, "alice", "one")
    assert (answer.status, answer.code) == (409, "ORDER_NOT_OPEN")
    assert "FILLED" in answer.json["detail"]


def test_an_order_that_fills_before_its_cancel_arrives_is_not_open(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.matches_at_once = False
    gateway.place("bob", "ask", "SELL")
    asked = cancel(gateway, "alice", "one")
    assert (asked.status, asked.json["status"]) == (202, "OPEN")
    gateway.match()
    assert cancel(gateway, "alice", "one").code == "ORDER_NOT_OPEN"


def test_a_cancel_that_comes_before_its_order_keeps_it_out(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    gateway.place("alice", "one", "BUY")
    (place,) = gateway.queue
    gateway.queue = []
    cancel(gateway, "alice", "one")
    gateway.match()
    gateway.queue = [place]
    gateway.match()
    gateway.settle()
    assert cancel(gateway, "alice", "one").json["status"] == "CANCELLED"
    (balance,) = gateway.call("GET", "/v1/balances").json["balances"]
    assert balance["held"] == "0"


def test_a_cancel_that_was_lost_is_sent_anew_as_of_now(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.matches_at_once = False
    cancel(gateway, "alice", "one")
    lost = gateway.queue.pop()
    cancel(gateway, "alice", "one")
    (again,) = gateway.queue
    assert again["command_id"] == lost["command_id"] == cancel_id_for(again["order_id"])
    assert again["accepted_at_ms"] >= lost["accepted_at_ms"]
    gateway.match()
    assert cancel(gateway, "alice", "one").status == 200


def test_a_cancel_that_was_lost_long_ago_is_not_refused_for_its_age(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.matches_at_once = False
    cancel(gateway, "alice", "one")
    gateway.queue.clear()
    gateway.matches_at_once = True
    gateway.sent_at_ms += COMMAND_BOUND_MS + 60_000
    monkeypatch.setattr("order_intake.cancels.now_ms", lambda: gateway.sent_at_ms)
    answer = cancel(gateway, "alice", "one")
    assert (answer.status, answer.json["status"]) == (200, "CANCELLED")


def test_a_strangers_order_does_not_exist(gateway: Gateway) -> None:
    order_id = gateway.place("alice", "one", "BUY").json["order_id"]
    answer = gateway.call("DELETE", f"/v1/orders/{order_id}", who="bob")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert gateway.call("GET", f"/v1/orders/{order_id}").json["status"] == "OPEN"
    assert Orders("orders").get("bob", cancel_id_for(order_id)) is None


@pytest.mark.parametrize("order_id", ["o" + "a" * 26, "none", "deposit%23d-USD", "deposit#d-USD"])
def test_what_is_no_order_cannot_be_cancelled(gateway: Gateway, order_id: str) -> None:
    answer = gateway.call("DELETE", f"/v1/orders/{order_id.replace('#', '%23')}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_the_cancels_own_item_is_no_order(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    cancel(gateway, "alice", "one")
    orders = gateway.call("GET", "/v1/orders").json["orders"]
    assert [order["client_order_id"] for order in orders] == ["one"]


@pytest.mark.parametrize("body", ['{"reason": "bored"}', "[]", "{"])
def test_a_cancel_takes_no_body(gateway: Gateway, body: str) -> None:
    order_id = gateway.place("alice", "one", "BUY").json["order_id"]
    answer = gateway.call("DELETE", f"/v1/orders/{order_id}", raw=body)
    assert answer.status == 400
    assert gateway.call("GET", f"/v1/orders/{order_id}").json["status"] == "OPEN"
