"""What the API says of options: a market's surface, and the quote of an order off it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class PublishedSurface:
    """The surface of a market's options as it stands; ``surface`` is as the library keeps one."""

    symbol: str
    version: int
    as_of: datetime
    valid_until: datetime
    spot: Decimal
    surface: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Greeks:
    """What moves the fair value, per 1 of each; theta for a year that passes."""

    delta: Decimal
    gamma: Decimal
    vega: Decimal
    theta: Decimal
    rho: Decimal


@dataclass(frozen=True, slots=True)
class OptionPrice:
    """What an option is worth, and what an order of it could cost, per unit of the underlying."""

    fair_value: Decimal
    mark_price: Decimal
    collar_low: Decimal
    collar_high: Decimal
    worst_price: Decimal
    need: Decimal
    estimated_fee: Decimal
    forward: Decimal
    volatility: Decimal
    greeks: Greeks


@dataclass(frozen=True, slots=True)
class QuotedOption:
    """A quote, or why pricing refuses the order."""

    verdict: str
    surface_version: int
    quote: OptionPrice | None = None
    rejection: Mapping[str, Any] | None = None
