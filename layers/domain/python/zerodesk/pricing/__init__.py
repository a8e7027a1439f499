"""Prices: what an order would cost at worst, and whether its price is sane.

Spot pairs first. Closed forms, implied volatility and surfaces get modules of their own here,
and numpy stays out of this package's root.
"""

from zerodesk.pricing.spot import Collar, Quote, collar_around, quote_spot

__all__ = ["Collar", "Quote", "collar_around", "quote_spot"]
