"""What the API answers about markets, as frozen values.

Prices in quote units, quantities in base units.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from zerodesk.orders import Side


@dataclass(frozen=True, slots=True)
class PriceBand:
    """How far a price may move within a window before its market stops for an auction."""

    bps: int
    window_seconds: int
    auction_seconds: int


@dataclass(frozen=True, slots=True)
class MarginTier:
    """The margin of the part of a position's worth above a notional, basis points."""

    from_notional: Decimal
    initial_bps: int
    maintenance_bps: int


@dataclass(frozen=True, slots=True)
class NewMarket:
    """A market to list. Rates and the collar in basis points.

    One whose symbol ends in PERP is a perpetual, and has ``margin``. An option's says what it is,
    such as BTC-25DEC26-100000-C.
    """

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    max_quantity: Decimal
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: Decimal
    band: PriceBand | None = None
    margin: tuple[MarginTier, ...] = ()
    stale_after_seconds: int | None = None
    free_volume_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Auction:
    """An auction that a market holds, and what it would come to now."""

    auction_id: str
    kind: str
    ends_at: datetime | None
    indicative_price: Decimal | None
    indicative_quantity: Decimal
    surplus: Decimal


@dataclass(frozen=True, slots=True)
class Option:
    """What an option is a right to: settled in cash by the index of its underlying's market."""

    underlying: str
    option_type: str
    strike: Decimal
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """A market: its listing, what it accepts now, its mark and its last trade's price."""

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    max_quantity: Decimal
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: Decimal
    state: str
    mark_price: Decimal | None
    last_price: Decimal | None
    auction: Auction | None = None
    band: PriceBand | None = None
    stale_after_seconds: int | None = None
    free_volume_bps: int | None = None
    state_reason: str = ""
    state_by: str = ""
    state_since: datetime | None = None
    product: str = "SPOT"
    margin: tuple[MarginTier, ...] = ()
    option: Option | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """All that rests at one price."""

    price: Decimal
    quantity: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Depth:
    """The best levels of a book, best first."""

    symbol: str
    book_sequence: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Ticker:
    """A market's last 24 hours."""

    symbol: str
    last_price: Decimal | None
    mark_price: Decimal | None
    best_bid: Decimal | None
    best_ask: Decimal | None
    open_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    volume_24h: Decimal
    quote_volume_24h: Decimal
    trades_24h: int
    book_sequence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as everybody sees it."""

    trade_id: str
    price: Decimal
    quantity: Decimal
    taker_side: Side
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class Funding:
    """A funding of a perpetual; without a rate nobody was funded."""

    funding_at: datetime
    rate: Decimal | None
    mark_price: Decimal | None
    index_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Fundings:
    """The latest fundings of a perpetual, newest first, and when the next one is."""

    symbol: str
    next_funding_at: datetime
    fundings: tuple[Funding, ...]
