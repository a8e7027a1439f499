"""Prices: what an order would cost at worst, whether its price is sane, and what options are worth.

`spot` is on the order's way: integers, no numpy, and all that this root exports. The analytics need
numpy and are imported by name: `black_scholes`, `bachelier`, `implied_volatility`, `american`,
`digital`, `barrier`, `lookback`, `asian` and `forward`. They stand on `normal`, and on `batch` for
how arguments broadcast and which calls are refused.
"""

from zerodesk.pricing.order_quote import (
    Collar,
    Quote,
    collar_around,
    quote_amount,
    quote_pair,
    quote_quantity,
)

__all__ = ["Collar", "Quote", "collar_around", "quote_amount", "quote_pair", "quote_quantity"]
