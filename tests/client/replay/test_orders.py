from decimal import Decimal

import pytest

from tests.client.builders import a_trader, an_order
from zerodesk.orders import Side, TimeInForce
from zerodesk_client.api import Client
from zerodesk_client.replay.orders import OrderName, is_as_recorded, parse_client_order_id
from zerodesk_client.replay.scoreboard import Operation, Step

MAKE = Operation(0, Step.MAKE, Side.SELL)
TAKE = Operation(0, Step.TAKE, Side.BUY)


def test_a_taker_that_was_filled_at_another_price_is_not_as_recorded(operator: Client) -> None:
    seller, buyer = a_trader(operator, "seller"), a_trader(operator, "buyer")
    seller.place_order(an_order("cheap", side=Side.SELL, price="99.00"))
    seller.place_order(an_order("right", side=Side.SELL, price="100.00"))
    cheap, right = (
        buyer.place_order(an_order(name, price="100.00", time_in_force=TimeInForce.IOC))
        for name in ("first", "second")
    )
    assert cheap.average_price == Decimal("99.00")
    assert not is_as_recorded(TAKE, cheap)
    assert is_as_recorded(TAKE, right)


def test_a_taker_that_found_too_little_is_not_as_recorded(operator: Client) -> None:
    buyer = a_trader(operator, "buyer")
    order = buyer.place_order(an_order(time_in_force=TimeInForce.IOC))
    assert not is_as_recorded(TAKE, order)


def test_a_maker_rests_or_was_met_already(operator: Client) -> None:
    seller, buyer = a_trader(operator, "seller"), a_trader(operator, "buyer")
    resting = seller.place_order(an_order(side=Side.SELL, quantity="2"))
    assert is_as_recorded(MAKE, resting)
    buyer.place_order(an_order("half", quantity="1"))
    assert not is_as_recorded(MAKE, seller.order(resting.order_id)), "met by half is neither"
    buyer.place_order(an_order("rest", quantity="1"))
    assert is_as_recorded(MAKE, seller.order(resting.order_id))


@pytest.mark.parametrize(
    "name", [OrderName(0, Step.MAKE), OrderName(41, Step.TAKE), OrderName(7, Step.TAKE, 12)]
)
def test_an_orders_id_names_it(name: OrderName) -> None:
    assert parse_client_order_id(name.client_order_id("RUNAAA"), "RUNAAA") == name


@pytest.mark.parametrize("text", ["OTHER1-1m", "RUNAAA-1x", "RUNAAA-m", "RUNAAA-1m.", "mine"])
def test_an_id_that_is_not_the_runs_names_nothing(text: str) -> None:
    assert parse_client_order_id(text, "RUNAAA") is None
