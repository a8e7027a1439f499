"""The market of most tests; a test names the terms that it is about."""

from decimal import Decimal
from typing import Any, Final

from zerodesk.instruments import Market
from zerodesk.listings import list_market

TERMS: Final[dict[str, Any]] = {
    "symbol": "BTC-USD",
    "tick_size": Decimal("0.01"),
    "lot_size": Decimal("0.0001"),
    "min_notional": Decimal(1),
    "max_quantity": Decimal(100),
    "maker_bps": 2,
    "taker_bps": 5,
    "collar_bps": 500,
    "reference_price": Decimal(60_000),
}


def a_market(**changed: Any) -> Market:
    """Return BTC-USD as it is listed, but for what is changed."""
    return list_market(**(TERMS | changed))
