"""An order's answer is what the book made of it, and the same request is the same order."""

import json
from typing import Any

import pytest

from matching import handler as matching
from tests.functions.gateway import BTC_USD, Answered, Gateway, an_order
from zerodesk.orders import order_id_for
from zerodesk_aws.order_path import ANSWER_SECONDS, FIRST_PAUSE_SECONDS
from zerodesk_aws.tables.orders import OrderItem, Orders


def rejection(answer: Answered) -> dict[str, Any]:
    assert (answer.status, answer.json["status"]) == (201, "REJECTED")
    found: dict[str, Any] = answer.json["rejection"]
    return found


def test_an_order_that_meets_nothing_rests_and_says_so(gateway: Gateway) -> None:
    answer = gateway.place("alice", "one", "BUY")
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/orders/{answer.json['order_id']}"
    assert answer.json["order_id"] == order_id_for("alice", "one")
    shown = {name: answer.json[name] for name in ("status", "price", "quantity", "time_in_force")}
    assert shown == {"status": "OPEN", "price": "60000", "quantity": "1", "time_in_force": "GTC"}


def test_an_order_that_meets_another_is_answered_with_its_fill(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", price="59990")
    answer = gateway.place("alice", "one", "BUY")
    shown = {name: answer.json[name] for name in ("status", "average_price", "fee", "fee_currency")}
    assert shown == {
        "status": "FILLED",
        "average_price": "59990",
        "fee": "29.995",
        "fee_currency": "USD",
    }


def test_a_market_order_takes_and_what_is_left_expires(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.4")
    answer = gateway.place("alice", "one", "BUY", type="MARKET", price=None)
    shown = {name: answer.json[name] for name in ("status", "price", "filled_quantity")}
    assert shown == {"status": "EXPIRED", "price": None, "filled_quantity": "0.4"}
    assert answer.json["remaining_quantity"] == "0.6"


def test_a_refusal_by_risk_is_an_order_with_the_numbers(gateway: Gateway) -> None:
    refused = rejection(gateway.place("alice", "one", "BUY", quantity="2"))
    assert refused["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert (refused["have"], refused["need"]) == ("100000", "120060")


def test_a_refusal_by_pricing_is_an_order_with_the_numbers(gateway: Gateway) -> None:
    refused = rejection(gateway.place("alice", "one", "BUY", price="63000.01"))
    assert refused["code"] == "PRICING_COLLAR"
    assert refused["limit"] == "57000 to 63000"


def test_a_refusal_by_the_book_is_an_order_with_the_numbers(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL")
    refused = rejection(gateway.place("alice", "one", "BUY", post_only=True))
    assert refused["code"] == "MATCHING_POST_ONLY_WOULD_CROSS"
    assert (refused["have"], refused["limit"]) == ("60000", "60000")


@pytest.mark.parametrize("changed", [{}, {"price": "63000.01"}, {"quantity": "2"}])
def test_a_repeat_gets_the_same_answer_and_places_nothing(
    gateway: Gateway, changed: dict[str, Any]
) -> None:
    first = gateway.place("alice", "one", "BUY", **changed)
    sent, runs = len(gateway.sent), gateway.workflow.runs
    assert gateway.place("alice", "one", "BUY", **changed) == first
    assert (len(gateway.sent), gateway.workflow.runs) == (sent, runs)


@pytest.mark.parametrize(
    "same",
    [
        {"price": "60000.00", "quantity": "1.0"},
        {"price": "060000"},
        {"time_in_force": "GTC", "post_only": False},
        {"time_in_force": None},
    ],
)
def test_a_body_that_means_the_same_is_the_same(gateway: Gateway, same: dict[str, Any]) -> None:
    first = gateway.place("alice", "one", "BUY")
    assert gateway.call("POST", "/v1/orders", an_order() | same) == first


@pytest.mark.parametrize(
    "other",
    [
        {"price": "59999.99"},
        {"quantity": "0.9999"},
        {"side": "SELL"},
        {"time_in_force": "IOC"},
        {"post_only": True},
    ],
)
def test_another_body_under_the_same_id_is_a_conflict(
    gateway: Gateway, other: dict[str, Any]
) -> None:
    first = gateway.place("alice", "one", "BUY")
    conflict = gateway.call("POST", "/v1/orders", an_order() | other)
    assert (conflict.status, conflict.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert conflict.json["field"] == "client_order_id"
    order_id = first.json["order_id"]
    assert gateway.call("GET", f"/v1/orders/{order_id}").json == first.json


def test_the_same_id_of_another_account_is_another_order(gateway: Gateway) -> None:
    alices = gateway.place("alice", "one", "BUY", price="59000")
    bobs = gateway.place("bob", "one", "SELL", price="61000")
    assert alices.json["order_id"] != bobs.json["order_id"]
    assert {alices.json["status"], bobs.json["status"]} == {"OPEN"}


def test_the_item_is_looked_at_once_a_book_can_have_answered(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    moved = Orders.moved

    def looked(orders: Orders, item: OrderItem) -> OrderItem | None:
        looks.append(gateway.time_s)
        return moved(orders, item)

    monkeypatch.setattr(Orders, "moved", looked)
    gateway.place("alice", "one", "BUY")
    assert looks == [FIRST_PAUSE_SECONDS]


def test_a_refusal_that_no_book_answers_is_not_waited_for(gateway: Gateway) -> None:
    before = gateway.time_s
    answer = gateway.place("alice", "one", "BUY", quantity="3")
    assert answer.json["status"] == "REJECTED"
    assert gateway.time_s == before


def test_without_an_answer_of_the_book_the_held_order_is_answered_202(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    before = gateway.time_s
    answer = gateway.place("alice", "one", "BUY")
    assert (answer.status, answer.json["status"]) == (202, "QUEUED")
    assert 0 < gateway.time_s - before <= ANSWER_SECONDS
    gateway.match()
    assert gateway.place("alice", "one", "BUY").json["status"] == "OPEN"


def test_202_only_when_the_money_is_held(gateway: Gateway) -> None:
    gateway.workflow.fails = True
    answer = gateway.place("alice", "one", "BUY")
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"
    assert answer.json["detail"].startswith(f"Order {order_id_for('alice', 'one')} ")


def test_a_repeat_drives_on_an_order_whose_workflow_failed(gateway: Gateway) -> None:
    gateway.workflow.fails = True
    gateway.place("alice", "one", "BUY")
    gateway.workflow.fails = False
    answer = gateway.place("alice", "one", "BUY")
    assert (answer.status, answer.json["status"]) == (201, "OPEN")


def test_a_repeat_of_a_queued_order_is_held_and_matched_once(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    gateway.place("alice", "one", "BUY")
    gateway.place("alice", "one", "BUY")
    gateway.place("bob", "ask", "SELL", quantity="2")
    gateway.match()
    gateway.settle()
    seen = gateway.call("GET", f"/v1/orders/{order_id_for('bob', 'ask')}", who="bob")
    assert seen.json["filled_quantity"] == "1"


def test_a_repeat_meets_the_gate_even_when_the_mark_has_moved(gateway: Gateway) -> None:
    """A market order was worth enough when it came; by today's mark it would not be."""
    gateway.list_market(symbol="ETH-USD", base="ETH", min_notional="60", reference_price="60")
    order = {"symbol": "ETH-USD", "type": "MARKET", "price": None}
    first = gateway.place("alice", "one", "BUY", **order)
    assert first.json["status"] == "EXPIRED"
    observed = {"source": "x", "price": "59", "observed_at": "2026-11-21T07:00:00.000Z"}
    assert gateway.operator("POST", "/v1/markets/ETH-USD/index-prices", observed).status == 202
    assert gateway.place("alice", "one", "BUY", **order) == first
    second = gateway.place("alice", "two", "BUY", **order)
    assert (second.status, second.code) == (422, "INTAKE_BELOW_MIN_NOTIONAL")


def test_a_market_listed_after_the_function_started_is_found(gateway: Gateway) -> None:
    spy = BTC_USD | {"symbol": "SPY-USD", "base": "SPY", "tick_size": "0.0001", "lot_size": "1"}
    unknown = gateway.place("alice", "one", "BUY", symbol="SPY-USD")
    assert unknown.code == "INTAKE_UNKNOWN_SYMBOL"
    assert gateway.operator("POST", "/v1/markets", spy | {"reference_price": "145"}).status == 201
    assert gateway.place("alice", "one", "BUY", symbol="SPY-USD", price="145").status == 201


def test_a_fault_is_told_as_a_fault_and_leaks_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the secret of the kitchen")

    monkeypatch.setattr(gateway.path, "place", breaks)
    answer = gateway.place("alice", "one", "BUY")
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert "kitchen" not in answer.text


def test_an_order_whose_answer_matching_could_not_show_is_shown_later(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(matching.orders, "showing", lambda _: [])
        answer = gateway.place("alice", "one", "BUY")
    assert answer.status == 202
    gateway.settle()
    assert gateway.place("alice", "one", "BUY").json["status"] == "OPEN"


def test_the_item_holds_integers_only(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL")
    gateway.place("alice", "one", "BUY", quantity="0.3")
    item = Orders("orders").get("alice", order_id_for("alice", "one"))
    assert item is not None
    asked = json.loads(json.dumps(item.request), parse_float=pytest.fail)
    numbers = (item.filled_lots, item.filled_notional_minor, item.fee_minor, item.book_sequence)
    assert [type(number) for number in numbers] == [int] * 4
    assert (asked["price_ticks"], asked["quantity_lots"]) == (6_000_000, 3_000)


def test_a_trader_route_is_not_for_operators(gateway: Gateway) -> None:
    answer = gateway.operator("POST", "/v1/orders", an_order())
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


def test_a_request_that_no_authorizer_vouched_for_is_unauthenticated(gateway: Gateway) -> None:
    answer = gateway.call("POST", "/v1/orders", an_order(), who=None)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
