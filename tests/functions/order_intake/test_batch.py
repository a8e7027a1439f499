"""Several orders in one request: each has its own way, its own answer, and one time for all."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway, an_order
from zerodesk_aws.contracts.order_changes import MAX_BATCH
from zerodesk_aws.order_path import ANSWER_SECONDS


def small(name: str, **changed: Any) -> dict[str, Any]:
    return an_order(client_order_id=name, quantity="0.1") | changed


def batch(gateway: Gateway, *orders: Any) -> Answered:
    return gateway.call("POST", "/v1/orders/batch", {"orders": list(orders)})


def told(answer: Answered) -> list[tuple[int, str]]:
    """Return (status, status of the order or code of the problem) of each result."""
    assert answer.status == 200, answer.text
    return [
        (one["status"], one["order"]["status"] if one["order"] else one["problem"]["code"])
        for one in answer.json["results"]
    ]


def test_each_order_is_answered_as_if_it_came_alone(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.1", price="59990")
    answer = batch(
        gateway,
        small("fills"),
        small("off-tick", price="60000.001"),
        small("rests", price="59000"),
        small("too-dear", quantity="9"),
        small("nowhere", symbol="DOGE-USD"),
        {"client_order_id": "half"},
        small("number", quantity=1),
        "no order",
    )
    assert told(answer) == [
        (201, "FILLED"),
        (422, "INTAKE_OFF_TICK"),
        (201, "OPEN"),
        (201, "REJECTED"),
        (422, "INTAKE_UNKNOWN_SYMBOL"),
        (400, "INTAKE_MISSING_FIELD"),
        (400, "INTAKE_WRONG_TYPE"),
        (400, "INTAKE_WRONG_TYPE"),
    ]
    assert answer.json["results"][0]["order"]["client_order_id"] == "fills"
    assert answer.json["results"][1]["problem"]["field"] == "price"


def test_a_repeat_finds_the_same_orders_and_places_nothing_twice(gateway: Gateway) -> None:
    orders = [small("one"), small("two", price="59999")]
    first = batch(gateway, *orders)
    sent = len(gateway.sent)
    assert batch(gateway, *orders).json == first.json
    assert len(gateway.sent) == sent
    assert gateway.call("POST", "/v1/orders", orders[0]).json == first.json["results"][0]["order"]


def test_an_id_that_comes_twice_is_one_order_and_with_another_body_a_conflict(
    gateway: Gateway,
) -> None:
    answer = batch(gateway, small("one"), small("one"), small("one", price="59000"))
    assert told(answer) == [(201, "OPEN"), (201, "OPEN"), (409, "INTAKE_IDEMPOTENCY_CONFLICT")]
    assert gateway.workflow.runs == 1


def test_all_wait_for_their_answers_together_and_no_longer_than_one(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    began_s = gateway.time_s
    answer = batch(gateway, *(small(f"o-{number}") for number in range(3)))
    assert told(answer) == [(202, "QUEUED")] * 3
    assert gateway.time_s - began_s <= ANSWER_SECONDS
    gateway.match()
    again = batch(gateway, *(small(f"o-{number}") for number in range(3)))
    assert told(again) == [(201, "OPEN")] * 3


def test_an_order_of_which_not_even_the_hold_is_known_is_to_be_asked_for_again(
    gateway: Gateway,
) -> None:
    gateway.matches_at_once = False
    batch(gateway, small("held"))
    gateway.workflow.fails = True
    assert told(batch(gateway, small("held"), small("unknown"))) == [
        (202, "QUEUED"),
        (503, "UNAVAILABLE"),
    ]


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        ([], "INTAKE_BAD_VALUE"),
        ([an_order()] * (MAX_BATCH + 1), "INTAKE_BAD_VALUE"),
        ({}, "INTAKE_WRONG_TYPE"),
        (None, "INTAKE_WRONG_TYPE"),
    ],
)
def test_a_batch_of_nothing_or_of_too_many_is_refused_as_a_whole(
    gateway: Gateway, orders: Any, code: str
) -> None:
    answer = gateway.call("POST", "/v1/orders/batch", {"orders": orders})
    assert (answer.status, answer.code) == (400, code)
    assert gateway.call("GET", "/v1/orders").json["orders"] == []


def test_the_largest_batch_fits_its_request(gateway: Gateway) -> None:
    orders = [
        small(f"{number:036d}", price="59000.01", quantity="0.01") for number in range(MAX_BATCH)
    ]
    assert told(batch(gateway, *orders)) == [(201, "OPEN")] * MAX_BATCH
