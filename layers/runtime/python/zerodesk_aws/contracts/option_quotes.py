"""Surfaces of markets, and the quotes of options off them."""

from typing import Any, Final, Literal

from pydantic import Field

from zerodesk_aws.contracts.fields import (
    Amount,
    Contract,
    PositiveDecimal,
    ReadTime,
    SideField,
    Symbol,
    Timestamp,
)
from zerodesk_aws.contracts.pricing import Surface

MAX_VALID_SECONDS: Final = 86_400
"""Of a surface: a day. What is older says nothing of a market that trades at all hours."""


class PublishSurface(Contract):
    """A surface for a market's options, as `POST /v1/pricing/surface` fits one."""

    surface: Surface
    as_of: ReadTime = Field(description="When its quotes were: expiries count from then.")
    spot: PositiveDecimal = Field(description="The underlying's price at that time.")
    valid_seconds: int = Field(
        ge=1, le=MAX_VALID_SECONDS, description="From as_of; nothing is quoted off it later."
    )


class PublishedSurface(Contract):
    """A market's surface as it stands."""

    symbol: Symbol
    version: int = Field(description="Rises with each surface: as_of in milliseconds.")
    as_of: Timestamp
    valid_until: Timestamp
    spot: Amount
    surface: Surface


class AskQuote(Contract):
    """An order of a European option on a market's underlying, settled in its quote currency.

    Until options are listed it trades in the steps, at the fees and in the collar of that market.
    """

    symbol: Symbol
    option_type: Literal["call", "put"]
    strike: PositiveDecimal
    expiry: ReadTime
    side: SideField
    quantity: PositiveDecimal
    price: PositiveDecimal | None = Field(
        None, description="The limit; None given: a market order, to the collar's end."
    )


class OptionPrice(Contract):
    """What an option is worth, and what an order of it could cost. Per unit of the underlying."""

    fair_value: Amount
    mark_price: Amount = Field(description="The fair value to the nearest tick, one at least.")
    collar_low: Amount
    collar_high: Amount
    worst_price: Amount
    need: Amount = Field(description="The most that buying could cost; selling needs margin.")
    estimated_fee: Amount
    maker_bps: int
    taker_bps: int
    forward: Amount
    volatility: Amount
    greeks: dict[str, Amount]


class Risk(Contract):
    """What one lot held long gains in each scenario, minor units of the quote currency."""

    price_range_bps: int
    volatility_range_bps: int
    scenarios: list[tuple[float, float, float]] = Field(
        description="Moves of forward and volatility in shares of the ranges, and the weight."
    )
    profit_minor_per_lot: list[int]


class QuotedOption(Contract):
    """A quote, or why pricing refuses the order."""

    verdict: Literal["PRICED", "REFUSED"]
    surface_version: int
    quote: OptionPrice | None = None
    risk: Risk | None = None
    rejection: dict[str, Any] | None = None
