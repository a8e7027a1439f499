"""The rules of listing protect the ledger, and name the field that breaks one."""

from decimal import Decimal
from typing import Any

import pytest

from tests.markets import a_market
from tests.zerodesk.test_instruments import a_perpetual
from zerodesk.listings import ListingError, changed_market
from zerodesk.tiers import Tier


def test_a_step_is_kept_in_lowest_terms() -> None:
    assert a_market(tick_size=Decimal("0.10")) == a_market(tick_size=Decimal("0.1"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"symbol": "BTCUSD"}, "symbol"),
        ({"symbol": "btc-usd"}, "symbol"),
        ({"symbol": "B-USD"}, "symbol"),
        ({"symbol": "BTC-USD-PERP"}, "symbol"),
        ({"symbol": "USD-USD"}, "symbol"),
        ({"symbol": "BTC-USD\n"}, "symbol"),
        ({"tick_size": Decimal(0)}, "tick_size"),
        ({"tick_size": Decimal(-1)}, "tick_size"),
        ({"tick_size": Decimal("1e-13")}, "tick_size"),
        ({"tick_size": Decimal("0.001")}, "tick_size"),
        ({"lot_size": Decimal("0.000000001"), "tick_size": Decimal(1000)}, "lot_size"),
        ({"lot_size": Decimal(0)}, "lot_size"),
        ({"maker_bps": -6, "taker_bps": 5}, "maker_bps"),
        ({"taker_bps": 1_001}, "taker_bps"),
        ({"maker_bps": 6, "taker_bps": 5}, "maker_bps"),
        ({"collar_bps": -1}, "collar_bps"),
        ({"collar_bps": 100_001}, "collar_bps"),
        ({"min_notional": Decimal(-1)}, "min_notional"),
        ({"min_notional": Decimal("0.0000001")}, "min_notional"),
        ({"max_quantity": Decimal(0)}, "max_quantity"),
        ({"max_quantity": Decimal("0.00001")}, "max_quantity"),
        ({"reference_price": Decimal(0)}, "reference_price"),
        ({"reference_price": Decimal("0.005")}, "reference_price"),
    ],
)
def test_a_listing_that_breaks_a_rule_names_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ListingError) as caught:
        a_market(**changed)
    assert caught.value.field == field
    assert caught.value.rule


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quote": None}, "quote"),
        ({"quote": "PERP"}, "quote"),
        ({"quote": "usd"}, "quote"),
        ({"quote": "BTC"}, "symbol"),
        ({"margin": []}, "margin"),
        ({"margin": [Tier(1, 500, 250)]}, "margin"),
        ({"margin": [Tier(0, 500, 501)]}, "margin"),
        ({"margin": [Tier(0, 499, 250)]}, "margin"),
        ({"margin": [Tier(one, 500, 250) for one in range(21)]}, "margin"),
        ({"symbol": "BTC-USD"}, "margin"),
        ({"symbol": "BTC-EUR", "margin": ()}, "quote"),
    ],
)
def test_a_perpetual_that_breaks_a_rule_is_not_listed(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ListingError) as refused:
        a_perpetual(**changed)
    assert refused.value.field == field


def test_the_collar_of_a_perpetual_stays_within_its_margin() -> None:
    with pytest.raises(ListingError, match="at least the collar, 501"):
        changed_market(a_perpetual(), {"collar_bps": 501})
    assert changed_market(a_perpetual(), {"collar_bps": 499}).margin == a_perpetual().margin
