"""An account sees its own orders, all of them, newest first, each once."""

from typing import Any

import pytest

from queries import order_lists
from tests.functions.gateway import Gateway
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.clock import now_ms


def place(gateway: Gateway, *names: str, **changed: Any) -> None:
    for name in names:
        answer = gateway.place("alice", name, "BUY", **({"quantity": "0.01"} | changed))
        assert answer.status == 201


def names(gateway: Gateway, query: str = "", who: str = "alice") -> list[str]:
    orders = gateway.call("GET", f"/v1/orders{query}", who=who).json["orders"]
    return [order["client_order_id"] for order in orders]


def walk(gateway: Gateway, query: str) -> list[list[str]]:
    """Follow the cursors to the end of a list; return the names page by page."""
    pages: list[list[str]] = []
    cursor = ""
    while len(pages) < 20:
        page = gateway.call("GET", f"/v1/orders{query}{cursor}").json
        pages.append([order["client_order_id"] for order in page["orders"]])
        if page["next_cursor"] is None:
            return pages
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("the list does not end")


def test_orders_come_newest_first_and_only_those_of_the_account(gateway: Gateway) -> None:
    place(gateway, "one", "two", "three")
    gateway.place("bob", "bobs", "SELL")
    assert names(gateway) == ["three", "two", "one"]
    assert names(gateway, who="bob") == ["bobs"]


def test_pages_hold_each_order_once(gateway: Gateway) -> None:
    place(gateway, *"abcde")
    pages = walk(gateway, "?limit=2")
    assert [name for page in pages for name in page] == list("edcba")
    assert max(len(page) for page in pages) == 2


def test_orders_of_one_millisecond_are_not_lost_between_pages(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment_ms = now_ms()
    monkeypatch.setattr("zerodesk_aws.order_path.now_ms", lambda: moment_ms)
    place(gateway, *"abcde")
    pages = walk(gateway, "?limit=2")
    assert sorted(name for page in pages for name in page) == list("abcde")


def test_a_filter_finds_what_it_names(gateway: Gateway) -> None:
    gateway.list_market(symbol="ETH-USD", base="ETH")
    place(gateway, "resting")
    place(gateway, "beyond", price="63000.01")
    place(gateway, "other", symbol="ETH-USD")
    assert names(gateway, "?status=closed") == ["beyond"]
    assert names(gateway, "?status=open") == ["other", "resting"]
    assert names(gateway, "?symbol=ETH-USD") == ["other"]
    assert names(gateway, "?status=open&symbol=BTC-USD") == ["resting"]


def test_open_orders_are_found_however_old_they_are(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_lists, "RECENT", 1)
    place(gateway, *"abc")
    place(gateway, "refused", price="63000.01")
    assert walk(gateway, "?status=open&limit=2") == [["c", "b"], ["a"]]


def test_an_order_that_is_not_held_yet_is_open(gateway: Gateway) -> None:
    gateway.workflow.fails = True
    gateway.place("alice", "waits", "BUY")
    assert names(gateway, "?status=open") == ["waits"]


def test_a_list_that_finds_little_ends_its_page_and_goes_on(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(gateway, *"abcd")
    place(gateway, "refused", price="63000.01")
    place(gateway, *"efgh")
    monkeypatch.setattr(order_lists, "MAX_EXAMINED", 3)
    pages = walk(gateway, "?status=closed")
    assert pages == [[], ["refused"], [], []]


def test_an_order_is_shown_to_its_account_only(gateway: Gateway) -> None:
    order = gateway.place("alice", "one", "BUY").json
    address = f"/v1/orders/{order['order_id']}"
    assert gateway.call("GET", address).json == order
    stranger = gateway.call("GET", address, who="bob")
    assert (stranger.status, stranger.code) == (404, "NOT_FOUND")


def test_a_cursor_of_another_account_is_refused(gateway: Gateway) -> None:
    place(gateway, *"abc")
    cursor = gateway.call("GET", "/v1/orders?limit=1").json["next_cursor"]
    answer = gateway.call("GET", f"/v1/orders?limit=1&cursor={cursor}", who="bob")
    assert (answer.status, answer.json["field"]) == (400, "cursor")


def test_a_cursor_of_another_filter_is_refused(gateway: Gateway) -> None:
    place(gateway, *"abc")
    cursor = gateway.call("GET", "/v1/orders?limit=1").json["next_cursor"]
    assert gateway.call("GET", f"/v1/orders?status=closed&cursor={cursor}").status == 400


def test_a_made_up_position_shows_nothing_but_the_accounts_own(gateway: Gateway) -> None:
    """Somebody who knows how cursors are made gains nothing by it."""
    place(gateway, "mine")
    forged = Pages(str, "orders", "bob", "all", None).cursor(9_999_999_999_999, "o" + "z" * 26)
    answer = gateway.call("GET", f"/v1/orders?cursor={forged}", who="bob")
    assert (answer.status, answer.json["orders"]) == (200, [])
