"""Balances and fills are what the account's journal says."""

import pytest

from queries import backwards, fill_lists
from tests.functions.gateway import Gateway
from zerodesk.orders import order_id_for


def trade(gateway: Gateway, *lots: str) -> None:
    """Let alice buy from bob, one trade per quantity, settled one by one."""
    for number, quantity in enumerate(lots):
        gateway.place("bob", f"ask-{number}", "SELL", quantity=quantity)
        gateway.place("alice", f"bid-{number}", "BUY", quantity=quantity)
        gateway.settle()


def fills(gateway: Gateway, query: str = "", who: str = "alice") -> list[dict[str, str]]:
    found: list[dict[str, str]] = gateway.call("GET", f"/v1/fills{query}", who=who).json["fills"]
    return found


def test_balances_are_what_is_available_and_what_is_held(gateway: Gateway) -> None:
    gateway.place("alice", "one", "BUY")
    answer = gateway.call("GET", "/v1/balances").json
    assert answer["account_id"] == "alice"
    assert answer["balances"] == [
        {
            "currency": "USD",
            "available": "39970",
            "held": "60030",
            "isolated": "0",
            "total": "100000",
        }
    ]


def test_a_trade_is_a_fill_for_each_side(gateway: Gateway) -> None:
    trade(gateway, "0.5")
    (buy,), (sell,) = fills(gateway), fills(gateway, who="bob")
    assert buy["trade_id"] == sell["trade_id"] == "BTC-USD-1"
    assert (buy["side"], buy["liquidity"], buy["fee"]) == ("BUY", "TAKER", "15")
    assert (sell["side"], sell["liquidity"], sell["fee"]) == ("SELL", "MAKER", "6")
    assert (buy["price"], buy["quantity"], buy["fee_currency"]) == ("60000", "0.5", "USD")


def test_fills_come_newest_first_page_by_page(gateway: Gateway) -> None:
    trade(gateway, "0.1", "0.2", "0.3")
    first = gateway.call("GET", "/v1/fills?limit=2").json
    assert [fill["quantity"] for fill in first["fills"]] == ["0.3", "0.2"]
    rest = gateway.call("GET", f"/v1/fills?limit=2&cursor={first['next_cursor']}").json
    assert ([fill["quantity"] for fill in rest["fills"]], rest["next_cursor"]) == (["0.1"], None)


def test_fills_of_one_settlement_are_not_lost_between_pages(gateway: Gateway) -> None:
    for number in range(5):
        gateway.place("bob", f"ask-{number}", "SELL", quantity="0.1", price=f"5999{number}")
    gateway.place("alice", "sweep", "BUY", quantity="0.5")
    gateway.settle()
    seen, cursor = [], ""
    for _ in range(5):
        page = gateway.call("GET", f"/v1/fills?limit=1{cursor}").json
        seen += [fill["price"] for fill in page["fills"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["59994", "59993", "59992", "59991", "59990"]


def test_the_fills_of_an_order_are_found_among_others(gateway: Gateway) -> None:
    trade(gateway, "0.1", "0.2", "0.3")
    order_id = order_id_for("alice", "bid-1")
    assert [fill["quantity"] for fill in fills(gateway, f"?order_id={order_id}")] == ["0.2"]


def test_the_search_for_an_orders_fills_ends_at_its_hold(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade(gateway, "0.1", "0.2")
    for module in (backwards, fill_lists):
        monkeypatch.setattr(module, "MAX_RECORDS", 2)
    everything = gateway.call("GET", "/v1/fills").json
    assert everything["next_cursor"] is not None
    address = f"/v1/fills?order_id={order_id_for('alice', 'bid-1')}"
    of_the_order = gateway.call("GET", address).json
    assert len(of_the_order["fills"]) == 1
    assert of_the_order["next_cursor"] is None


def test_the_fills_of_a_symbol_are_found(gateway: Gateway) -> None:
    trade(gateway, "0.1")
    assert len(fills(gateway, "?symbol=BTC-USD")) == 1
    assert fills(gateway, "?symbol=ETH-USD") == []


def test_a_cursor_of_another_account_is_refused(gateway: Gateway) -> None:
    trade(gateway, "0.1", "0.2")
    cursor = gateway.call("GET", "/v1/fills?limit=1").json["next_cursor"]
    answer = gateway.call("GET", f"/v1/fills?cursor={cursor}", who="bob")
    assert (answer.status, answer.json["field"]) == (400, "cursor")
