"""An amend happens once, with what it needs held, whatever is killed, repeated or late."""

import json
from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import killed
from zerodesk.orders import amend_id_for, order_id_for
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.tables.orders import Orders

CRASHES = 60
"""More calls to the tables than one amend makes: the last tries see nobody die."""


def of_order(answer: Answered, *names: str) -> tuple[Any, ...]:
    return tuple(answer.json["order"][name] for name in names)


def code_of(answer: Answered) -> str:
    assert (answer.status, answer.json["status"]) == (200, "REJECTED")
    return str(answer.json["rejection"]["code"])


def balances(gateway: Gateway, account_id: str = "alice") -> dict[str, tuple[str, str]]:
    """Return (available, held) by currency, once everything is settled."""
    gateway.settle()
    answer = gateway.call("GET", "/v1/balances", who=account_id)
    return {row["currency"]: (row["available"], row["held"]) for row in answer.json["balances"]}


def observe(gateway: Gateway, price: str) -> None:
    observed = {"source": "x", "price": price, "observed_at": "2026-11-21T07:00:00.000Z"}
    gateway.operator("POST", "/v1/markets/BTC-USD/index-prices", observed)


def test_less_of_an_order_is_answered_and_frees_what_it_no_longer_needs(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    answer = gateway.amend("alice", "one", "less", quantity="0.5")
    assert (answer.status, answer.json["status"], answer.json["rejection"]) == (200, "DONE", None)
    assert of_order(answer, "status", "quantity", "price") == ("OPEN", "0.5", "60000")
    assert balances(gateway)["USD"] == ("69985", "30015")


def test_what_an_amend_needs_is_held_under_its_own_id_and_moved_by_the_book(
    gateway: Gateway,
) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.matches_at_once = False
    gateway.amend("alice", "one", "more", price="60100")
    holds = AccountJournal("journal").latest("alice").state.holds
    assert holds[amend_id_for("alice", "more")].held_minor == 100_050_001
    assert holds[order_id_for("alice", "one")].held_minor == 60_030_000_000
    gateway.match()
    assert balances(gateway)["USD"] == ("39869.95", "60130.05")
    state = AccountJournal("journal").latest("alice").state
    assert list(state.holds) == [order_id_for("alice", "one")]


def test_an_amend_that_the_account_cannot_pay_is_refused_with_the_numbers(
    gateway: Gateway,
) -> None:
    gateway.place("alice", "one", "BUY")
    answer = gateway.amend("alice", "one", "more", quantity="2")
    assert code_of(answer) == "RISK_INSUFFICIENT_BALANCE"
    assert answer.json["rejection"]["have"] == "39970"
    assert of_order(answer, "quantity", "status") == ("1", "OPEN")


def test_an_amend_outside_the_collar_is_refused_and_a_smaller_order_never_is(
    gateway: Gateway,
) -> None:
    gateway.place("alice", "one", "BUY", price="57000")
    observe(gateway, "70000")
    assert code_of(gateway.amend("alice", "one", "down", price="56000")) == "PRICING_COLLAR"
    assert code_of(gateway.amend("alice", "one", "up", price="57000.01")) == "PRICING_COLLAR"
    assert code_of(gateway.amend("alice", "one", "more", quantity="1.1")) == "PRICING_COLLAR"
    assert gateway.amend("alice", "one", "less", quantity="0.9").json["status"] == "DONE"


@pytest.mark.parametrize(
    ("first", "told"), [("priced", "DONE"), ("refused", "REJECTED")], ids=["priced", "refused"]
)
def test_of_two_tries_of_an_amend_that_holds_nothing_the_book_takes_the_first(
    gateway: Gateway, first: str, told: str
) -> None:
    """The first try's command is on its way when the mark moves and the second is not priced."""
    gateway.place("alice", "one", "BUY", price="59000")
    gateway.matches_at_once = False
    gateway.amend("alice", "one", "down", price="58000")
    priced = [*gateway.queue]
    gateway.queue.clear()
    gateway.matches_at_once = True
    observe(gateway, "70000")
    gateway.matches_at_once = False
    gateway.amend("alice", "one", "down", price="58000")
    gateway.queue.extend(priced)
    if first == "priced":
        gateway.queue.reverse()
    gateway.matches_at_once = True
    gateway.match()
    gateway.settle()
    answer = gateway.amend("alice", "one", "down", price="58000")
    assert answer.json["status"] == told
    assert of_order(answer, "price") == ("58000" if told == "DONE" else "59000",)
    assert not AccountJournal("journal").latest("alice").state.answered


def test_an_amended_price_that_meets_the_other_side_trades(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", price="60100", quantity="0.4")
    gateway.place("alice", "one", "BUY")
    answer = gateway.amend("alice", "one", "up", price="60100")
    assert of_order(answer, "status", "filled_quantity", "average_price") == (
        "PARTIALLY_FILLED",
        "0.4",
        "60100",
    )


def test_an_amend_below_what_is_filled_is_refused_by_the_book(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    gateway.place("bob", "ask", "SELL", quantity="0.4")
    assert code_of(gateway.amend("alice", "one", "less", quantity="0.4")) == (
        "MATCHING_AMEND_BELOW_FILLED"
    )


def test_the_same_amend_again_is_answered_as_before_and_happens_once(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.5")
    first = gateway.amend("alice", "one", "more", quantity="0.6")
    sent = len(gateway.sent)
    assert gateway.amend("alice", "one", "more", quantity="0.60") == first
    assert len(gateway.sent) == sent
    gateway.call("DELETE", f"/v1/orders/{order_id_for('alice', 'one')}")
    again = gateway.amend("alice", "one", "more", quantity="0.6")
    assert (again.json["status"], *of_order(again, "status")) == ("DONE", "CANCELLED")


@pytest.mark.parametrize("other", [{"quantity": "0.7"}, {"price": "59000"}])
def test_another_amend_under_the_same_id_is_a_conflict(
    gateway: Gateway, other: dict[str, str]
) -> None:
    gateway.place("alice", "one", "BUY", quantity="0.5")
    gateway.amend("alice", "one", "more", quantity="0.6")
    conflict = gateway.amend("alice", "one", "more", **other)
    assert (conflict.status, conflict.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert conflict.json["field"] == "amend_id"


def test_what_does_not_rest_is_not_amended(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL")
    gateway.place("alice", "one", "BUY")
    ended = gateway.amend("alice", "one", "more", quantity="2")
    assert (ended.status, ended.code) == (409, "ORDER_NOT_OPEN")
    unknown = gateway.amend("alice", "two", "more", quantity="2")
    assert (unknown.status, unknown.code) == (404, "NOT_FOUND")
    gateway.place("bob", "rests", "SELL", price="61000", quantity="0.1")
    order_id = order_id_for("bob", "rests")
    others = gateway.call("PATCH", f"/v1/orders/{order_id}", {"amend_id": "x", "quantity": "1"})
    assert (others.status, others.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"amend_id": "x"}, 400, "INTAKE_MISSING_FIELD", "quantity"),
        ({"quantity": "1"}, 400, "INTAKE_MISSING_FIELD", "amend_id"),
        ({"amend_id": "x", "quantity": 1}, 400, "INTAKE_WRONG_TYPE", "quantity"),
        ({"amend_id": "x", "quantity": "0"}, 400, "INTAKE_BAD_NUMBER", "quantity"),
        ({"amend_id": "x", "price": "-1"}, 400, "INTAKE_BAD_NUMBER", "price"),
        ({"amend_id": "x y", "quantity": "1"}, 400, "INTAKE_BAD_VALUE", "amend_id"),
        ({"amend_id": "x", "side": "SELL"}, 400, "INTAKE_UNKNOWN_FIELD", "side"),
        ({"amend_id": "x", "price": "60000.005"}, 422, "INTAKE_OFF_TICK", "price"),
        ({"amend_id": "x", "quantity": "0.00001"}, 422, "INTAKE_OFF_LOT", "quantity"),
        ({"amend_id": "x", "quantity": "101"}, 422, "INTAKE_ABOVE_MAX_QUANTITY", "quantity"),
        ({"amend_id": "x", "price": "0.01"}, 422, "INTAKE_BELOW_MIN_NOTIONAL", "quantity"),
    ],
)
def test_a_bad_amend_is_refused_and_leaves_nothing(
    gateway: Gateway, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    gateway.place("alice", "one", "BUY")
    sent = len(gateway.sent)
    answer = gateway.call("PATCH", f"/v1/orders/{order_id_for('alice', 'one')}", body)
    assert (answer.status, answer.code, answer.json.get("field")) == (status, code, field)
    assert len(gateway.sent) == sent
    assert Orders("orders").get("alice", amend_id_for("alice", "x")) is None


MORE = {"quantity": "0.6", "price": "60010"}


@pytest.mark.parametrize(
    ("changes", "after"),
    [({"quantity": "0.4"}, True), (MORE, True), (MORE, False), ({"quantity": "9"}, True)],
    ids=["less", "more", "more, before", "too much"],
)
def test_killed_anywhere_an_amend_happens_once(
    gateway: Gateway, *, after: bool, changes: dict[str, str]
) -> None:
    """Kill at every call to a table on the amend's way, then repeat the request."""
    gateway.place("alice", "whole", "BUY", quantity="0.5", price="59000")
    expected = gateway.amend("alice", "whole", "whole", **changes).json
    for at_call in range(CRASHES):
        name = f"n{at_call}"
        gateway.queue.clear()
        gateway.place("alice", name, "BUY", quantity="0.5", price="59000")
        with killed(at_call, after=after) as made:
            gateway.amend("alice", name, name, **changes)
        gateway.match()
        gateway.amend("alice", name, name, **changes)
        # Whoever decided may have died before it showed what it had decided.
        gateway.settle()
        answer = gateway.amend("alice", name, name, **changes)
        told = json.loads(answer.text)
        assert answer.status == 200, answer.text
        assert told["status"] == expected["status"]
        for field in ("quantity", "price", "status", "remaining_quantity"):
            assert told["order"][field] == expected["order"][field], (at_call, field)
        gateway.call("DELETE", f"/v1/orders/{order_id_for('alice', name)}")
        gateway.settle()
        if at_call >= len(made):
            break
    else:
        pytest.fail("an amend makes more calls than were tried")
    gateway.call("DELETE", f"/v1/orders/{order_id_for('alice', 'whole')}")
    assert balances(gateway)["USD"] == ("100000", "0")
