"""Limits are set with a reason, hold from the next order on, and show what is used of them."""

from typing import Any

import pytest

from back_office import operations
from tests.functions.gateway import Answered, Gateway
from zerodesk.accounts import Change, set_terms
from zerodesk.losses import LossStop
from zerodesk_aws import limit_views
from zerodesk_aws.accounts import Account
from zerodesk_aws.clock import now_ms
from zerodesk_aws.registers import LIMITS

REASON = {"reason": "a new customer"}


def set_venue(gateway: Gateway, **limits: Any) -> Answered:
    return gateway.operator("PUT", "/v1/limits/venue", REASON | limits)


def set_group(gateway: Gateway, group: str, **limits: Any) -> Answered:
    return gateway.operator("PUT", f"/v1/limits/groups/{group}", REASON | limits)


def set_account(gateway: Gateway, **limits: Any) -> Answered:
    return gateway.operator("PUT", "/v1/accounts/alice/limits", REASON | limits)


def rejected(gateway: Gateway, name: str, **changed: Any) -> dict[str, Any]:
    answer = gateway.place("alice", name, "BUY", **changed).json
    assert answer["status"] == "REJECTED", answer
    return dict(answer["rejection"])


def effective(gateway: Gateway) -> dict[tuple[str, str | None], dict[str, Any]]:
    answer = gateway.call("GET", "/v1/accounts/alice/limits")
    assert answer.status == 200, answer.text
    return {(one["limit"], one["key"]): one for one in answer.json["limits"]}


def test_a_limit_holds_from_the_next_order_on(gateway: Gateway) -> None:
    assert gateway.place("alice", "first", "BUY", quantity="0.5").json["status"] == "OPEN"
    assert set_account(gateway, position={"BTC-USD": "0.7"}).status == 200
    refused = rejected(gateway, "second", quantity="0.2001")
    assert refused["code"] == "RISK_POSITION_LIMIT"
    assert (refused["have"], refused["limit"]) == ("0.7001", "0.7")
    assert gateway.place("alice", "third", "BUY", quantity="0.2").json["status"] == "OPEN"


def test_who_set_a_limit_and_why_stands_in_the_journals(gateway: Gateway) -> None:
    set_venue(gateway, open_orders=5)
    set_account(gateway, open_orders=4)
    venue = operations.journal.latest(LIMITS)
    assert venue is not None
    assert venue.body["state"]["venue"] == {
        "limits": {"open_orders": 5},
        "author": "house",
        "reason": "a new customer",
    }
    account = next(operations.account_journal.backwards("alice", None, limit=1))
    assert account.body["cause"]["kind"] == "terms"
    assert account.body["cause"]["author"] == "house"
    assert account.body["cause"]["reason"] == "a new customer"


def test_of_account_group_and_venue_the_tightest_counts(gateway: Gateway) -> None:
    set_venue(gateway, open_orders=7, orders_per_minute=100)
    set_group(gateway, "retail", open_orders=3, order_notional={"USD": "5000"})
    set_account(gateway, open_orders=9, group="retail")
    shown = effective(gateway)
    assert shown["open_orders", None]["set_by"] == "group:retail"
    assert shown["orders_per_minute", None]["set_by"] == "venue"
    assert shown["order_notional", "USD"]["value"] == "5000"
    assert rejected(gateway, "big", quantity="0.1")["code"] == "RISK_ORDER_NOTIONAL_LIMIT"
    set_account(gateway, open_orders=2, group=None)
    assert effective(gateway)["open_orders", None] == {
        "limit": "open_orders",
        "key": None,
        "value": "2",
        "unit": None,
        "used": "0",
        "set_by": "account",
    }


def test_without_any_the_platform_s_own_bound_is_shown(gateway: Gateway) -> None:
    assert effective(gateway)["open_orders", None]["set_by"] == "platform"
    assert gateway.operator("GET", "/v1/limits").json == {"limits_sequence": 0, "scopes": []}


def test_what_is_used_counts_orders_and_fills(gateway: Gateway) -> None:
    set_account(
        gateway,
        position={"BTC-USD": "1"},
        underlying={"BTC": "1"},
        daily_loss={"USD": "100"},
        orders_per_minute=10,
    )
    gateway.place("bob", "ask", "SELL", quantity="0.3")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    gateway.settle()
    gateway.operator(
        "POST",
        "/v1/markets/BTC-USD/index-prices",
        {"source": "x", "price": "59900", "observed_at": "2026-11-21T07:00:00.000Z"},
    )
    shown = effective(gateway)
    assert shown["position", "BTC-USD"]["used"] == "0.5"
    assert shown["underlying", "BTC"]["used"] == "0.5"
    assert shown["orders_per_minute", None]["used"] == "1"
    assert shown["open_orders", None]["used"] == "1"
    # 0.3 BTC are worth 30 less than was paid, and cost a fee of five basis points.
    assert shown["daily_loss", "USD"]["used"] == "39"


def test_of_what_no_mark_is_seen_yet_it_is_not_said_how_much_is_used(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_account(
        gateway, position={"BTC-USD": "1"}, underlying={"BTC": "1"}, daily_loss={"USD": "9"}
    )
    gateway.place("bob", "b1", "SELL", quantity="0.5")
    assert gateway.place("alice", "a1", "BUY", quantity="0.5").json["status"] == "FILLED"
    gateway.settle()
    monkeypatch.setattr(limit_views, "marked_of", lambda *_: None)
    found = effective(gateway)
    unsaid = {("position", "BTC-USD"), ("underlying", "BTC"), ("daily_loss", "USD")}
    assert {key for key in unsaid if found[key]["used"] is None} == unsaid
    assert found["open_orders", None]["used"] == "0"


def test_an_order_large_against_the_day_s_volume_is_refused(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    gateway.settle()
    set_venue(gateway, order_volume_bps=1_000, free_notional={"USD": "600"})
    refused = rejected(gateway, "fat", quantity="0.0501")
    assert refused["code"] == "RISK_ORDER_ABOVE_VOLUME"
    assert (refused["have"], refused["limit"]) == ("0.0501", "0.05")
    assert gateway.place("alice", "fits", "BUY", quantity="0.05").json["status"] == "OPEN"


def test_a_mark_that_nobody_renewed_is_stale(gateway: Gateway) -> None:
    gateway.operator(
        "POST",
        "/v1/markets/BTC-USD/index-prices",
        {"source": "x", "price": "60000", "observed_at": "2026-11-21T07:00:00.000Z"},
    )
    set_venue(gateway, mark_age_ms=1)
    assert rejected(gateway, "late")["code"] == "RISK_STALE_MARK"


def test_a_suspended_account_places_nothing_and_may_cancel(gateway: Gateway) -> None:
    order_id = gateway.place("alice", "first", "BUY", quantity="0.1").json["order_id"]
    standing = REASON | {"status": "SUSPENDED", "verification_level": 1}
    answer = gateway.operator("PUT", "/v1/accounts/alice/standing", standing)
    assert (answer.status, answer.json["status"]) == (200, "SUSPENDED")
    assert rejected(gateway, "second")["code"] == "RISK_ACCOUNT_NOT_ACTIVE"
    assert gateway.call("DELETE", f"/v1/orders/{order_id}").json["status"] == "CANCELLED"
    gateway.operator("PUT", "/v1/accounts/alice/standing", standing | {"status": "ACTIVE"})
    assert gateway.place("alice", "third", "BUY", quantity="0.1").json["status"] == "OPEN"


def test_setting_the_same_again_writes_nothing(gateway: Gateway) -> None:
    first = set_account(gateway, open_orders=4).json["account_sequence"]
    assert set_account(gateway, open_orders=4).json["account_sequence"] == first
    sequence = set_venue(gateway, open_orders=4).json["limits_sequence"]
    assert set_venue(gateway, open_orders=4).json["limits_sequence"] == sequence


@pytest.mark.parametrize(
    ("limits", "code", "field"),
    [
        ({"open_orders": 0}, "INTAKE_BAD_VALUE", "open_orders"),
        ({"open_orders": 201}, "INTAKE_BAD_VALUE", "open_orders"),
        ({"open_orders": "5"}, "INTAKE_WRONG_TYPE", "open_orders"),
        ({"leverage": 0}, "INTAKE_BAD_VALUE", "leverage"),
        ({"leverage": 1_001}, "INTAKE_BAD_VALUE", "leverage"),
        ({"leverage": "2.5"}, "INTAKE_WRONG_TYPE", "leverage"),
        ({"open_order": 5}, "INTAKE_UNKNOWN_FIELD", "open_order"),
        ({"position": {"BTC-USD": 5}}, "INTAKE_WRONG_TYPE", "position.BTC-USD"),
        ({"position": {"BTC-USD": "-1"}}, "INTAKE_BAD_NUMBER", "position.BTC-USD"),
        ({"position": {"ETH-USD": "1"}}, "INTAKE_BAD_VALUE", "position.ETH-USD"),
        ({"underlying": {"DOGE": "1"}}, "INTAKE_BAD_VALUE", "underlying.DOGE"),
        ({"daily_loss": {"USD": "0"}}, "INTAKE_BAD_NUMBER", "daily_loss.USD"),
        ({"daily_loss": {"USD": "0.0000001"}}, "INTAKE_OFF_PRECISION", "daily_loss.USD"),
        ({"position": [1]}, "INTAKE_WRONG_TYPE", "position"),
        ({"reason": ""}, "INTAKE_BAD_VALUE", "reason"),
        ({"group": "Retail"}, "INTAKE_BAD_VALUE", "group"),
        ({"group": "nobody"}, "INTAKE_BAD_VALUE", "group"),
        (
            {"order_notional": {f"A{number}": "1" for number in range(51)}},
            "INTAKE_BAD_VALUE",
            "order_notional",
        ),
    ],
)
def test_a_limit_that_cannot_be_is_refused_and_changes_nothing(
    gateway: Gateway, limits: dict[str, Any], code: str, field: str
) -> None:
    before = operations.account_journal.latest("alice").sequence
    answer = set_account(gateway, **limits)
    assert answer.code == code
    assert answer.json["field"] == field
    assert 400 <= answer.status < 500
    assert operations.account_journal.latest("alice").sequence == before


def test_limits_of_nobody_are_not_found(gateway: Gateway) -> None:
    assert gateway.operator("PUT", "/v1/accounts/eve/limits", REASON).code == "NOT_FOUND"
    assert gateway.operator("GET", "/v1/accounts/eve/limits").code == "NOT_FOUND"
    assert gateway.call("GET", "/v1/accounts/bob/limits").code == "NOT_FOUND"
    assert gateway.call("PUT", "/v1/limits/venue", REASON).code == "FORBIDDEN"


def test_a_position_is_shown_with_what_it_cost_and_made(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.3")
    gateway.place("alice", "bid", "BUY", quantity="0.3")
    gateway.settle()
    gateway.place("alice", "ask", "SELL", quantity="0.1", price="61000")
    gateway.place("bob", "bid", "BUY", quantity="0.1", price="61000")
    gateway.settle()
    [held] = gateway.call("GET", "/v1/accounts/alice/positions").json["positions"]
    assert held == {
        "symbol": "BTC-USD",
        "currency": "USD",
        "quantity": "0.2",
        "average_price": "60000",
        "cost": "12000",
        "mark_price": "61000",
        "unrealised": "200",
        "realised": "100",
        "fees": "10.22",
        "funding": "0",
        "realised_today": "100",
        "fees_today": "10.22",
        "funding_today": "0",
    }
    [short] = gateway.operator("GET", "/v1/accounts/bob/positions").json["positions"]
    assert (short["quantity"], short["unrealised"], short["realised"]) == ("-0.2", "-200", "-100")
    assert gateway.call("GET", "/v1/accounts/bob/positions").code == "NOT_FOUND"


def test_a_stop_for_a_loss_is_shown_and_ends_with_limits_that_are_set_anew(
    gateway: Gateway,
) -> None:
    stop = LossStop("USD", 300_000_000, 100_000_000, now_ms())

    def decide(account: Account) -> Change:
        terms = account.state.terms._replace(loss_stop=stop)
        return set_terms(account.state, terms, author="loss", reason=stop.reason)

    operations.account_journal.commit("alice", decide)
    shown = gateway.operator("GET", "/v1/accounts/alice/limits").json["loss_stop"]
    assert shown["reason"] == "lost 300 USD since 00:00 UTC, of 100 allowed"
    assert shown["until"].endswith("T00:00:00.000Z")
    assert rejected(gateway, "more")["code"] == "RISK_DAILY_LOSS_LIMIT"
    asked = {"reason": "talked to her", "daily_loss": {"USD": "500"}}
    anew = gateway.operator("PUT", "/v1/accounts/alice/limits", asked).json
    assert anew["loss_stop"] is None
    assert gateway.place("alice", "again", "BUY", quantity="0.01").json["status"] == "OPEN"
