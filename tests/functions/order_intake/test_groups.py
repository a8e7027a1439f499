"""One triggers the other, from the request to the book and back."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from zerodesk.orders import following_id_for

SALE = {"side": "SELL", "type": "LIMIT", "quantity": "0.5", "price": "61000"}


def place(gateway: Gateway, then: dict[str, Any], **terms: Any) -> Answered:
    """Alice, who has no bitcoin, buys half of one and has another order follow."""
    return gateway.place("alice", "one", "BUY", **({"quantity": "0.5"} | terms), then=then)


def following(gateway: Gateway) -> Any:
    """Return what alice sees of the order that follows."""
    return gateway.call("GET", f"/v1/orders/{following_id_for('alice', 'one')}").json


def test_what_follows_waits_under_an_id_of_its_own_and_both_name_each_other(
    gateway: Gateway,
) -> None:
    placed = place(gateway, SALE)
    behind = following(gateway)
    assert placed.json["status"] == "OPEN"
    assert (placed.json["then"], placed.json["after"]) == (behind["order_id"], None)
    assert (behind["then"], behind["after"]) == (None, placed.json["order_id"])
    assert behind.items() >= SALE.items()
    assert (behind["status"], behind["client_order_id"]) == ("ARMED", "one")


def test_what_was_bought_is_sold_by_who_had_none_of_it_before(gateway: Gateway) -> None:
    place(gateway, SALE)
    gateway.deposit("bob", "USD", "100000")
    gateway.place("bob", "two", "SELL", quantity="0.5")
    assert following(gateway)["status"] == "OPEN"
    gateway.place("bob", "three", "BUY", quantity="0.5", price="61000")
    assert following(gateway)["status"] == "FILLED"
    gateway.settle()
    balances = gateway.operator("GET", "/v1/accounts/alice/balances").json["balances"]
    [bitcoin] = [one for one in balances if one["currency"] == "BTC"]
    assert (bitcoin["available"], bitcoin["held"]) == ("0", "0")


def test_what_a_part_of_the_first_bought_is_held_and_cannot_be_sold_twice(
    gateway: Gateway,
) -> None:
    place(gateway, SALE)
    gateway.place("bob", "two", "SELL", quantity="0.2")
    gateway.settle()
    again = gateway.place("alice", "four", "SELL", quantity="0.2")
    assert again.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"


def test_to_cancel_the_one_that_follows_cancels_both(gateway: Gateway) -> None:
    placed = place(gateway, SALE)
    cancelled = gateway.call("DELETE", f"/v1/orders/{placed.json['then']}")
    assert cancelled.json["status"] == "CANCELLED"
    first = gateway.call("GET", f"/v1/orders/{placed.json['order_id']}")
    assert first.json["status"] == "CANCELLED"
    gateway.settle()
    assert gateway.call("GET", "/v1/orders?status=open").json["orders"] == []


def test_a_repeat_is_the_same_group_and_another_one_that_follows_is_another_order(
    gateway: Gateway,
) -> None:
    first = place(gateway, SALE)
    assert place(gateway, SALE | {"price": "61000.00"}).json == first.json
    other = place(gateway, SALE | {"price": "61001"})
    assert (other.status, other.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_more_than_the_first_brings_is_held_from_the_start_or_both_are_refused(
    gateway: Gateway,
) -> None:
    refused = place(gateway, SALE | {"quantity": "0.6"})
    rejection = refused.json["rejection"]
    assert rejection["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert rejection["detail"].startswith("the order that follows: needs 0.1 BTC")
    assert (rejection["have"], rejection["need"]) == ("0", "0.1")
    gateway.settle()
    assert gateway.call("GET", f"/v1/orders/{refused.json['then']}").status == 404


def test_a_limit_that_follows_keeps_to_the_collar_around_the_first_one(gateway: Gateway) -> None:
    inside = place(gateway, SALE | {"price": "59000"}, price="57500")
    assert inside.json["status"] == "OPEN"
    outside = gateway.place("alice", "other", "BUY", price="57500", then=SALE | {"price": "62000"})
    assert outside.json["rejection"]["code"] == "PRICING_COLLAR"
    assert outside.json["rejection"]["detail"].startswith("the order that follows: ")


@pytest.mark.parametrize(
    ("then", "field", "code"),
    [
        (SALE | {"price": "61000.001"}, "then.price", "INTAKE_OFF_TICK"),
        (SALE | {"quantity": "0.00001"}, "then.quantity", "INTAKE_OFF_LOT"),
        (SALE | {"quantity": "0.0001", "price": "1"}, "then.quantity", "INTAKE_BELOW_MIN_NOTIONAL"),
        ({"side": "SELL", "type": "LIMIT", "quantity": "1"}, "then.price", "INTAKE_MISSING_FIELD"),
        (SALE | {"quote_amount": "5"}, "then.quote_amount", "INTAKE_BAD_VALUE"),
        (SALE | {"then": SALE}, "then.then", "INTAKE_UNKNOWN_FIELD"),
        (SALE | {"client_order_id": "x"}, "then.client_order_id", "INTAKE_UNKNOWN_FIELD"),
        (SALE | {"stop_price": "62000"}, "then.stop_price", "INTAKE_BAD_VALUE"),
        ("a sale", "then", "INTAKE_WRONG_TYPE"),
    ],
)
def test_what_is_wrong_with_the_one_that_follows_is_named_by_its_place(
    gateway: Gateway, then: Any, field: str, code: str
) -> None:
    answer = place(gateway, then)
    assert (answer.code, answer.json["field"]) == (code, field)


@pytest.mark.parametrize(
    "terms",
    [
        {"trigger": "STOP", "trigger_price": "61000"},
        {"stop_price": "61000"},
    ],
)
def test_an_order_that_waits_leads_none(gateway: Gateway, terms: dict[str, Any]) -> None:
    answer = place(gateway, SALE, **terms)
    assert answer.code == "INTAKE_BAD_VALUE"
    assert answer.json["rule"] == "absent where an order follows"


def test_what_follows_has_its_item_before_the_item_of_what_leads_moves(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matching import handler as matching

    stages: list[set[str]] = []

    def noted(calls: Any) -> None:
        stages.append({call.func.__name__ for call in calls})
        for call in calls:
            call()

    monkeypatch.setattr(matching, "at_once", noted)
    gateway.place("alice", "one", "BUY", then=SALE)
    assert [sorted(stage) for stage in stages] == [["_open_following"], ["_project", "project"]]
