"""Fee tiers over the API: set with a reason, in force from the next hold on, to the unit."""

from typing import Any

import pytest

from back_office import operations
from tests.functions.gateway import Answered, Gateway
from zerodesk_aws.limits import MAX_SCHEDULES
from zerodesk_aws.registers import LIMITS

TIERS = [
    {"from_turnover": "0", "maker_bps": 2, "taker_bps": 10},
    {"from_turnover": "30000", "maker_bps": -4, "taker_bps": 6},
]


def set_fees(gateway: Gateway, scope: str = "USD", tiers: Any = TIERS) -> Answered:
    return gateway.operator("PUT", f"/v1/fees/{scope}", {"tiers": tiers, "reason": "launch"})


def charged(gateway: Gateway, who: str = "alice") -> dict[str, Any]:
    answer = gateway.call("GET", f"/v1/accounts/{who}/fees", who=who)
    assert answer.status == 200, answer.text
    [market] = answer.json["markets"]
    return dict(market)


def fee(gateway: Gateway, who: str, placed: Answered) -> str:
    order = gateway.call("GET", f"/v1/orders/{placed.json['order_id']}", who=who)
    return str(order.json["fee"])


def test_who_trades_more_is_charged_less_from_the_next_order_on(gateway: Gateway) -> None:
    assert set_fees(gateway).status == 200
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    first = gateway.place("alice", "bid", "BUY", quantity="0.5")
    assert fee(gateway, "alice", first) == "30"
    assert charged(gateway)["tier"] == 0
    gateway.settle()
    assert charged(gateway) == {
        "symbol": "BTC-USD",
        "maker_bps": -4,
        "taker_bps": 6,
        "set_by": "USD",
        "tier": 1,
        "next_tier": None,
    }
    gateway.place("bob", "more", "SELL", quantity="0.1")
    second = gateway.place("alice", "again", "BUY", quantity="0.1")
    assert fee(gateway, "alice", second) == "3.6"


def test_a_rebate_comes_out_of_the_takers_fee_and_the_rest_is_the_houses(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    gateway.settle()
    set_fees(gateway)
    made = gateway.place("alice", "rests", "BUY", quantity="0.1")
    taken = gateway.place("bob", "takes", "SELL", quantity="0.1")
    assert fee(gateway, "alice", made) == "-2.4"
    assert fee(gateway, "bob", taken) == "3.6"
    gateway.settle()
    state = operations.account_journal.latest("alice").state
    assert state.holds == {}
    # 100,000 less 0.6 at 60,000, less 5 bps of 30,000 by the listing, and the rebate.
    assert state.available_minor("USD") == (64_000 - 15) * 10**6 + 2_400_000


def test_an_order_keeps_the_rates_that_it_came_with(gateway: Gateway) -> None:
    rests = gateway.place("alice", "rests", "BUY", quantity="0.1")
    set_fees(gateway, tiers=[{"from_turnover": "0", "maker_bps": 9, "taker_bps": 9}])
    gateway.place("bob", "takes", "SELL", quantity="0.1")
    assert fee(gateway, "alice", rests) == "1.2"


def test_the_tiers_of_a_market_come_before_those_of_its_currency(gateway: Gateway) -> None:
    set_fees(gateway)
    set_fees(gateway, "BTC-USD", [{"from_turnover": "0", "maker_bps": 0, "taker_bps": 1}])
    assert (charged(gateway)["set_by"], charged(gateway)["taker_bps"]) == ("BTC-USD", 1)
    set_fees(gateway, "BTC-USD", [])
    assert charged(gateway)["set_by"] == "USD"
    assert charged(gateway)["next_tier"] == TIERS[1]
    set_fees(gateway, "USD", [])
    assert charged(gateway)["set_by"] == "listing"
    assert gateway.operator("GET", "/v1/fees").json["schedules"] == []


def test_who_set_tiers_and_why_stands_in_the_journal(gateway: Gateway) -> None:
    listed = set_fees(gateway).json["schedules"]
    assert listed == [
        {"scope": "USD", "currency": "USD", "tiers": TIERS, "author": "house", "reason": "launch"}
    ]
    record = operations.journal.latest(LIMITS)
    assert record is not None
    assert record.body["state"]["fees:USD"]["author"] == "house"
    assert record.body["state"]["fees:USD"]["reason"] == "launch"


def test_the_hold_says_by_what_its_rates_were_decided(gateway: Gateway) -> None:
    set_fees(gateway)
    gateway.place("alice", "rests", "BUY", quantity="0.1")
    [record] = operations.account_journal.backwards("alice", None, limit=1)
    seen = record.body["cause"]["decided_on"]
    assert seen["fees"] == {"scope": "USD", "tier": 0, "turnover_minor": 0}
    assert seen["limits_sequence"] == 1


@pytest.mark.parametrize(
    ("scope", "tiers", "field"),
    [
        ("EUR", TIERS, "fee_scope"),
        ("ETH-USD", TIERS, "fee_scope"),
        ("usd", TIERS, "fee_scope"),
        ("USD", TIERS[1:], "tiers.0.from_turnover"),
        ("USD", [TIERS[0], TIERS[1] | {"from_turnover": "0.0000001"}], "tiers.1.from_turnover"),
        ("USD", [TIERS[0] | {"maker_bps": 11}], "tiers.0.maker_bps"),
        ("USD", [TIERS[0] | {"maker_bps": -11}], "tiers.0.maker_bps"),
        ("USD", [TIERS[0] | {"taker_bps": 1_001}], "tiers.0.taker_bps"),
        ("USD", [TIERS[0] | {"taker_bps": "10"}], "tiers.0.taker_bps"),
        ("USD", [TIERS[0] | {"from_turnover": "-1"}], "tiers.0.from_turnover"),
        ("USD", [TIERS[0] | {"colour": "red"}], "tiers.0.colour"),
        ("USD", [TIERS[0]] * 21, "tiers"),
        ("USD", None, "tiers"),
    ],
)
def test_what_is_no_schedule_is_refused_and_changes_nothing(
    gateway: Gateway, scope: str, tiers: Any, field: str
) -> None:
    answer = set_fees(gateway, scope, tiers)
    assert answer.status in (400, 422), answer.text
    assert answer.json["field"] == field
    assert operations.journal.latest(LIMITS) is None


def test_a_venue_has_so_many_schedules_and_no_more(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_SCHEDULES == 200
    monkeypatch.setattr("back_office.fees.MAX_SCHEDULES", 1)
    assert set_fees(gateway).status == 200
    assert set_fees(gateway, "BTC-USD").json["code"] == "REGISTER_FULL"
    assert set_fees(gateway, tiers=[]).status == 200


def test_a_trader_sees_what_it_is_charged_itself_and_sets_nothing(gateway: Gateway) -> None:
    body = {"tiers": TIERS, "reason": "mine"}
    assert gateway.call("PUT", "/v1/fees/USD", body).status == 403
    assert gateway.call("GET", "/v1/fees").status == 403
    assert gateway.call("GET", "/v1/accounts/bob/fees").status == 404
    assert gateway.operator("GET", "/v1/accounts/bob/fees").status == 200
    assert gateway.operator("GET", "/v1/accounts/nobody/fees").status == 404
