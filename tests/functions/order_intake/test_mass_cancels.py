"""A cancel of many takes out what is held for when it is asked, once, and nothing later."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from zerodesk.orders import COMMAND_BOUND_MS, mass_cancel_id_for, order_id_for
from zerodesk_aws.tables.orders import Orders


def cancel_all(
    gateway: Gateway, cancel_id: str = "all", symbol: str | None = None, who: str = "alice"
) -> Answered:
    named = "" if symbol is None else f"&symbol={symbol}"
    return gateway.call("DELETE", f"/v1/orders?cancel_id={cancel_id}{named}", who=who)


def statuses(answer: Any) -> dict[str, str]:
    return {order["client_order_id"]: order["status"] for order in answer["orders"]}


def place_small(gateway: Gateway, *names: str, **terms: Any) -> None:
    for name in names:
        answer = gateway.place("alice", name, "BUY", **{"quantity": "0.1"} | terms)
        assert answer.status in (201, 202), answer.text


def held(gateway: Gateway, who: str = "alice") -> set[str]:
    gateway.settle()
    balances = gateway.call("GET", "/v1/balances", who=who).json["balances"]
    return {balance["held"] for balance in balances}


def test_all_that_rests_or_waits_for_its_trigger_is_cancelled(gateway: Gateway) -> None:
    place_small(gateway, "one", "two")
    place_small(gateway, "armed", trigger="STOP", trigger_price="60500", price="60600")
    gateway.place("bob", "ask", "SELL", price="60100")
    answer = cancel_all(gateway)
    assert (answer.status, answer.json["status"]) == (200, "DONE")
    assert statuses(answer.json) == dict.fromkeys(("one", "two", "armed"), "CANCELLED")
    assert held(gateway) == {"0"}
    assert statuses(gateway.call("GET", "/v1/orders", who="bob").json) == {"ask": "OPEN"}


def test_only_the_market_that_is_named_is_swept_and_without_one_every_market(
    gateway: Gateway,
) -> None:
    gateway.list_market(symbol="ETH-USD", base="ETH", reference_price="60000")
    place_small(gateway, "btc")
    place_small(gateway, "eth", symbol="ETH-USD")
    assert statuses(cancel_all(gateway, "one", "ETH-USD").json) == {"eth": "CANCELLED"}
    gateway.settle("ETH-USD")
    place_small(gateway, "eth-again", symbol="ETH-USD")
    assert statuses(cancel_all(gateway, "both").json) == {
        "btc": "CANCELLED",
        "eth-again": "CANCELLED",
    }


def test_a_repeat_cancels_nothing_that_came_later(gateway: Gateway) -> None:
    place_small(gateway, "one")
    first = cancel_all(gateway)
    place_small(gateway, "later")
    sent = len(gateway.sent)
    assert cancel_all(gateway).json == first.json
    assert len(gateway.sent) == sent
    listed = gateway.call("GET", "/v1/orders").json
    assert statuses(listed) == {"later": "OPEN", "one": "CANCELLED"}


def test_what_is_held_later_lives_whichever_of_the_two_comes_to_the_book_first(
    gateway: Gateway,
) -> None:
    gateway.matches_at_once = False
    place_small(gateway, "on-its-way")
    cancel_all(gateway)
    place_small(gateway, "later")
    order, cancel, later = gateway.queue
    gateway.queue = [later, cancel, order]
    gateway.match()
    gateway.settle()
    listed = gateway.call("GET", "/v1/orders").json
    assert statuses(listed) == {"later": "OPEN", "on-its-way": "CANCELLED"}
    assert cancel_all(gateway).json["status"] == "DONE"


def test_an_order_that_is_still_on_its_way_is_refused_when_it_comes(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    place_small(gateway, "one")
    (order,) = gateway.queue
    gateway.queue = []
    asked = cancel_all(gateway)
    assert (asked.status, asked.json["status"]) == (202, "PENDING")
    gateway.match()
    gateway.queue = [order]
    gateway.match()
    assert held(gateway) == {"0"}
    done = cancel_all(gateway)
    assert (done.status, statuses(done.json)) == (200, {"one": "CANCELLED"})
    assert gateway.call("GET", "/v1/markets/BTC-USD/depth").json["bids"] == []


def test_an_order_that_filled_before_is_shown_as_it_ended(gateway: Gateway) -> None:
    place_small(gateway, "one", "two")
    gateway.matches_at_once = False
    gateway.place("bob", "ask", "SELL", quantity="0.1")
    cancel_all(gateway)
    gateway.match()
    answer = cancel_all(gateway)
    assert (answer.status, answer.json["status"]) == (200, "DONE")
    assert statuses(answer.json) == {"one": "FILLED", "two": "CANCELLED"}


def test_an_amend_on_its_way_finds_its_order_gone_and_its_hold_comes_back(
    gateway: Gateway,
) -> None:
    place_small(gateway, "one")
    gateway.matches_at_once = False
    gateway.amend("alice", "one", "dearer", price="60001")
    amend = gateway.queue.pop()
    cancel_all(gateway)
    gateway.queue.append(amend)
    gateway.match()
    assert held(gateway) == {"0"}
    assert gateway.amend("alice", "one", "dearer", price="60001").json["status"] == "REJECTED"


def test_nothing_to_cancel_is_done_at_once_and_stays_so(gateway: Gateway) -> None:
    first = cancel_all(gateway)
    assert (first.status, first.json["status"], first.json["orders"]) == (200, "DONE", [])
    assert gateway.sent[1:] == []
    place_small(gateway, "later")
    assert cancel_all(gateway).json == first.json


def test_one_that_was_lost_long_ago_is_sent_as_of_now(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_small(gateway, "one")
    gateway.matches_at_once = False
    cancel_all(gateway)
    gateway.queue.clear()
    gateway.matches_at_once = True
    gateway.sent_at_ms += COMMAND_BOUND_MS + 60_000
    monkeypatch.setattr("order_intake.mass_cancels.now_ms", lambda: gateway.sent_at_ms)
    answer = cancel_all(gateway)
    assert (answer.status, statuses(answer.json)) == (200, {"one": "CANCELLED"})


def fill_a_group(gateway: Gateway) -> str:
    """Have alice's order filled, and what follows it rest; her account knows of neither."""
    sale = {"side": "SELL", "type": "LIMIT", "quantity": "0.1", "price": "61000"}
    placed = gateway.place("alice", "one", "BUY", quantity="0.1", then=sale)
    gateway.place("bob", "ask", "SELL", quantity="0.1")
    return str(placed.json["then"])


def test_what_follows_an_order_that_was_filled_meanwhile_is_cancelled(gateway: Gateway) -> None:
    following = fill_a_group(gateway)
    answer = cancel_all(gateway)
    assert {order["order_id"]: order["status"] for order in answer.json["orders"]} == {
        order_id_for("alice", "one"): "FILLED",
        following: "CANCELLED",
    }
    assert held(gateway) == {"0"}


def test_a_cancel_is_not_done_before_what_follows_a_filled_order_is_shown(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        # Whoever shows the records dies in the middle of each.
        dying.setattr(Orders, "_open_following", lambda *_: None)
        following = fill_a_group(gateway)
        assert cancel_all(gateway).json["status"] == "PENDING"
    gateway.settle()
    assert cancel_all(gateway).json["status"] == "DONE"
    assert gateway.call("GET", f"/v1/orders/{following}").json["status"] == "CANCELLED"


def test_the_same_id_for_another_market_is_refused(gateway: Gateway) -> None:
    place_small(gateway, "one")
    cancel_all(gateway, "all", "BTC-USD")
    answer = cancel_all(gateway, "all")
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_its_gate_item_is_no_order(gateway: Gateway) -> None:
    place_small(gateway, "one")
    cancel_all(gateway)
    command_id = mass_cancel_id_for("alice", "all")
    item = Orders("orders").get("alice", command_id)
    assert item is not None
    assert (item.kind, item.status) == ("cancel_all", "DONE")
    assert statuses(gateway.call("GET", "/v1/orders").json) == {"one": "CANCELLED"}
    assert gateway.call("GET", f"/v1/orders/{command_id}").status == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "INTAKE_MISSING_FIELD"),
        ("cancel_id=", "INTAKE_BAD_VALUE"),
        ("cancel_id=a%20b", "INTAKE_BAD_VALUE"),
        ("cancel_id=a&cancel_id=b", "INTAKE_DUPLICATE_KEY"),
        ("cancel_id=a&side=BUY", "INTAKE_UNKNOWN_FIELD"),
        ("cancel_id=a&symbol=btc", "INTAKE_BAD_VALUE"),
        ("cancel_id=a&symbol=DOGE-USD", "INTAKE_UNKNOWN_SYMBOL"),
    ],
)
def test_what_makes_no_sense_is_refused_and_cancels_nothing(
    gateway: Gateway, query: str, code: str
) -> None:
    place_small(gateway, "one")
    answer = gateway.call("DELETE", f"/v1/orders?{query}")
    assert 400 <= answer.status < 500, answer.text
    assert answer.code == code
    assert statuses(gateway.call("GET", "/v1/orders").json) == {"one": "OPEN"}


def test_what_it_asks_is_in_its_address_and_not_in_a_body(gateway: Gateway) -> None:
    place_small(gateway, "one")
    answer = gateway.call("DELETE", "/v1/orders", {"cancel_id": "all"})
    assert (answer.status, answer.code) == (400, "INTAKE_UNKNOWN_FIELD")
