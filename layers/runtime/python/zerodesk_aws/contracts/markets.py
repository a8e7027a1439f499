"""Markets: their listing, their book, their trades."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from zerodesk.instruments import AuctionKind, Product, TradingState
from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    MISSING,
    Amount,
    Contract,
    Currency,
    NotNegativeDecimal,
    PositiveDecimal,
    PriceSource,
    ReadTime,
    ShortText,
    SideField,
    Symbol,
    Timestamp,
    refusal,
)
from zerodesk_aws.contracts.paging import DEFAULT_PAGE, Cursor, Limit, count_up_to, counted

MAX_LEVELS: Final = 100
DEFAULT_LEVELS: Final = 20


MAX_AUCTION_SECONDS: Final = 24 * 60 * 60
AuctionKindField = Annotated[AuctionKind, Field(strict=False)]
AuctionSeconds = Annotated[
    int,
    count_up_to(MAX_AUCTION_SECONDS),
    counted(MAX_AUCTION_SECONDS, "How long the auction lasts; until it is ended where absent."),
]


class PriceBand(Contract):
    """How far the price may move within a window before the market stops for an auction.

    It counts from the last auction's price, or the last trade's that is older than the window.
    """

    bps: int = Field(description="Basis points on either side.")
    window_seconds: int
    auction_seconds: int = Field(description="How long the auction lasts where it would go beyond.")


class MarginTier(Contract):
    """The margin of the part of a position's worth that lies above ``from_notional``."""

    from_notional: NotNegativeDecimal = Field(description="Quote units; the first tier is from 0.")
    initial_bps: int = Field(description="To open, basis points; at least the collar.")
    maintenance_bps: int = Field(description="To keep.")


class MarginTierShown(Contract):
    """A tier of margin as its market has it."""

    from_notional: Amount
    initial_bps: int
    maintenance_bps: int


STALE_MEANS: Final = (
    "How old the index price may be before the market takes cancels only; it opens again with a "
    "fresh one, by an auction where it has a band. "
)


FREE_VOLUME_MEANS: Final = (
    "Of a derivative: the share of what it trades in a day beyond which a position needs more "
    "margin, basis points. "
)


class ListMarket(Contract):
    """A market to list. Rates are basis points.

    A symbol that ends in PERP is a perpetual's: it is settled in ``quote``, and has ``margin``. An
    option's says its underlying, its day of expiry (08:00 UTC), its strike in units of ``quote``,
    and call or put; a lot is a right to so much of the underlying.
    """

    symbol: Symbol
    base: Currency
    quote: Currency
    tick_size: PositiveDecimal
    lot_size: PositiveDecimal
    min_notional: NotNegativeDecimal
    max_quantity: PositiveDecimal
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: PositiveDecimal = Field(description="The mark until there is a better one.")
    band: PriceBand | None = Field(default=None, description="Null: the price moves as it likes.")
    margin: list[MarginTier] = Field(
        default_factory=list, description="Of a perpetual, rising tiers; none of any other market."
    )
    stale_after_seconds: int | None = Field(
        default=None, description=STALE_MEANS + "Null: as old as it likes."
    )
    free_volume_bps: int | None = Field(
        default=None, description=FREE_VOLUME_MEANS + "Null: however large it is."
    )


class Auction(Contract):
    """An auction that is held, and what it would come to if it ended now."""

    auction_id: str
    kind: AuctionKindField
    ends_at: Timestamp | None = Field(description="Null where it lasts until it is ended.")
    indicative_price: Amount | None = Field(description="Null while no orders cross.")
    indicative_quantity: Amount
    surplus: Amount = Field(
        description="What buyers would be left over with; negative where sellers would."
    )


class Option(Contract):
    """What an option is a right to; it is settled in cash when it expires."""

    underlying: Symbol = Field(description="The market by whose index price it is settled.")
    option_type: Literal["call", "put"]
    strike: Amount = Field(description="Quote units.")
    expires_at: Timestamp


class Market(Contract):
    """A listed market and where it stands. Rates are basis points."""

    symbol: Symbol
    product: Annotated[Product, Field(strict=False)]
    base: Currency = Field(description="Of a derivative, its underlying; none of it moves.")
    quote: Currency
    tick_size: Amount
    lot_size: Amount
    min_notional: Amount
    max_quantity: Amount
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price: Amount
    band: PriceBand | None
    margin: list[MarginTierShown] = Field(description="Of a perpetual; empty of any other.")
    option: Option | None = Field(description="Null of any other market.")
    stale_after_seconds: int | None = Field(description=STALE_MEANS + "Null: as old as it likes.")
    free_volume_bps: int | None = Field(
        description=FREE_VOLUME_MEANS + "Null: however large it is."
    )
    state: Annotated[TradingState, Field(strict=False)]
    state_reason: str = Field(description="Why it is in this state; empty where nobody said.")
    state_by: str = Field(
        description="By whose word: an operator's account, or a part of the venue: band, mark, "
        "time, reconciliation. Empty where that is not known."
    )
    state_since: Timestamp | None = Field(description="Null where that is not known.")
    mark_price: Amount | None = Field(
        description="The latest index price, else the last trade's, else the reference price."
    )
    last_price: Amount | None
    auction: Auction | None = Field(description="Null while the market holds none.")


class SetTradingState(Contract):
    """What a market is to accept from now on, and why.

    An auction is of a kind, which says what comes after it. OPEN ends one; any stop breaks it off.
    """

    state: Annotated[TradingState, Field(strict=False)]
    reason: ShortText
    auction: AuctionKindField | None = None
    auction_seconds: AuctionSeconds | None = None

    @model_validator(mode="after")
    def _is_not_for_good(self) -> Self:
        if self.state is TradingState.DELISTED:
            raise refusal(BAD_VALUE, "not DELISTED: a delisting is a request of its own", "state")
        return self

    @model_validator(mode="after")
    def _only_an_auction_is_of_a_kind(self) -> Self:
        if self.state is TradingState.AUCTION and self.auction is None:
            raise refusal(MISSING, " or ".join(AuctionKind), "auction")
        for name in ("auction", "auction_seconds"):
            if self.state is not TradingState.AUCTION and getattr(self, name) is not None:
                raise refusal(BAD_VALUE, "absent where the state is not AUCTION", name)
        return self


class Delist(Contract):
    """Why a market is to trade no more."""

    reason: ShortText


class SettleOption(Contract):
    """By which price of its underlying an option that has expired ends, and why."""

    price: PositiveDecimal = Field(description="Quote units.")
    reason: ShortText


class ChangeMarket(Contract):
    """Other terms of a market, and why; what is left out stays. Tick and lot stay for good."""

    reason: ShortText
    min_notional: NotNegativeDecimal | None = None
    max_quantity: PositiveDecimal | None = None
    maker_bps: int | None = None
    taker_bps: int | None = None
    collar_bps: int | None = None
    band: PriceBand | None = Field(
        default=None, description="Null takes the band away; left out, it stays."
    )
    stale_after_seconds: int | None = Field(
        default=None, description=STALE_MEANS + "Null takes the bound away; left out, it stays."
    )
    free_volume_bps: int | None = Field(
        default=None,
        description=FREE_VOLUME_MEANS + "Null takes the bound away; left out, it stays.",
    )


class EndAuction(Contract):
    """Why an auction is to end now."""

    reason: ShortText


class AskTakeover(Contract):
    """Why the region of this API is to become a book's home."""

    reason: ShortText


class TakeoverAsked(Contract):
    """The region was told to take a book over."""

    symbol: Symbol
    from_epoch: int = Field(description="The epoch that ends, if nobody was there before.")


class Markets(Contract):
    """Every market, by symbol."""

    markets: list[Market]


class AskDepth(Contract):
    """How much of the book to show."""

    levels: Annotated[int, count_up_to(MAX_LEVELS), counted(MAX_LEVELS, "Prices per side.")] = (
        DEFAULT_LEVELS
    )


Level = tuple[Amount, Amount, int]
"""(price, quantity, number of orders)."""


class Depth(Contract):
    """The best prices of a book, best first, each as [price, quantity, orders]."""

    symbol: Symbol
    book_sequence: int
    bids: list[Level]
    asks: list[Level]


class Ticker(Contract):
    """A market's last 24 hours, counted in whole minutes, and its best prices."""

    symbol: Symbol
    last_price: Amount | None
    mark_price: Amount | None
    best_bid: Amount | None
    best_ask: Amount | None
    open_24h: Amount | None
    high_24h: Amount | None
    low_24h: Amount | None
    volume_24h: Amount = Field(description="Base units.")
    quote_volume_24h: Amount = Field(description="Quote units.")
    trades_24h: int
    book_sequence: int
    at: Timestamp


class Funding(Contract):
    """A funding of a perpetual: what who was long paid to who was short, where it is positive."""

    funding_at: Timestamp
    rate: Amount | None = Field(
        description="A share of a position's worth at the mark. Null where nobody was funded, as "
        "there was no fresh index price."
    )
    mark_price: Amount | None
    index_price: Amount | None


class Fundings(Contract):
    """The latest fundings of a perpetual, of three days, newest first, and when the next one is."""

    symbol: Symbol
    next_funding_at: Timestamp
    fundings: list[Funding]


class ListTrades(Contract):
    """Which trades to list."""

    limit: Limit = DEFAULT_PAGE
    cursor: Cursor | None = None


class Trade(Contract):
    """A trade as everybody sees it."""

    trade_id: str = Field(examples=["BTC-USD-42"])
    price: Amount
    quantity: Amount
    taker_side: SideField
    executed_at: Timestamp


class TradePage(Contract):
    """Trades, newest first. A page may be short; the list ends where next_cursor is null."""

    trades: list[Trade]
    next_cursor: str | None


class ReportIndexPrice(Contract):
    """An index price that an outside source observed."""

    source: PriceSource
    price: PositiveDecimal = Field(description="Quote units; taken to the nearest tick.")
    observed_at: ReadTime


class IndexPrice(Contract):
    """An index price on its way to the book."""

    command_id: str
    symbol: Symbol
    source: PriceSource
    price: Amount
    observed_at: Timestamp


class Health(Contract):
    """That the API answers and can read its tables."""

    status: Literal["ok"]
    version: str
    markets: int
    at: Timestamp
