"""Markets, books and trades, as the journal has them at the moment of the question."""

from tests.functions.gateway import Gateway


def trade(gateway: Gateway, name: str, quantity: str, price: str) -> None:
    gateway.place("bob", f"{name}-ask", "SELL", quantity=quantity, price=price)
    gateway.place("alice", f"{name}-bid", "BUY", quantity=quantity, price=price)


def test_the_mark_is_the_last_trade_until_there_is_an_index_price(gateway: Gateway) -> None:
    trade(gateway, "one", "0.1", "60100")
    market = gateway.call("GET", "/v1/markets/BTC-USD").json
    assert (market["mark_price"], market["last_price"]) == ("60100", "60100")
    observed = {"source": "x", "price": "60050", "observed_at": "2026-11-21T07:00:00.000Z"}
    gateway.operator("POST", "/v1/markets/BTC-USD/index-prices", observed)
    market = gateway.call("GET", "/v1/markets/BTC-USD").json
    assert (market["mark_price"], market["last_price"]) == ("60050", "60100")


def test_depth_is_the_best_prices_best_first(gateway: Gateway) -> None:
    for name, price in (("a", "59000"), ("b", "59500"), ("c", "59500"), ("d", "58000")):
        gateway.place("alice", name, "BUY", quantity="0.01", price=price)
    gateway.place("bob", "ask", "SELL", quantity="0.2", price="60010.5")
    depth = gateway.call("GET", "/v1/markets/BTC-USD/depth?levels=2").json
    assert depth["bids"] == [["59500", "0.02", 2], ["59000", "0.01", 1]]
    assert depth["asks"] == [["60010.5", "0.2", 1]]
    assert depth["book_sequence"] == 6


def test_a_warm_reader_sees_what_was_decided_since_it_looked(gateway: Gateway) -> None:
    assert gateway.call("GET", "/v1/markets/BTC-USD/depth").json["bids"] == []
    gateway.place("alice", "one", "BUY", quantity="0.01")
    assert gateway.call("GET", "/v1/markets/BTC-USD/depth").json["bids"] == [["60000", "0.01", 1]]


def test_the_ticker_sums_up_the_day(gateway: Gateway) -> None:
    for number, (quantity, price) in enumerate(
        [("0.1", "60000"), ("0.2", "60300"), ("0.1", "59900")]
    ):
        trade(gateway, str(number), quantity, price)
    gateway.place("alice", "bid", "BUY", quantity="0.01", price="59800")
    ticker = gateway.call("GET", "/v1/markets/BTC-USD/ticker").json
    del ticker["at"]
    assert ticker == {
        "symbol": "BTC-USD",
        "last_price": "59900",
        "mark_price": "59900",
        "best_bid": "59800",
        "best_ask": None,
        "open_24h": "60000",
        "high_24h": "60300",
        "low_24h": "59900",
        "volume_24h": "0.4",
        "quote_volume_24h": "24050",
        "trades_24h": 3,
        "book_sequence": 8,
    }


def test_trades_come_newest_first_page_by_page(gateway: Gateway) -> None:
    for number in range(3):
        trade(gateway, str(number), "0.1", "60000")
    first = gateway.call("GET", "/v1/markets/BTC-USD/trades?limit=2").json
    assert [one["trade_id"] for one in first["trades"]] == ["BTC-USD-3", "BTC-USD-2"]
    assert first["trades"][0]["taker_side"] == "BUY"
    address = f"/v1/markets/BTC-USD/trades?limit=2&cursor={first['next_cursor']}"
    rest = gateway.call("GET", address, who="bob").json
    assert [one["trade_id"] for one in rest["trades"]] == ["BTC-USD-1"]
    assert rest["next_cursor"] is None
