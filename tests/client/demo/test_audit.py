from decimal import Decimal

import pytest

from tests.client.builders import a_trader, an_order
from zerodesk.orders import Side
from zerodesk_client.api import Client
from zerodesk_client.demo.audit import need


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [
        (Side.SELL, "100.00", ("BTC", Decimal("0.3333"))),
        # 33.33 USD and 5 basis points of it, 0.016665.
        (Side.BUY, "100.00", ("USD", Decimal("33.346665"))),
        # 33.326667 USD is 33.32666700; the fee of 16663.3335 millionths is rounded down.
        (Side.BUY, "99.99", ("USD", Decimal("33.343330"))),
    ],
)
def test_the_need_of_an_open_order_is_what_the_venue_holds(
    operator: Client, side: Side, price: str, expected: tuple[str, Decimal]
) -> None:
    trader = a_trader(operator, "trader")
    order = trader.place_order(an_order(side=side, price=price, quantity="0.3333"))
    found = need(order, operator.market("BTC-USD"))
    held = {row.currency: row.held for row in trader.balances().balances}
    assert found == expected
    assert held[found[0]] == found[1]
