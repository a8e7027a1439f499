"""An order goes all the way: from HTTPS to settled balances, on the deployed app."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import Venue, an_order
from zerodesk.orders import OrderStatus, Side, TimeInForce
from zerodesk_client.api import ApiProblem, Client

pytestmark = pytest.mark.local_cloud


def available(client: Client, currency: str) -> Decimal:
    balances = client.balances().balances
    return next((one.available for one in balances if one.currency == currency), Decimal(0))


def soon(claim: Callable[[], bool], within_s: float = 10) -> bool:
    """Settlement follows the answer; wait for it, with a bound."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.05)
    return claim()


def test_two_orders_meet_and_both_accounts_are_settled_to_the_unit(venue: Venue) -> None:
    symbol = venue.market()
    base = symbol.split("-")[0]
    seller, buyer = venue.trader(**{base: "10"}), venue.trader(USD="1000")
    resting = seller.place_order(an_order(symbol, Side.SELL, "5", "100"))
    assert resting.status is OrderStatus.OPEN
    taken = buyer.place_order(an_order(symbol, Side.BUY, "3", "101"))
    assert taken.status is OrderStatus.FILLED
    assert taken.average_price == Decimal(100), "the maker's price, not the taker's limit"
    assert taken.fee == Decimal("0.15")
    assert soon(lambda: available(buyer, base) == 3)
    assert available(buyer, "USD") == Decimal("699.85")
    assert available(seller, "USD") == Decimal("299.94")
    assert available(seller, base) == 5
    assert seller.order(resting.order_id).status is OrderStatus.PARTIALLY_FILLED
    (fill,) = buyer.fills().entries
    assert (fill.order_id, fill.quantity) == (taken.order_id, Decimal(3))
    (trade,) = venue.operator.trades(symbol).entries
    assert trade.trade_id == fill.trade_id
    depth = venue.operator.depth(symbol)
    assert [(level.price, level.quantity) for level in depth.asks] == [(Decimal(100), Decimal(2))]
    assert venue.operator.reconcile().balanced


def test_the_same_order_again_is_the_same_order(venue: Venue) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="1000")
    order = an_order(symbol, Side.BUY, "1", "99")
    first, again = trader.place_order(order), trader.place_order(order)
    assert again == first
    assert len(trader.orders().entries) == 1


def test_another_body_under_the_same_name_is_a_conflict(venue: Venue) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="1000")
    trader.place_order(an_order(symbol, Side.BUY, "1", "99", client_order_id="mine"))
    with pytest.raises(ApiProblem) as conflict:
        trader.place_order(an_order(symbol, Side.BUY, "2", "99", client_order_id="mine"))
    assert (conflict.value.status, conflict.value.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_a_refusal_is_stored_with_its_numbers_and_a_repeat_gets_the_same(venue: Venue) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="50")
    order = an_order(symbol, Side.BUY, "1", "100")
    refused = trader.place_order(order)
    assert refused.status is OrderStatus.REJECTED
    assert refused.rejection is not None
    assert refused.rejection.code == "RISK_INSUFFICIENT_BALANCE"
    assert (refused.rejection.have, refused.rejection.need) == ("50", "100.05")
    venue.operator.deposit(trader.balances().account_id, "later", "USD", Decimal(1_000))
    assert trader.place_order(order) == refused, "money that came later changes no answer"


def test_a_price_beyond_the_collar_is_refused_by_pricing(venue: Venue) -> None:
    symbol = venue.market()
    refused = venue.trader(USD="1000").place_order(an_order(symbol, Side.BUY, "1", "105.01"))
    assert refused.rejection is not None
    assert refused.rejection.code == "PRICING_COLLAR"


def test_a_post_only_order_that_would_cross_is_refused_by_matching_and_released(
    venue: Venue,
) -> None:
    symbol = venue.market()
    base = symbol.split("-")[0]
    venue.trader(**{base: "1"}).place_order(an_order(symbol, Side.SELL, "1", "100"))
    trader = venue.trader(USD="1000")
    refused = trader.place_order(an_order(symbol, Side.BUY, "1", "100", post_only=True))
    assert refused.rejection is not None
    assert refused.rejection.code == "MATCHING_POST_ONLY_WOULD_CROSS"
    assert soon(lambda: available(trader, "USD") == 1_000)


@pytest.mark.parametrize(
    ("how", "status", "filled"),
    [
        (TimeInForce.IOC, OrderStatus.EXPIRED, Decimal(1)),
        (TimeInForce.FOK, OrderStatus.EXPIRED, Decimal(0)),
    ],
)
def test_what_cannot_be_taken_at_once_expires(
    venue: Venue, how: TimeInForce, status: OrderStatus, filled: Decimal
) -> None:
    symbol = venue.market()
    base = symbol.split("-")[0]
    venue.trader(**{base: "1"}).place_order(an_order(symbol, Side.SELL, "1", "100"))
    order = an_order(symbol, Side.BUY, "2", "100", time_in_force=how)
    taken = venue.trader(USD="1000").place_order(order)
    assert (taken.status, taken.filled_quantity) == (status, filled)


def test_a_market_order_takes_what_the_book_offers_within_the_collar(venue: Venue) -> None:
    symbol = venue.market()
    base = symbol.split("-")[0]
    seller = venue.trader(**{base: "3"})
    for price in ("100", "101", "104"):
        seller.place_order(an_order(symbol, Side.SELL, "1", price))
    taken = venue.trader(USD="1000").place_order(an_order(symbol, Side.BUY, "2"))
    assert taken.status is OrderStatus.FILLED
    assert taken.average_price == Decimal("100.5")


def test_a_cancelled_order_gives_back_its_hold_and_a_second_cancel_says_the_same(
    venue: Venue,
) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="1000")
    order = trader.place_order(an_order(symbol, Side.BUY, "1", "99"))
    assert available(trader, "USD") < 1_000
    assert trader.cancel_order(order.order_id).status is OrderStatus.CANCELLED
    assert trader.cancel_order(order.order_id).status is OrderStatus.CANCELLED
    assert soon(lambda: available(trader, "USD") == 1_000)


def test_an_order_that_is_filled_cannot_be_cancelled(venue: Venue) -> None:
    symbol = venue.market()
    base = symbol.split("-")[0]
    seller = venue.trader(**{base: "1"})
    order = seller.place_order(an_order(symbol, Side.SELL, "1", "100"))
    venue.trader(USD="1000").place_order(an_order(symbol, Side.BUY, "1", "100"))
    with pytest.raises(ApiProblem) as refused:
        seller.cancel_order(order.order_id)
    assert (refused.value.status, refused.value.code) == (409, "ORDER_NOT_OPEN")


def test_orders_are_listed_newest_first_in_pages(venue: Venue) -> None:
    symbol = venue.market()
    trader = venue.trader(USD="1000")
    placed = [
        trader.place_order(an_order(symbol, Side.BUY, "1", str(95 + n))).order_id for n in range(5)
    ]
    first = trader.orders(limit=3)
    assert first.next_cursor is not None
    rest = trader.orders(limit=3, cursor=first.next_cursor)
    seen = [order.order_id for order in (*first.entries, *rest.entries)]
    assert seen == placed[::-1]
    assert rest.next_cursor is None
