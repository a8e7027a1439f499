"""The terms that most orders have not, from the request to the book and back."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway

SPECIAL = ("slides", "self_trade", "min_quantity", "display_quantity")
NONE_OF_THEM = {
    "slides": False,
    "self_trade": "NONE",
    "min_quantity": None,
    "display_quantity": None,
}


def shown(answer: Answered, *names: str) -> tuple[Any, ...]:
    return tuple(answer.json[name] for name in names)


def stands(gateway: Gateway, placed: Answered) -> Answered:
    """Return an order as it stands, to the account that placed it."""
    return gateway.call("GET", f"/v1/orders/{placed.json['order_id']}", who="bob")


def test_an_order_without_special_terms_says_that_it_has_none(gateway: Gateway) -> None:
    placed = gateway.place("alice", "one", "BUY")
    assert {name: placed.json[name] for name in SPECIAL} == NONE_OF_THEM
    assert gateway.sent[-1].keys().isdisjoint(("slides", "self_trade", "display_lots"))


@pytest.mark.parametrize(
    "terms",
    [
        {"display_quantity": "0.1", "self_trade": "EXPIRE_BOTH"},
        {"post_only": True, "slides": True},
        {"min_quantity": "0.25", "time_in_force": "IOC"},
    ],
)
def test_an_order_is_shown_with_the_terms_that_it_has(
    gateway: Gateway, terms: dict[str, Any]
) -> None:
    placed = gateway.place("alice", "one", "BUY", **terms)
    assert {name: placed.json[name] for name in terms} == terms
    assert gateway.call("GET", f"/v1/orders/{placed.json['order_id']}").json == placed.json


def test_naming_the_default_is_the_same_order(gateway: Gateway) -> None:
    first = gateway.place("alice", "one", "BUY")
    assert gateway.place("alice", "one", "BUY", self_trade="NONE", slides=False) == first


def test_an_iceberg_shows_the_book_what_it_displays_and_its_account_all(gateway: Gateway) -> None:
    iceberg = gateway.place("bob", "ice", "SELL", quantity="1", display_quantity="0.2")
    assert shown(iceberg, "status", "remaining_quantity") == ("OPEN", "1")
    depth = gateway.call("GET", "/v1/markets/BTC-USD/depth").json
    assert depth["asks"] == [["60000", "0.2", 1]]
    taker = gateway.place("alice", "one", "BUY", quantity="0.5")
    assert shown(taker, "status", "filled_quantity") == ("FILLED", "0.5")
    assert shown(stands(gateway, iceberg), "filled_quantity", "remaining_quantity") == ("0.5",) * 2


def test_an_order_that_slid_is_shown_at_the_price_that_it_rests_at(gateway: Gateway) -> None:
    gateway.place("alice", "bid", "BUY", price="60000")
    slid = gateway.place("bob", "one", "SELL", price="59990", post_only=True, slides=True)
    assert shown(slid, "status", "price") == ("OPEN", "60000.01")
    gateway.place("alice", "two", "BUY", price="60001", quantity="0.5")
    assert shown(stands(gateway, slid), "status", "price") == ("PARTIALLY_FILLED", "60000.01")


def test_what_the_account_would_have_traded_with_itself_comes_off_both(gateway: Gateway) -> None:
    gateway.deposit("bob", "USD", "50000")
    ask = gateway.place("bob", "ask", "SELL", quantity="1")
    bid = gateway.place("bob", "bid", "BUY", quantity="0.4", self_trade="DECREMENT")
    assert shown(bid, "status", "quantity", "filled_quantity") == ("EXPIRED", "0", "0")
    rest = stands(gateway, ask)
    assert shown(rest, "status", "quantity", "remaining_quantity") == ("OPEN", "0.6", "0.6")


def test_an_order_that_would_get_less_than_its_minimum_gets_nothing(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.2")
    terms = {"quantity": "0.5", "time_in_force": "IOC"}
    short = gateway.place("alice", "one", "BUY", **terms, min_quantity="0.3")
    assert shown(short, "status", "filled_quantity") == ("EXPIRED", "0")
    enough = gateway.place("alice", "two", "BUY", **terms, min_quantity="0.2")
    assert shown(enough, "status", "filled_quantity") == ("EXPIRED", "0.2")


AT_MARKET = {"type": "MARKET", "price": None, "quantity": None}


def test_an_amount_buys_whole_lots_and_what_it_does_not_cover_is_free(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="1", price="60000")
    spent = gateway.place("alice", "one", "BUY", **AT_MARKET, quote_amount="500")
    assert shown(spent, "status", "quote_amount", "quantity") == ("FILLED", "500", "0.0083")
    assert shown(spent, "filled_quantity", "remaining_quantity") == ("0.0083", "0")
    gateway.settle()
    [usd] = [
        b for b in gateway.call("GET", "/v1/balances").json["balances"] if b["currency"] == "USD"
    ]
    # 498 for the lots and 0.249 of fee.
    assert (usd["available"], usd["held"]) == ("99501.751", "0")


def test_an_amount_is_sold_for_and_the_lots_that_were_not_needed_are_free(gateway: Gateway) -> None:
    gateway.place("alice", "bid", "BUY", quantity="1", price="60000")
    sold = gateway.place("bob", "one", "SELL", **AT_MARKET, quote_amount="500")
    assert shown(sold, "status", "filled_quantity") == ("FILLED", "0.0083")
    held = gateway.sent[-1]
    # What 500 USD come to at 57,000, the low end of the collar.
    assert (held["quantity_lots"], held["held_minor"]) == (87, 87 * 10_000)
    gateway.settle()
    balances = gateway.call("GET", "/v1/balances", who="bob").json["balances"]
    [btc] = [balance for balance in balances if balance["currency"] == "BTC"]
    assert (btc["available"], btc["held"]) == ("1.9917", "0")


def test_a_hold_of_an_amount_is_the_amount_and_its_fee(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY", **AT_MARKET, quote_amount="500")
    assert (gateway.sent[-1]["amount_minor"], gateway.sent[-1]["held_minor"]) == (
        500_000_000,
        500_250_000,
    )


def test_an_amount_above_the_balance_is_refused(gateway: Gateway) -> None:
    refused = gateway.place("alice", "one", "BUY", **AT_MARKET, quote_amount="100000")
    assert refused.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert shown(refused, "status", "quantity", "quote_amount") == ("REJECTED", "0", "100000")


def test_a_pair_holds_the_larger_of_its_ways_and_a_trade_at_the_stop_ends_its_limit(
    gateway: Gateway,
) -> None:
    terms = {"quantity": "0.5", "stop_price": "61000"}
    pair = gateway.place("alice", "pair", "BUY", price="59000", **terms)
    assert shown(pair, "status", "price", "stop_price") == ("OPEN", "59000", "61000")
    held = gateway.sent[-1]
    # At worst half a coin at 64,050, the end of the collar around the stop, and its fee.
    assert (held["stop_limit_ticks"], held["held_minor"]) == (6_405_000, 32_041_012_500)
    gateway.place("bob", "ask", "SELL", quantity="1", price="61000")
    gateway.place("alice", "one", "BUY", quantity="0.1", price="61000")
    stands = gateway.call("GET", f"/v1/orders/{pair.json['order_id']}")
    assert shown(stands, "status", "filled_quantity") == ("FILLED", "0.5")
    assert gateway.call("GET", "/v1/markets/BTC-USD/depth").json["bids"] == []


def test_the_first_trade_of_a_pairs_limit_leaves_no_stop(gateway: Gateway) -> None:
    terms = {"quantity": "0.5", "stop_price": "61000", "stop_limit_price": "61100"}
    pair = gateway.place("alice", "pair", "BUY", price="60000", **terms)
    gateway.place("bob", "bid", "SELL", quantity="0.2", price="60000")
    gateway.place("bob", "ask", "SELL", quantity="0.2", price="61000")
    gateway.place("alice", "one", "BUY", quantity="0.1", price="61000")
    stands = gateway.call("GET", f"/v1/orders/{pair.json['order_id']}")
    assert shown(stands, "status", "filled_quantity") == ("PARTIALLY_FILLED", "0.2")
    assert shown(stands, "price", "stop_limit_price") == ("60000", "61100")


@pytest.mark.parametrize("field", ["min_quantity", "display_quantity"])
def test_a_special_quantity_is_a_multiple_of_the_lot(gateway: Gateway, field: str) -> None:
    in_force = "IOC" if field == "min_quantity" else "GTC"
    refused = gateway.place("alice", "one", "BUY", time_in_force=in_force, **{field: "0.10001"})
    assert (refused.status, refused.code, refused.json["field"]) == (422, "INTAKE_OFF_LOT", field)
