"""A perpetual over the API and its real handlers: listed, traded, settled, reconciled."""

from typing import Any

import pytest

from tests.functions.gateway import BTC_USD, Gateway
from zerodesk.orders import order_id_for
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

BTC_PERP = BTC_USD | {
    "symbol": "BTC-PERP",
    "margin": [
        {"from_notional": "0", "initial_bps": 1_000, "maintenance_bps": 500},
        {"from_notional": "120000", "initial_bps": 2_000, "maintenance_bps": 1_000},
    ],
}
SECOND_LEVEL = {"status": "ACTIVE", "verification_level": 2, "reason": "checked"}


@pytest.fixture
def venue(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    from reconciliation import operations
    from reconciliation.run import Reconciliation

    read = (Journal("journal"), Orders("orders"), Markets("market"), Cursors("cursors"))
    reconciliation = Reconciliation(*read, Holders("holders"))
    monkeypatch.setattr(operations, "reconciliation", reconciliation)
    answer = gateway.operator("POST", "/v1/markets", BTC_PERP)
    assert answer.status == 201, answer.text
    for account_id in ("ann", "ben", "cat"):
        gateway.open(account_id, USD="7000")
        verified = gateway.operator("PUT", f"/v1/accounts/{account_id}/standing", SECOND_LEVEL)
        assert verified.status == 200, verified.text
    return gateway


def trade(venue: Gateway, name: str, buyer: str, seller: str, quantity: str, price: str) -> None:
    terms = {"symbol": "BTC-PERP", "quantity": quantity, "price": price}
    sold = venue.place(seller, f"{name}-s", "SELL", **terms)
    assert sold.json["status"] == "OPEN", sold.text
    bought = venue.place(buyer, f"{name}-b", "BUY", **terms)
    assert bought.json["status"] == "FILLED", bought.text


def usd(venue: Gateway, account_id: str) -> tuple[str, str]:
    balances = venue.call("GET", "/v1/balances", who=account_id).json["balances"]
    [found] = [one for one in balances if one["currency"] == "USD"]
    return found["available"], found["held"]


def position(venue: Gateway, account_id: str) -> dict[str, Any]:
    [found] = venue.call("GET", f"/v1/accounts/{account_id}/positions", who=account_id).json[
        "positions"
    ]
    names = ("quantity", "average_price", "cost", "unrealised", "realised", "fees")
    return {name: found[name] for name in names}


def totals(report: Any) -> dict[str, str]:
    assert report["breaches"] == []
    assert report["balanced"]
    [usd] = [one for one in report["totals"] if one["currency"] == "USD"]
    return {name: usd[name] for name in ("users", "fees", "open", "in_clearing")}


def test_a_perpetual_shows_what_it_is_and_what_it_needs(venue: Gateway) -> None:
    shown = venue.call("GET", "/v1/markets").json["markets"]
    [market] = [one for one in shown if one["symbol"] == "BTC-PERP"]
    assert (market["product"], market["base"], market["quote"]) == ("PERPETUAL", "BTC", "USD")
    assert market["margin"] == BTC_PERP["margin"]


def test_profit_and_loss_are_settled_in_cash_and_everything_adds_up(venue: Gateway) -> None:
    from reconciliation import operations

    # 1 BTC at 60,000: the maker pays 2 basis points, the taker 5; nothing else moves.
    trade(venue, "t1", "ann", "ben", "1", "60000")
    venue.settle("BTC-PERP")
    assert usd(venue, "ann") == ("6970", "0")
    assert usd(venue, "ben") == ("6988", "0")
    opened = {"quantity": "1", "average_price": "60000", "cost": "60000", "realised": "0"}
    assert position(venue, "ann") == opened | {"unrealised": "0", "fees": "30"}
    # Ann sells half to cat, 1,000 higher: she made 500 of cash, and ben lost 1,000 at the mark.
    trade(venue, "t2", "cat", "ann", "0.5", "61000")
    venue.settle("BTC-PERP")
    assert usd(venue, "ann") == ("7463.9", "0")
    left = {"quantity": "0.5", "average_price": "60000", "cost": "30000"}
    made = {"unrealised": "500", "realised": "500", "fees": "36.1"}
    assert position(venue, "ann") == left | made
    assert position(venue, "ben")["unrealised"] == "-1000"
    # What she was paid is what the open positions cost together: 30,000 - 60,000 + 30,500.
    found = totals(operations.reconcile(60.0))
    assert found == {"users": "121436.65", "fees": "63.35", "open": "-500", "in_clearing": "0"}
    # Everybody goes home: nothing is open, and nothing is left of what was paid.
    trade(venue, "t3", "ben", "ann", "0.5", "59000")
    trade(venue, "t4", "ben", "cat", "0.5", "59000")
    venue.settle("BTC-PERP")
    assert position(venue, "ben")["quantity"] == "0"
    assert totals(operations.reconcile(60.0))["open"] == "0"
    # The cash of each is what came in, what it made and what it paid.
    assert {who: position(venue, who)["realised"] for who in ("ann", "ben", "cat")} == {
        "ann": "0",
        "ben": "1000",
        "cat": "-1000",
    }


def test_an_order_beyond_the_margin_is_refused_with_its_numbers(venue: Gateway) -> None:
    answer = venue.place("ann", "big", "BUY", symbol="BTC-PERP", quantity="1.2", price="60000")
    refused = answer.json["rejection"]
    # 72,000 at 10 % is more than 7,000 less the fee of 36 and a unit.
    assert answer.json["status"] == "REJECTED"
    assert (refused["code"], refused["need"]) == ("RISK_INSUFFICIENT_MARGIN", "7200")
    assert refused["have"] == "6963.999999"
    small = venue.place("ann", "ok", "BUY", symbol="BTC-PERP", quantity="1.1", price="60000")
    assert small.json["status"] == "OPEN"
    second = venue.place("ann", "more", "BUY", symbol="BTC-PERP", quantity="0.1", price="60000")
    assert second.json["rejection"]["code"] == "RISK_INSUFFICIENT_MARGIN"


def test_a_limit_of_leverage_holds_for_orders_and_amends_and_its_use_is_shown(
    venue: Gateway,
) -> None:
    limited = venue.operator(
        "PUT", "/v1/limits/groups/retail", {"leverage": 2, "reason": "what retail may have"}
    )
    assert limited.status == 200, limited.text
    joined = {"group": "retail", "reason": "retail"}
    assert venue.operator("PUT", "/v1/accounts/ann/limits", joined).status == 200
    big = venue.place("ann", "big", "BUY", symbol="BTC-PERP", quantity="0.3", price="60000")
    refused = big.json["rejection"]
    # Of 7,000 the fee of 9 and a unit are not there any more.
    assert (refused["code"], refused["have"]) == ("RISK_LEVERAGE_LIMIT", "18000")
    assert refused["limit"] == "13981.999998"
    small = venue.place("ann", "ok", "BUY", symbol="BTC-PERP", quantity="0.2", price="60000")
    assert small.json["status"] == "OPEN"
    more = venue.amend("ann", "ok", "a1", quantity="0.3")
    assert more.json["rejection"]["code"] == "RISK_LEVERAGE_LIMIT"
    shown = venue.call("GET", "/v1/accounts/ann/limits", who="ann").json["limits"]
    [used] = [one for one in shown if one["limit"] == "leverage"]
    assert (used["value"], used["used"], used["set_by"]) == ("2", "1.72", "group:retail")


def test_more_of_an_order_passes_the_margin_also_where_no_fee_is_paid(gateway: Gateway) -> None:
    free = BTC_PERP | {"maker_bps": 0, "taker_bps": 0}
    assert gateway.operator("POST", "/v1/markets", free).status == 201
    gateway.open("ann", USD="7000")
    gateway.operator("PUT", "/v1/accounts/ann/standing", SECOND_LEVEL)
    gateway.place("ann", "one", "BUY", symbol="BTC-PERP", quantity="1", price="59000")
    refused = gateway.amend("ann", "one", "a1", quantity="5")
    assert refused.json["rejection"]["code"] == "RISK_INSUFFICIENT_MARGIN"
    assert gateway.amend("ann", "one", "a2", quantity="1.1").json["status"] == "DONE"
    assert gateway.amend("ann", "one", "a3", quantity="0.5").json["status"] == "DONE"


def test_a_perpetual_needs_the_second_level(venue: Gateway) -> None:
    venue.open("dave", USD="7000")
    answer = venue.place("dave", "one", "BUY", symbol="BTC-PERP", quantity="0.1")
    assert answer.json["rejection"]["code"] == "RISK_VERIFICATION_LEVEL"


def test_a_loss_may_take_more_than_is_free_and_nothing_else_may(venue: Gateway) -> None:
    from reconciliation import operations

    trade(venue, "t1", "ann", "ben", "1", "60000")
    venue.settle("BTC-PERP")
    price = {"source": "index", "price": "50000", "observed_at": iso_ms(now_ms())}
    assert venue.operator("POST", "/v1/markets/BTC-PERP/index-prices", price).status == 202
    trade(venue, "t2", "cat", "ann", "1", "50000")
    venue.settle("BTC-PERP")
    assert usd(venue, "ann") == ("-3040", "0")
    found = totals(operations.reconcile(60.0))
    assert (found["open"], found["in_clearing"]) == ("10000", "0")
    body = {"withdrawal_id": "w1", "currency": "USD", "amount": "1"}
    assert (
        venue.call("POST", "/v1/withdrawals", body, who="ann").code == "LEDGER_INSUFFICIENT_BALANCE"
    )
    venue.deposit("ann", "EUR", "5")
    order = venue.place("ann", "again", "BUY", symbol="BTC-PERP", quantity="0.1", price="50000")
    assert order.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert operations.reconcile(60.0)["balanced"]


def test_who_owes_may_close_what_is_open_and_no_more(venue: Gateway) -> None:
    from reconciliation import operations

    trade(venue, "t1", "ann", "ben", "1", "60000")
    venue.settle("BTC-PERP")
    told = {"source": "index", "price": "45000", "observed_at": iso_ms(now_ms())}
    assert venue.operator("POST", "/v1/markets/BTC-PERP/index-prices", told).status == 202
    trade(venue, "t2", "cat", "ann", "0.5", "45000")
    venue.settle("BTC-PERP")
    # Half of it lost 7,500, of 7,000 less the fees.
    assert usd(venue, "ann")[0].startswith("-5")
    terms: dict[str, Any] = {"symbol": "BTC-PERP", "price": "45100"}
    opens = venue.place("ann", "opens", "SELL", quantity="0.5", **terms)
    assert opens.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    more = venue.place("ann", "more", "SELL", quantity="0.6", reduce_only=True, **terms)
    assert more.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    wrong = venue.place("ann", "wrong", "BUY", quantity="0.1", reduce_only=True, **terms)
    assert wrong.json["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    closes = venue.place("ann", "closes", "SELL", quantity="0.5", reduce_only=True, **terms)
    assert closes.json["status"] == "OPEN", closes.text
    taken = venue.place("cat", "takes", "BUY", quantity="0.5", **terms)
    assert taken.json["status"] == "FILLED"
    venue.settle("BTC-PERP")
    assert position(venue, "ann")["quantity"] == "0"
    assert operations.reconcile(60.0)["balanced"]


def test_what_is_above_the_initial_margin_is_withdrawn_and_sent_and_no_more(venue: Gateway) -> None:
    trade(venue, "t1", "ann", "ben", "1", "60000")
    venue.settle("BTC-PERP")
    # Ann has 6,970 and needs 6,000; her order to buy needs 600 more, and holds 3.
    order = venue.place("ann", "one", "BUY", symbol="BTC-PERP", quantity="0.1", price="60000")
    assert order.json["status"] == "OPEN", order.text
    much = {"withdrawal_id": "w1", "currency": "USD", "amount": "367"}
    refused = venue.call("POST", "/v1/withdrawals", much, who="ann")
    assert (refused.status, refused.code) == (422, "RISK_INSUFFICIENT_MARGIN")
    assert refused.json["rule"].endswith(
        "needs 6600 USD as margin, with it gone 6599.999999 is there"
    )
    sent = {"transfer_id": "x1", "to_account_id": "ben", "currency": "USD", "amount": "367"}
    assert venue.call("POST", "/v1/transfers", sent, who="ann").code == "RISK_INSUFFICIENT_MARGIN"
    some = {"withdrawal_id": "w2", "currency": "USD", "amount": "366"}
    assert venue.call("POST", "/v1/withdrawals", some, who="ann").status == 201
    # The order gone, its margin and its fee are free again.
    venue.call("DELETE", f"/v1/orders/{order_id_for('ann', 'one')}", who="ann")
    venue.settle("BTC-PERP")
    rest = sent | {"transfer_id": "x2", "amount": "604"}
    assert venue.call("POST", "/v1/transfers", rest, who="ann").status == 201
    assert usd(venue, "ann") == ("6000", "366")


def test_nothing_leaves_at_a_mark_that_is_too_old(
    venue: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade(venue, "t1", "ann", "ben", "0.1", "60000")
    venue.settle("BTC-PERP")
    later_ms = now_ms() + 11 * 60_000
    monkeypatch.setattr("zerodesk_aws.withdrawals.now_ms", lambda: later_ms)
    asked = {"withdrawal_id": "w1", "currency": "USD", "amount": "1"}
    refused = venue.call("POST", "/v1/withdrawals", asked, who="ann")
    assert (refused.status, refused.code) == (422, "RISK_STALE_MARK")
    monkeypatch.undo()
    again = venue.call("POST", "/v1/withdrawals", asked, who="ann")
    assert again.code == "RISK_STALE_MARK", "what was refused stays refused"


def test_what_leaves_has_the_marks_on_record_by_which_it_might(venue: Gateway) -> None:
    trade(venue, "t1", "ann", "ben", "0.1", "60000")
    venue.settle("BTC-PERP")
    asked = {"withdrawal_id": "w1", "currency": "USD", "amount": "1"}
    assert venue.call("POST", "/v1/withdrawals", asked, who="ann").status == 201
    *_, last = AccountJournal("journal").read("ann")
    cause = last.body["cause"]
    assert cause["kind"] == "reserve"
    assert cause["marks"]["BTC-PERP"][0] == 6_000_000
    assert cause["margins"]["USD"] == [6_997_000_000, 600_000_000, 300_000_000]


def test_a_reduce_only_order_closes_what_is_open_and_says_that_it_only_does(venue: Gateway) -> None:
    trade(venue, "t1", "ann", "ben", "1", "60000")
    terms: dict[str, Any] = {"symbol": "BTC-PERP", "reduce_only": True, "quantity": "3"}
    closing = venue.place("ann", "close", "SELL", price="60500", **terms)
    assert (closing.json["status"], closing.json["quantity"]) == ("OPEN", "1")
    assert closing.json["reduce_only"] is True
    opening = venue.place("ann", "open", "BUY", price="60000", **terms)
    assert (opening.json["status"], opening.json["remaining_quantity"]) == ("EXPIRED", "0")


def test_a_perpetual_is_not_delisted(venue: Gateway) -> None:
    refused = venue.operator("POST", "/v1/markets/BTC-PERP/delisting", {"reason": "over"})
    assert (refused.status, refused.code) == (400, "INTAKE_BAD_VALUE")


def test_reduce_only_in_a_spot_market_is_refused_at_the_edge(gateway: Gateway) -> None:
    refused = gateway.place("alice", "one", "BUY", reduce_only=True)
    assert (refused.status, refused.code, refused.json["field"]) == (
        400,
        "INTAKE_BAD_VALUE",
        "reduce_only",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"margin": []}, "margin"),
        ({"margin": [{"from_notional": "0", "initial_bps": 1, "maintenance_bps": 1}]}, "margin"),
        ({"quote": "BTC"}, "symbol"),
        ({"base": "ETH"}, "base"),
        ({"symbol": "BTC-USD"}, "margin"),
    ],
)
def test_a_listing_that_makes_no_sense_is_refused(
    gateway: Gateway, changed: dict[str, Any], field: str
) -> None:
    refused = gateway.operator("POST", "/v1/markets", BTC_PERP | changed)
    assert (refused.code, refused.json["field"]) == ("INTAKE_BAD_VALUE", field)
    assert gateway.operator("GET", "/v1/markets").json["markets"][1:] == []
