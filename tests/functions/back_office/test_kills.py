"""Kill switches: on in the register, then in the books, and no new order passes."""

from typing import Any

import pytest

from back_office import operations
from tests.functions.gateway import Answered, Gateway
from zerodesk_aws.journal import Journal
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.registers import LIMITS

MARKET = "/v1/kills/markets/BTC-USD"
VENUE = "/v1/kills/venue"


def kill(gateway: Gateway, path: str = MARKET, *, is_on: bool = True) -> Answered:
    return gateway.operator("PUT", path, {"is_on": is_on, "reason": "runaway"})


def test_a_market_is_halted_its_orders_are_cancelled_and_who_did_it_is_shown(
    gateway: Gateway,
) -> None:
    resting = gateway.place("alice", "resting", "BUY", quantity="0.01").json["order_id"]
    [switch] = kill(gateway).json["kills"]
    since = switch.pop("since")
    assert switch == {
        "stops": "market:BTC-USD",
        "is_on": True,
        "author": "house",
        "reason": "runaway",
    }
    assert gateway.call("GET", f"/v1/orders/{resting}").json["status"] == "CANCELLED"
    shown = gateway.call("GET", "/v1/markets/BTC-USD").json
    assert (shown["state"], shown["state_by"]) == ("HALTED", "house")
    assert shown["state_reason"] == "kill switch: runaway"
    assert shown["state_since"] >= since
    halted = [one.detail for one in gateway.told if one.detail_type == "MarketHalted"]
    assert [one["clears"] for one in halted] == [True]


@pytest.mark.parametrize(("path", "stops"), [(MARKET, "market:BTC-USD"), (VENUE, "venue")])
def test_no_order_passes_the_risk_check_and_the_refusal_says_which_switch(
    gateway: Gateway, path: str, stops: str
) -> None:
    kill(gateway, path)
    refused = gateway.place("alice", "late", "BUY", quantity="0.01").json["rejection"]
    assert refused["code"] == "RISK_KILL_SWITCH"
    assert refused["detail"].startswith(f"the kill switch of {stops} is on, since ")
    assert refused["detail"].endswith(": runaway")


def test_an_order_held_before_the_switch_and_sent_behind_it_is_refused_by_its_book(
    gateway: Gateway,
) -> None:
    gateway.matches_at_once = False
    order_id = gateway.place("alice", "early", "BUY", quantity="0.01").json["order_id"]
    [held] = gateway.queue
    gateway.queue.clear()
    assert kill(gateway).code == "UNAVAILABLE"
    gateway.send(held)
    gateway.match()
    order = gateway.call("GET", f"/v1/orders/{order_id}").json
    assert order["rejection"]["code"] == "MATCHING_MARKET_NOT_OPEN"
    assert kill(gateway).status == 200


def test_a_market_stays_halted_until_its_switch_is_off_and_somebody_opens_it(
    gateway: Gateway,
) -> None:
    kill(gateway)
    state, opening = "/v1/markets/BTC-USD/state", {"state": "OPEN", "reason": "mended"}
    refused = gateway.operator("PUT", state, opening)
    assert (refused.status, refused.code) == (409, "KILL_SWITCH_ON")
    [switch] = kill(gateway, is_on=False).json["kills"]
    assert switch["is_on"] is False
    assert gateway.call("GET", "/v1/markets/BTC-USD").json["state"] == "HALTED"
    assert gateway.operator("PUT", state, opening).json["state"] == "OPEN"
    assert gateway.place("alice", "again", "BUY", quantity="0.01").json["status"] == "OPEN"


def test_the_venue_s_switch_halts_and_clears_every_market(gateway: Gateway) -> None:
    resting = gateway.place("alice", "resting", "BUY", quantity="0.01").json["order_id"]
    kill(gateway, VENUE)
    assert gateway.call("GET", f"/v1/orders/{resting}").json["status"] == "CANCELLED"
    kill(gateway, VENUE, is_on=False)
    kill(gateway)
    kill(gateway, is_on=False)
    shown = gateway.operator("GET", "/v1/kills", None).json["kills"]
    assert [(one["stops"], one["is_on"]) for one in shown] == [
        ("market:BTC-USD", False),
        ("venue", False),
    ]


def test_a_switch_that_is_on_already_stays_as_it_was_turned_on(gateway: Gateway) -> None:
    first, sent = kill(gateway).json, len(gateway.sent)
    again = gateway.operator("PUT", MARKET, {"is_on": True, "reason": "another"}).json
    assert (again, len(gateway.sent)) == (first, sent)
    assert len(list(Journal("journal").read(LIMITS))) == 1


def test_a_switch_of_no_market_or_without_a_word_why_is_refused(gateway: Gateway) -> None:
    body: dict[str, Any] = {"is_on": True, "reason": "r"}
    assert gateway.operator("PUT", "/v1/kills/markets/XRP-USD", body).code == "NOT_FOUND"
    assert gateway.operator("PUT", VENUE, {"is_on": True}).code == "INTAKE_MISSING_FIELD"
    assert gateway.operator("PUT", VENUE, body | {"is_on": "yes"}).code == "INTAKE_WRONG_TYPE"
    assert gateway.call("PUT", VENUE, body).code == "FORBIDDEN"
    assert LimitRegister(operations.journal).latest().switches == {}


ALICE = "/v1/kills/accounts/alice"


def test_a_killed_account_has_all_its_orders_cancelled_and_places_no_more(
    gateway: Gateway,
) -> None:
    ids = [
        gateway.place("alice", name, "BUY", quantity="0.01").json["order_id"] for name in ("a", "b")
    ]
    other = gateway.place("bob", "c", "SELL", quantity="0.01", price="60100").json["order_id"]
    switch = kill(gateway, ALICE).json
    assert (switch["stops"], switch["is_on"], switch["author"]) == ("account:alice", True, "house")
    for order_id in ids:
        assert gateway.call("GET", f"/v1/orders/{order_id}").json["status"] == "CANCELLED"
    assert gateway.call("GET", f"/v1/orders/{other}", who="bob").json["status"] == "OPEN"
    refused = gateway.place("alice", "late", "BUY", quantity="0.01").json["rejection"]
    assert refused["code"] == "RISK_KILL_SWITCH"
    assert refused["detail"].startswith("the kill switch of the account is on")
    shown = gateway.operator("GET", "/v1/accounts/alice/limits").json["kill"]
    assert shown == switch
    assert kill(gateway, ALICE, is_on=False).json["is_on"] is False
    assert gateway.operator("GET", "/v1/accounts/alice/limits").json["kill"] is None
    assert gateway.place("alice", "again", "BUY", quantity="0.01").json["status"] == "OPEN"


def test_an_order_held_before_its_account_is_killed_never_stands(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    order_id = gateway.place("alice", "early", "BUY", quantity="0.01").json["order_id"]
    [held] = gateway.queue
    gateway.queue.clear()
    kill(gateway, ALICE)
    gateway.send(held)
    gateway.match()
    *_, record = Journal("journal").read("book#BTC-USD")
    assert [event["type"] for event in record.body["events"]] == ["OrderCancelled"]
    assert record.body["releases"] == [["alice", order_id]]
    assert gateway.call("GET", "/v1/markets/BTC-USD/depth").json["bids"] == []


def test_a_repeat_drives_the_cancels_of_a_killed_account_on(gateway: Gateway) -> None:
    order_id = gateway.place("alice", "resting", "BUY", quantity="0.01").json["order_id"]
    gateway.matches_at_once = False
    first = kill(gateway, ALICE).json
    gateway.queue.clear()
    again = gateway.operator("PUT", ALICE, {"is_on": True, "reason": "another"}).json
    gateway.match()
    assert again == first
    assert gateway.call("GET", f"/v1/orders/{order_id}").json["status"] == "CANCELLED"


def test_no_account_no_switch(gateway: Gateway) -> None:
    assert kill(gateway, "/v1/kills/accounts/nobody").code == "NOT_FOUND"


def test_limits_and_switches_stand_beside_each_other(gateway: Gateway) -> None:
    kill(gateway)
    gateway.operator("PUT", "/v1/limits/venue", {"open_orders": 5, "reason": "policy"})
    shown = gateway.operator("GET", "/v1/limits", None).json
    assert [one["scope"] for one in shown["scopes"]] == ["venue"]


def test_all_that_is_stopped_is_one_list_with_who_why_since_and_until(gateway: Gateway) -> None:
    assert gateway.operator("GET", "/v1/halts").json == {"halts": []}
    asked = {"state": "AUCTION", "auction": "HALT", "auction_seconds": 60, "reason": "news"}
    gateway.operator("PUT", "/v1/markets/BTC-USD/state", asked)
    [auction] = gateway.operator("GET", "/v1/halts").json["halts"]
    assert {name: auction[name] for name in ("stops", "how", "by", "reason")} == {
        "stops": "market:BTC-USD",
        "how": "AUCTION",
        "by": "house",
        "reason": "operator: news",
    }
    assert auction["until"] > auction["since"]
    kill(gateway)
    switch, market = gateway.operator("GET", "/v1/halts").json["halts"]
    assert (switch["how"], market["how"], market["until"]) == ("KILL_SWITCH", "HALTED", None)
    assert switch["stops"] == market["stops"] == "market:BTC-USD"
    assert gateway.call("GET", "/v1/halts").code == "FORBIDDEN"
