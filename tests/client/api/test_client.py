"""The client against the fake venue: what goes out, what comes back."""

from decimal import Decimal

import pytest

from tests.client.builders import a_market, a_trader, an_order
from tests.client.fake_venue import FakeVenue
from zerodesk.orders import OrderStatus, Side, TimeInForce
from zerodesk_client.api import ApiProblem, Client, every


def test_an_order_that_crosses_is_answered_as_filled(operator: Client) -> None:
    seller, buyer = a_trader(operator, "seller"), a_trader(operator, "buyer")
    resting = seller.place_order(an_order(side=Side.SELL, quantity="2"))
    taken = buyer.place_order(an_order(quantity="2"))
    assert resting.status is OrderStatus.OPEN
    assert taken.status is OrderStatus.FILLED
    assert (taken.average_price, taken.fee) == (Decimal("100.00"), Decimal("0.1"))
    assert seller.order(resting.order_id).status is OrderStatus.FILLED


def test_an_order_that_is_still_pending_is_asked_for_until_the_book_answers(
    venue: FakeVenue, operator: Client
) -> None:
    trader = a_trader(operator, "trader")
    venue.pending_answers, venue.polls_until_answer = 1, 3
    assert trader.place_order(an_order()).status is OrderStatus.OPEN


def test_an_order_that_stays_pending_is_returned_as_it_stands(
    venue: FakeVenue, operator: Client
) -> None:
    trader = a_trader(operator, "trader")
    venue.pending_answers, venue.polls_until_answer = 1, 1_000
    assert trader.place_order(an_order(), wait_s=0.2).is_pending


def test_placing_the_same_order_again_returns_the_first(operator: Client) -> None:
    trader = a_trader(operator, "trader")
    first, again = (trader.place_order(an_order()) for _ in range(2))
    assert first == again
    assert len(trader.orders().entries) == 1


def test_the_same_id_for_another_order_is_a_conflict(operator: Client) -> None:
    trader = a_trader(operator, "trader")
    trader.place_order(an_order(quantity="1"))
    with pytest.raises(ApiProblem) as raised:
        trader.place_order(an_order(quantity="2"))
    assert raised.value.code == "INTAKE_IDEMPOTENCY_CONFLICT"


def test_a_refusal_by_risk_is_an_answer_not_an_error(operator: Client) -> None:
    poor = a_trader(operator, "poor", usd="1")
    order = poor.place_order(an_order())
    assert order.status is OrderStatus.REJECTED
    assert order.rejection is not None
    assert order.rejection.code == "RISK_INSUFFICIENT_BALANCE"


def test_a_market_order_names_no_price(operator: Client) -> None:
    seller, buyer = a_trader(operator, "seller"), a_trader(operator, "buyer")
    seller.place_order(an_order(side=Side.SELL))
    order = buyer.place_order(an_order(price=None, time_in_force=TimeInForce.IOC))
    assert (order.status, order.price) == (OrderStatus.FILLED, None)


def test_a_cancelled_order_has_left_the_book(operator: Client) -> None:
    trader = a_trader(operator, "trader")
    order = trader.place_order(an_order())
    assert trader.cancel_order(order.order_id).status is OrderStatus.CANCELLED
    assert trader.depth("BTC-USD").bids == ()


def test_every_page_of_a_listing_is_read(operator: Client) -> None:
    trader = a_trader(operator, "trader")
    for number in range(7):
        trader.place_order(an_order(f"order-{number}"))
    listed = list(every(trader.orders, status="open", limit=3))
    assert [order.client_order_id for order in listed] == [f"order-{n}" for n in range(6, -1, -1)]


def test_keys_share_connections_and_not_rights(operator: Client) -> None:
    trader = a_trader(operator, "trader")
    assert trader.api_url == operator.api_url
    with pytest.raises(ApiProblem, match="FORBIDDEN"):
        trader.accounts()
    assert [account.account_id for account in operator.accounts()] == ["trader"]


def test_listing_a_market_again_returns_it_and_another_listing_is_refused(
    operator: Client,
) -> None:
    assert operator.list_market(a_market()) == operator.list_market(a_market())
    with pytest.raises(ApiProblem) as raised:
        operator.list_market(a_market(collar_bps=1))
    assert raised.value.status == 409


def test_a_deposit_under_the_same_id_counts_once(operator: Client) -> None:
    a_trader(operator, "trader", usd="50")
    operator.deposit("trader", "gift", "USD", Decimal("0.5"))
    receipt = operator.deposit("trader", "gift", "USD", Decimal("0.5"))
    assert {row.currency: row.total for row in receipt.balances}["USD"] == Decimal("50.5")


def test_both_sides_of_a_trade_are_seen_by_their_accounts(operator: Client) -> None:
    seller, buyer = a_trader(operator, "seller"), a_trader(operator, "buyer")
    seller.place_order(an_order(side=Side.SELL))
    buyer.place_order(an_order())
    (sold,), (bought,) = seller.fills().entries, buyer.fills().entries
    assert (sold.liquidity, bought.liquidity) == ("MAKER", "TAKER")
    assert sold.trade_id == bought.trade_id == buyer.trades("BTC-USD").entries[0].trade_id
    ticker = buyer.ticker("BTC-USD")
    assert (ticker.last_price, ticker.trades_24h) == (Decimal("100.00"), 1)
    assert buyer.market("BTC-USD").last_price == Decimal("100.00")


def test_a_revoked_key_is_refused(operator: Client) -> None:
    a_trader(operator, "trader")
    key = operator.create_key("trader")
    operator.revoke_key("trader", key.key_id)
    with pytest.raises(ApiProblem) as raised:
        operator.with_key(key.api_key).balances()
    assert raised.value.status == 401
