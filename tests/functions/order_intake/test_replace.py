"""Cancel and replace: both halves or the first alone, never an order beside one that filled."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway, an_order
from zerodesk.orders import order_id_for


@pytest.fixture(autouse=True)
def _settled_while_waited(gateway: Gateway) -> None:
    gateway.settles_meanwhile = True


def replace(gateway: Gateway, old: str, new: str, **changed: Any) -> Answered:
    mode = changed.pop("mode", None)
    body = {"order": an_order(client_order_id=new) | changed} | ({"mode": mode} if mode else {})
    return gateway.call("POST", f"/v1/orders/{order_id_for('alice', old)}/replace", body)


def statuses(gateway: Gateway) -> dict[str, str]:
    orders = gateway.call("GET", "/v1/orders").json["orders"]
    return {order["client_order_id"]: order["status"] for order in orders}


def test_the_money_of_the_first_order_pays_for_the_other(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="1.6")
    answer = replace(gateway, "one", "two", quantity="1.6", price="60001")
    assert answer.status == 201, answer.text
    assert answer.json["cancelled"]["status"] == "CANCELLED"
    assert (answer.json["order"]["client_order_id"], answer.json["order"]["status"]) == (
        "two",
        "OPEN",
    )
    assert answer.headers["Location"] == f"/v1/orders/{order_id_for('alice', 'two')}"
    assert statuses(gateway) == {"one": "CANCELLED", "two": "OPEN"}


def test_the_same_request_again_finds_both_and_places_nothing(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    first = replace(gateway, "one", "two")
    sent = len(gateway.sent)
    assert replace(gateway, "one", "two").json == first.json
    assert len(gateway.sent) == sent


def test_nothing_is_placed_beside_an_order_that_filled(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.1")
    gateway.place("bob", "ask", "SELL", quantity="0.1")
    answer = replace(gateway, "one", "two", quantity="0.1")
    assert (answer.status, answer.code) == (409, "ORDER_NOT_OPEN")
    assert statuses(gateway) == {"one": "FILLED"}


def test_an_order_that_fills_before_its_cancel_comes_is_not_replaced(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.1")
    gateway.matches_at_once = False
    gateway.place("bob", "ask", "SELL", quantity="0.1")
    assert replace(gateway, "one", "two", quantity="0.1").status == 503
    gateway.match()
    gateway.matches_at_once = True
    answer = replace(gateway, "one", "two", quantity="0.1")
    assert (answer.status, answer.code) == (409, "ORDER_NOT_OPEN")
    assert statuses(gateway) == {"one": "FILLED"}


def test_where_failure_is_allowed_the_other_order_is_placed_all_the_same(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.1")
    gateway.place("bob", "ask", "SELL", quantity="0.1")
    answer = replace(gateway, "one", "two", quantity="0.1", mode="ALLOW_FAILURE")
    assert answer.status == 201
    assert answer.json["cancelled"]["status"] == "FILLED"
    assert statuses(gateway) == {"one": "FILLED", "two": "OPEN"}


@pytest.mark.parametrize("mode", ["STOP_ON_FAILURE", "ALLOW_FAILURE"])
def test_while_the_cancel_is_on_its_way_nothing_is_placed_and_a_repeat_goes_on(
    gateway: Gateway, mode: str
) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.matches_at_once = False
    answer = replace(gateway, "one", "two", mode=mode)
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert statuses(gateway) == {"one": "OPEN"}
    gateway.match()
    gateway.matches_at_once = True
    assert replace(gateway, "one", "two", mode=mode).status == 201
    assert statuses(gateway) == {"one": "CANCELLED", "two": "OPEN"}


def test_an_order_that_is_not_held_yet_is_not_replaced_before_its_cancel_is_answered(
    gateway: Gateway,
) -> None:
    gateway.workflow.fails = True
    assert gateway.place("alice", "one", "BUY").status == 503
    gateway.workflow.fails = gateway.matches_at_once = False
    assert replace(gateway, "one", "two").status == 503
    assert statuses(gateway) == {"one": "QUEUED"}


def test_while_its_money_is_on_its_way_nothing_is_placed(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="1.6")
    gateway.settles_meanwhile = False
    assert replace(gateway, "one", "two", quantity="1.6").status == 503
    assert statuses(gateway) == {"one": "CANCELLED"}
    gateway.settle()
    assert replace(gateway, "one", "two", quantity="1.6").json["order"]["status"] == "OPEN"


def test_what_risk_refuses_leaves_the_first_order_cancelled_and_says_why(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    answer = replace(gateway, "one", "two", quantity="9")
    assert answer.status == 201
    assert answer.json["order"]["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert statuses(gateway) == {"one": "CANCELLED", "two": "REJECTED"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"price": "60000.001"}, "INTAKE_OFF_TICK"),
        ({"quantity": "0.00001"}, "INTAKE_OFF_LOT"),
        ({"symbol": "DOGE-USD"}, "INTAKE_BAD_VALUE"),
        ({"client_order_id": "one"}, "INTAKE_BAD_VALUE"),
        ({"client_order_id": "used"}, "INTAKE_IDEMPOTENCY_CONFLICT"),
        ({"price": 1}, "INTAKE_WRONG_TYPE"),
        ({"mode": "MAYBE"}, "INTAKE_BAD_VALUE"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_before_anything_is_cancelled(
    gateway: Gateway, changed: dict[str, Any], code: str
) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.1")
    gateway.place("alice", "used", "BUY", quantity="0.1")
    name = changed.pop("client_order_id", "two")
    answer = replace(gateway, "one", name, **changed)
    assert 400 <= answer.status < 500
    assert answer.code == code
    assert statuses(gateway) == {"one": "OPEN", "used": "OPEN"}


def test_a_strangers_order_does_not_exist(gateway: Gateway) -> None:
    gateway.place("bob", "one", "SELL")
    address = f"/v1/orders/{order_id_for('bob', 'one')}/replace"
    answer = gateway.call("POST", address, {"order": an_order(client_order_id="two")})
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
