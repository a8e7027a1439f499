"""A request in decimals becomes terms in ticks and lots, exactly, or is refused by name."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import markets
from zerodesk.instruments import Market
from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.contracts.orders import PlaceOrder
from zerodesk_aws.filters import fingerprint, order_terms


def a_market(**changed: Any) -> Market:
    terms = {
        "tick_size": Decimal("0.25"),
        "lot_size": Decimal("0.004"),
        "min_notional": Decimal(10),
        "max_quantity": Decimal(4),
    }
    return markets.a_market(**(terms | changed))


def asked(quantity: str = "1", price: str | None = "60000", **changed: Any) -> PlaceOrder:
    order = {
        "client_order_id": "one",
        "symbol": "BTC-USD",
        "side": "BUY",
        "type": "LIMIT",
        "quantity": quantity,
        "price": price,
    }
    return PlaceOrder.model_validate(order | changed)


@given(ticks=st.integers(1, 10**9), lots=st.integers(1, 1_000))
def test_whole_ticks_and_lots_are_taken_to_the_unit(ticks: int, lots: int) -> None:
    market = a_market(min_notional=Decimal(0))
    order = asked(market.format_quantity(lots), market.format_price(ticks))
    terms = order_terms(order, market)
    assert (terms["price_ticks"], terms["quantity_lots"]) == (ticks, lots)


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("1", "60000.1", "INTAKE_OFF_TICK"),
        ("1", "0.000000000001", "INTAKE_OFF_TICK"),
        ("1.001", "60000", "INTAKE_OFF_LOT"),
        ("4.004", "60000", "INTAKE_ABOVE_MAX_QUANTITY"),
        ("999999999999999999.996", "60000", "INTAKE_ABOVE_MAX_QUANTITY"),
        ("0.004", "2499.75", "INTAKE_BELOW_MIN_NOTIONAL"),
    ],
)
def test_what_breaks_a_filter_is_refused_by_its_name(quantity: str, price: str, code: str) -> None:
    with pytest.raises(ProblemError, match=code):
        order_terms(asked(quantity, price), a_market())


@pytest.mark.parametrize(("quantity", "price"), [("4", "60000"), ("0.004", "2500")])
def test_the_bounds_themselves_are_inside(quantity: str, price: str) -> None:
    assert order_terms(asked(quantity, price), a_market())


def test_a_market_order_has_no_price_and_takes_what_there_is() -> None:
    terms = order_terms(asked(price=None, type="MARKET"), a_market())
    assert (terms["price_ticks"], terms["time_in_force"]) == (None, "IOC")


def test_the_same_terms_have_the_same_fingerprint_and_others_another() -> None:
    market = a_market()
    prints = [
        fingerprint(order_terms(order, market))
        for order in (asked(), asked("1.000", "60000.00"), asked("1.004"), asked(side="SELL"))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
