"""``zerodesk.markets``: terms, trading states, auctions, marks and ends of markets."""

from typing import Annotated

from pydantic import Field

from zerodesk.instruments import AuctionKind, TradingState
from zerodesk_aws.contracts.events.book import OfBook
from zerodesk_aws.contracts.fields import Contract, Currency, PriceSource, Symbol, Timestamp

AuctionKindField = Annotated[AuctionKind, Field(strict=False)]
StateField = Annotated[TradingState, Field(strict=False)]


class BandFacts(Contract):
    """How far the price may move within a window, and how long the auction lasts where it would."""

    bps: int
    window_ms: int
    auction_ms: int


class ListingFacts(Contract):
    """A market as it is listed: steps as units and digits, amounts in minor units."""

    symbol: Symbol
    base: Currency
    quote: Currency
    tick_units: int
    tick_digits: int
    lot_units: int
    lot_digits: int
    min_notional_minor: int
    max_quantity_lots: int
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price_ticks: int
    base_minor_digits: int
    quote_minor_digits: int
    band: BandFacts | None = None
    margin: list[tuple[int, int, int]] | None = Field(
        default=None,
        description="Of a perpetual, by rising tiers: (from a notional in minor units of the "
        "quote, basis points to open, to keep).",
    )
    stale_after_ms: int | None = None


class MarketListed(OfBook):
    """A book began."""

    command_id: str
    market: ListingFacts
    state: StateField


class MarketChanged(OfBook):
    """A market has other terms from here on; what rests keeps the fees that it came with."""

    command_id: str
    market: ListingFacts
    reason: str
    by: str


class MarketStateChanged(OfBook):
    """A market takes other orders than before."""

    command_id: str
    state: StateField
    previous: StateField | None
    reason: str
    at_ms: int = 0
    by: str | None = Field(default=None, description="An account, or a part of the venue.")


class AuctionFacts(Contract):
    """An auction: what began it, of which kind, and when it ends, null if that is not known."""

    auction_id: str
    kind: AuctionKindField
    ends_at_ms: int | None
    is_halt: bool = Field(
        default=False, description="The book's own, for a price outside its band."
    )


class OutsideFacts(Contract):
    """At which price the next trade would have been, and the band that it is outside of."""

    price_ticks: int
    reference_ticks: int
    low_ticks: int
    high_ticks: int


class AuctionBegan(MarketStateChanged):
    """A market gathers orders, which trade when the auction ends."""

    auction: AuctionFacts
    outside: OutsideFacts | None = None


class IndicativePriceChanged(OfBook):
    """What an auction would come to as of a record; null and nothing while no orders cross."""

    auction_id: str
    kind: AuctionKindField
    ends_at_ms: int | None
    is_halt: bool = False
    indicative_price_ticks: int | None
    indicative_lots: int
    surplus_lots: int


class AuctionUncrossed(OfBook):
    """An auction ends: at which price how much trades, and what the market is behind it."""

    command_id: str
    auction_id: str
    price_ticks: int | None
    quantity_lots: int
    surplus_lots: int
    then: StateField
    reason: str
    by: str | None = None


class MarketHalted(MarketStateChanged):
    """A market takes cancels only, or nothing, or gathers orders as its price would go too far."""

    auction: AuctionFacts | None = None
    outside: OutsideFacts | None = None
    clears: bool = Field(default=False, description="Every order in the book is cancelled.")


class MarketDelisted(MarketStateChanged):
    """A market trades no more, for good; every order in it is cancelled."""

    clears: bool = Field(default=True, description="Every order in the book is cancelled.")


class MarketResumed(MarketStateChanged):
    """A market takes orders again."""


class OptionSettled(OfBook):
    """An option has ended, at a price of its underlying."""

    command_id: str
    price_minor: int = Field(description="Of one unit of the underlying, quote minor units.")
    payoff_ticks: int = Field(description="What one unit pays, in ticks of the option.")
    reason: str
    by: str


class MarkPriceUpdated(OfBook):
    """A book took an index price as its mark."""

    command_id: str
    price_ticks: int
    source: str
    observed_at_ms: int
    basis_ticks: int | None = Field(
        default=None, description="How far a perpetual's book was from it, if it had a middle."
    )


class FundingSet(OfBook):
    """A perpetual is funded for a time, at a rate; or not, for a reason."""

    command_id: str
    funding_at_ms: int
    rate_millionths: int | None = Field(
        default=None, description="Of a position's worth; who is long pays where it is positive."
    )
    mark_price_ticks: int | None = None
    index_price_ticks: int | None = None
    reason: str | None = Field(default=None, description="Why nobody is funded.")


class FeedStopped(Contract):
    """A service outside told no usable index price, and is left alone for a while."""

    symbol: Symbol
    source: PriceSource
    failures: int = Field(description="In a row.")
    reason: str
    since: Timestamp
    until: Timestamp


class FeedResumed(Contract):
    """A service outside tells index prices again."""

    symbol: Symbol
    source: PriceSource
    at: Timestamp
