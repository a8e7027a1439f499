"""The house shows what was swept to it, to operators."""

from tests.functions.gateway import Gateway
from zerodesk_aws.house import House
from zerodesk_aws.journal import Journal


def test_the_house_begins_with_nothing_in_each_currency_of_a_market(gateway: Gateway) -> None:
    gateway.list_market(symbol="ETH-EUR", base="ETH", quote="EUR")
    balances = gateway.operator("GET", "/v1/house").json["balances"]
    assert [(one["currency"], one["balance"]) for one in balances] == [("EUR", "0"), ("USD", "0")]


def test_the_house_shows_what_was_swept_and_from_where(gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    assert House(Journal("journal")).sweep("BTC-USD", "USD", before_ms=2**53)
    assert gateway.operator("GET", "/v1/house").json["balances"] == [
        {
            "currency": "USD",
            "balance": "21",
            "house_sequence": 1,
            "swept": [{"symbol": "BTC-USD", "book_sequence": 3}],
        }
    ]
