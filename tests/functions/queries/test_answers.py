"""Questions that change nothing: bad ones, and those with the same answer each time."""

import json

import pytest

from tests.functions.gateway import BTC_USD, Gateway
from tests.tools.generate import OPENAPI
from zerodesk.instruments import SYMBOL_RULE

NOT_A_MARKET = ["NO-SUCH", "btc-usd", "BTCUSD", "x" * 300]


@pytest.mark.parametrize("order_id", ["o" + "a" * 26, "none", "O" + "a" * 26, "o" + "1" * 26])
def test_an_order_that_is_not_there_is_not_found(shared_gateway: Gateway, order_id: str) -> None:
    answer = shared_gateway.call("GET", f"/v1/orders/{order_id}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("item_id", ["deposit#d-USD", "c" + "a" * 26])
def test_the_tables_other_items_are_no_orders(shared_gateway: Gateway, item_id: str) -> None:
    answer = shared_gateway.call("GET", f"/v1/orders/{item_id.replace('#', '%23')}")
    assert answer.status == 404


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "INTAKE_BAD_VALUE", "limit"),
        ("limit=501", "INTAKE_BAD_VALUE", "limit"),
        ("limit=-1", "INTAKE_BAD_VALUE", "limit"),
        ("limit=ten", "INTAKE_BAD_VALUE", "limit"),
        ("limit=1e1", "INTAKE_BAD_VALUE", "limit"),
        ("limit=", "INTAKE_BAD_VALUE", "limit"),
        ("limit=%D9%A1", "INTAKE_BAD_VALUE", "limit"),
        ("limit=" + "9" * 5_000, "INTAKE_BAD_VALUE", "limit"),
        ("limit=1&limit=2", "INTAKE_DUPLICATE_KEY", "limit"),
        ("status=OPEN", "INTAKE_BAD_VALUE", "status"),
        ("symbol=btc-usd", "INTAKE_BAD_VALUE", "symbol"),
        ("colour=red", "INTAKE_UNKNOWN_FIELD", "colour"),
        ("account_id=bob", "INTAKE_UNKNOWN_FIELD", "account_id"),
        ("cursor=", "INTAKE_BAD_VALUE", "cursor"),
        ("cursor=garbage", "INTAKE_BAD_VALUE", "cursor"),
        ("cursor=" + "A" * 300, "INTAKE_BAD_VALUE", "cursor"),
        ("cursor=%00%FF", "INTAKE_BAD_VALUE", "cursor"),
    ],
)
def test_a_bad_query_is_a_problem(
    shared_gateway: Gateway, query: str, code: str, field: str
) -> None:
    answer = shared_gateway.call("GET", f"/v1/orders?{query}")
    assert (answer.status, answer.code, answer.json["field"]) == (400, code, field)


@pytest.mark.parametrize("address", ["/v1/orders", "/v1/fills"])
def test_a_symbol_that_is_none_is_refused_in_words(shared_gateway: Gateway, address: str) -> None:
    answer = shared_gateway.call("GET", f"{address}?symbol=NOPE").json
    assert (answer["rule"], answer["value"]) == (SYMBOL_RULE, "NOPE")


def test_an_account_that_was_never_opened_has_nothing(shared_gateway: Gateway) -> None:
    answer = shared_gateway.call("GET", "/v1/balances", who="nobody").json
    assert answer == {"account_id": "nobody", "account_sequence": 0, "balances": []}


def test_a_market_is_shown_as_it_was_listed(shared_gateway: Gateway) -> None:
    market = shared_gateway.call("GET", "/v1/markets/BTC-USD").json
    assert {name: market[name] for name in BTC_USD} == BTC_USD
    assert (market["state"], market["mark_price"], market["last_price"]) == ("OPEN", "60000", None)
    assert shared_gateway.call("GET", "/v1/markets").json == {"markets": [market]}


@pytest.mark.parametrize("symbol", NOT_A_MARKET)
@pytest.mark.parametrize("of_it", ["", "/depth", "/ticker", "/trades"])
def test_what_is_no_market_is_not_found(shared_gateway: Gateway, symbol: str, of_it: str) -> None:
    answer = shared_gateway.call("GET", f"/v1/markets/{symbol}{of_it}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("levels", ["0", "101", "many", "1.5", ""])
def test_a_bad_number_of_levels_is_a_problem(shared_gateway: Gateway, levels: str) -> None:
    answer = shared_gateway.call("GET", f"/v1/markets/BTC-USD/depth?levels={levels}")
    assert (answer.status, answer.json["field"]) == (400, "levels")


def test_the_ticker_of_a_market_without_trades_has_no_prices(shared_gateway: Gateway) -> None:
    ticker = shared_gateway.call("GET", "/v1/markets/BTC-USD/ticker").json
    assert (ticker["open_24h"], ticker["last_price"], ticker["mark_price"]) == (None, None, "60000")
    assert (ticker["volume_24h"], ticker["trades_24h"]) == ("0", 0)


def test_health_answers_when_the_tables_do(shared_gateway: Gateway) -> None:
    health = shared_gateway.call("GET", "/v1/health", who="house", role="operator").json
    assert (health["status"], health["markets"]) == ("ok", 1)


def test_the_document_that_is_served_is_the_one_that_is_committed(shared_gateway: Gateway) -> None:
    served = shared_gateway.call("GET", "/v1/openapi.json")
    assert served.headers["Content-Type"] == "application/json"
    assert served.json == json.loads(OPENAPI.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "address", ["/v1/health", "/v1/markets", "/v1/markets/BTC-USD", "/v1/openapi.json"]
)
def test_what_is_for_every_key_is_for_no_one_without(shared_gateway: Gateway, address: str) -> None:
    assert shared_gateway.call("GET", address, who=None).status == 401
    for role in ("trader", "operator"):
        assert shared_gateway.call("GET", address, role=role).status == 200
