"""What is on the bus, by source and name. Facts in the past tense, in ticks, lots and minor units.

An event wakes somebody up and proves nothing by itself: the truth is in the journal. A change that
a reader of an event could trip over is a new version, beside the old one.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from zerodesk.instruments import AuctionKind, TradingState
from zerodesk_aws.contracts.fields import (
    AccountId,
    ClientOrderId,
    Contract,
    Currency,
    DepositId,
    OrderId,
    Partner,
    PlainSchema,
    PositiveDecimal,
    ReadTime,
    SideField,
    Symbol,
    Timestamp,
    TransferId,
    TriggerField,
    WithdrawalId,
)
from zerodesk_aws.contracts.orders import Order, PlaceOrder, Rejection
from zerodesk_aws.contracts.problems import Problem

AuctionKindField = Annotated[AuctionKind, Field(strict=False)]
StateField = Annotated[TradingState, Field(strict=False)]


class OfBook(Contract):
    """What a record of a book tells: which record, and its time."""

    symbol: Symbol
    book_sequence: int
    at: Timestamp


class OrderOpened(OfBook):
    """An order rests in its book."""

    command_id: OrderId
    order_id: OrderId
    account_id: AccountId
    side: SideField
    price_ticks: int
    quantity_lots: int
    remaining_lots: int


class OrderArmed(OfBook):
    """An order waits in its book for its trigger, or for the order that it follows."""

    command_id: OrderId
    order_id: OrderId
    account_id: AccountId
    side: SideField
    trigger: TriggerField | None = None
    trigger_ticks: int | None = None
    after: OrderId | None = Field(default=None, description="The order that it follows.")
    price_ticks: int = Field(description="The limit, or the collar's end for a market order.")
    quantity_lots: int


class OrderTriggered(OfBook):
    """A trade reached the trigger of an order, or filled the one that it follows: it comes in."""

    command_id: OrderId
    order_id: OrderId
    account_id: AccountId
    trigger_ticks: int | None = None
    after: OrderId | None = Field(default=None, description="The order that it followed.")
    price_ticks: int = Field(description="The limit, or the collar's end for a market order.")


class OrderCancelled(OfBook):
    """An order was taken out of its book, or its cancel came before it did."""

    command_id: str
    order_id: OrderId
    account_id: AccountId
    remaining_lots: int | None = Field(description="Null if the book did not know the order.")
    tombstone_from_ms: int | None = Field(
        default=None, description="Since when a cancel waits for an order that has not come."
    )
    ended_with: OrderId | None = Field(
        default=None, description="The order that it followed, or that followed it, and ended."
    )


class OrderExpired(OfBook):
    """What was left of an order that does not rest, or whose time had come, or that met its own."""

    command_id: str
    order_id: OrderId
    account_id: AccountId
    remaining_lots: int
    expires_at_ms: int | None = Field(default=None, description="Of one whose time had come.")
    at_ms: int | None = Field(default=None, description="Record time when it had come.")
    ended_with: OrderId | None = Field(
        default=None, description="The order that it followed, or that followed it, and ended."
    )


class OrderAmended(OfBook):
    """An order has another quantity or price. Without its priority it comes in anew from here."""

    command_id: str
    order_id: OrderId
    account_id: AccountId
    price_ticks: int
    quantity_lots: int
    remaining_lots: int
    moved_minor: int = Field(description="What was held for the amend and is held for the order.")
    keeps_priority: bool


class AmendRejected(OfBook):
    """A book refused an amend; the order stays as it was."""

    command_id: str
    order_id: OrderId
    account_id: AccountId
    code: str
    rejection: Rejection


class OrderAccepted(Order):
    """The answer to a partner's request: the order as it stands, as the API shows it."""

    account_id: AccountId
    partner: Partner


class OrderRejected(Contract):
    """An order was refused: which stage refused it, and why.

    INTAKE refuses a partner's request by a problem, and nothing is stored. PRICING, RISK and
    MATCHING refuse an order that is stored; what a book refuses names the book's record.
    """

    stage: Literal["INTAKE", "PRICING", "RISK", "MATCHING"]
    code: str
    at: Timestamp
    symbol: str | None = None
    account_id: AccountId | None = None
    order_id: OrderId | None = None
    command_id: str | None = None
    book_sequence: int | None = None
    rejection: Rejection | None = None
    partner: str | None = Field(default=None, description="The source that asked for the order.")
    client_order_id: str | None = None
    problem: Problem | None = None


class TradeFacts(Contract):
    """A trade: who sold what to whom, at what price, and what it cost them.

    In an auction both orders rested, and the buyer's is told as the taker's.
    """

    command_id: str
    auction_id: str | None = None
    trade_id: str
    price_ticks: int
    quantity_lots: int
    maker_order_id: OrderId
    maker_account_id: AccountId
    maker_fee_minor: int
    taker_order_id: OrderId
    taker_account_id: AccountId
    taker_fee_minor: int
    taker_side: SideField
    executed_at_ms: int


class TradesExecuted(OfBook):
    """The trades of one record of a book."""

    trades: list[TradeFacts]


class PositionsDeleveraged(OfBook):
    """A position was taken over at a price, past the queue, by those on its other side.

    ``side`` is what its account did; ``taken`` has who gave up how many lots, in the order of the
    ranking.
    """

    command_id: OrderId
    account_id: AccountId
    side: SideField
    price_ticks: int
    quantity_lots: int
    taken: list[list[str | int]]
    executed_at_ms: int


class SettlementWanted(Contract):
    """A batch held only repeats; whoever decided them may not have lived to tell."""

    symbol: Symbol


class TradeSettled(TradeFacts):
    """A trade is in both accounts."""

    symbol: Symbol
    book_sequence: int


class CurrencyBalance(Contract):
    """What an account has of a currency, in minor units."""

    available_minor: int
    held_minor: int


class PositionChanged(Contract):
    """An account was settled with a book; its balances in the book's two currencies."""

    symbol: Symbol
    account_id: AccountId
    account_sequence: int
    balances: dict[Currency, CurrencyBalance]


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


class FundingPaid(OfBook):
    """An account paid or was paid for a funding time, on what it had open."""

    command_id: str
    account_id: AccountId
    funding_at_ms: int
    rate_millionths: int
    mark_price_ticks: int
    quantity_lots: int = Field(description="Long is positive, short negative.")
    amount_minor: int = Field(description="What it received; negative is what it paid.")


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


class OfFunds(Contract):
    """What happened to an account's money outside of trades."""

    event_id: str = Field(description="The same at every repeat, and no other event's.")
    account_id: AccountId


class MoneyMoved(OfFunds):
    """An amount of a currency, in minor units."""

    currency: Currency
    amount_minor: int


class DepositCredited(MoneyMoved):
    """Money came in from outside, and is free."""

    deposit_id: DepositId
    author: AccountId | None = Field(
        default=None, description="Of a deposit to the insurance fund: by whose word."
    )
    reason: str | None = Field(default=None, description="And why.")


class WithdrawalReserved(MoneyMoved):
    """Money on its way out is held, until it is posted or void."""

    withdrawal_id: WithdrawalId


class WithdrawalPosted(MoneyMoved):
    """Money has left for the outside."""

    withdrawal_id: WithdrawalId


class WithdrawalVoided(MoneyMoved):
    """Money that was reserved is free again."""

    withdrawal_id: WithdrawalId


class TransferSent(MoneyMoved):
    """Money has left an account for another one; it arrives there for certain."""

    transfer_id: TransferId
    to_account_id: AccountId
    reason: str | None = Field(default=None, description="Of a payment by the insurance fund: why.")


class TransferReceived(MoneyMoved):
    """Money has arrived from another account, and is free."""

    transfer_id: TransferId
    from_account_id: AccountId
    reason: str | None = Field(default=None, description="Of a payment by the insurance fund: why.")


class RecordReversed(OfFunds):
    """A record of an account was reversed by a later one of it."""

    sequence: int
    reversal_sequence: int
    reason: str


class OptionSettled(OfBook):
    """An option has ended, at a price of its underlying."""

    command_id: str
    price_minor: int = Field(description="Of one unit of the underlying, quote minor units.")
    payoff_ticks: int = Field(description="What one unit pays, in ticks of the option.")
    reason: str
    by: str


class OptionExercised(OfBook):
    """A position in an option that has ended: a holder's exercised, a writer's assigned, or none.

    It is told by the book; the account has it with its next record for that book.
    """

    command_id: str
    account_id: AccountId
    outcome: Literal["EXERCISED", "ASSIGNED", "EXPIRED"]
    quantity_lots: int = Field(description="Negative of a writer.")
    payoff_ticks: int
    paid_minor: int = Field(description="What the account receives, negative where it pays.")
    at_ms: int


class AccountStopped(Contract):
    """An account has lost a limit of its day: its orders are cancelled, and it may only close."""

    account_id: AccountId
    reason: str
    by: str
    at: Timestamp
    until: Timestamp


class AccountMargin(Contract):
    """What an account has and needs of a currency as of one of its records, minor units.

    Of an ``isolated`` position it is what its pot has, and what it needs by itself.
    """

    account_id: AccountId
    account_sequence: int
    currency: Currency
    equity_minor: int
    initial_minor: int
    maintenance_minor: int
    isolated: Symbol | None = None
    ratio_bps: int | None = Field(description="Equity over maintenance, rounded down.")


class MarginRatiosUpdated(Contract):
    """Accounts that hold an instrument were marked anew; one event tells of up to 200."""

    symbol: Symbol
    mark_price_ticks: int
    marked_at: Timestamp
    margins: list[AccountMargin]


class MarginCalled(Contract):
    """The equity of an account has fallen to a level of what it must keep.

    Of an ``isolated`` position it is what its pot has.
    """

    account_id: AccountId
    currency: Currency
    isolated: Symbol | None = None
    level_bps: int
    equity_minor: int
    maintenance_minor: int
    ratio_bps: int
    at: Timestamp


class MarginFigures(Contract):
    """What an account had and needed of a currency when a step was decided, minor units."""

    equity_minor: int
    initial_minor: int
    maintenance_minor: int


class OfLiquidation(Contract):
    """What a record of a liquidation tells; ``number`` is the record that began it.

    ``isolated`` is the position that alone is liquidated, by whose name its margin is told.
    """

    account_id: AccountId
    account_sequence: int
    number: int
    at: Timestamp
    margins: dict[str, MarginFigures]
    isolated: Symbol | None = None


class LiquidationStarted(OfLiquidation):
    """An account fell below its maintenance: it takes no orders, and the venue reduces it."""


class LiquidationStepTaken(OfLiquidation):
    """A liquidation placed an order that reduces the account, or has others take over from it."""

    step: str
    order_id: OrderId | None = None
    symbol: Symbol | None = None
    side: Annotated[SideField | None, Field(default=None)]
    quantity_lots: int | None = None
    price_ticks: int | None = None


class LiquidationInsured(OfLiquidation):
    """The insurance fund was asked for what a liquidated account owes, as far as the fund goes.

    ``TransferReceived`` of the same transfer tells when it has arrived.
    """

    transfer_id: TransferId
    currency: Currency
    amount_minor: int


class LiquidationEnded(OfLiquidation):
    """A liquidation is over, and the account its owner's again."""

    reason: str
    by: str


class ReconciliationBreached(Contract):
    """Reconciliation found something wrong, and has halted the books that it is about."""

    code: str
    subject: str
    detail: str
    sequence: int | None = None
    breach_id: str
    symbols: list[str]
    at: Timestamp


class OrderRequested(PlaceOrder):
    """A partner asks for an order: the body of POST /v1/orders, for the partner's account."""

    client_order_id: ClientOrderId


class IndexPriceObserved(Contract):
    """A price feed observed a price."""

    symbol: Symbol
    price: PositiveDecimal = Field(description="Quote units; taken to the nearest tick.")
    observed_at: ReadTime


@dataclass(frozen=True, slots=True)
class EventContract:
    """One event: its source, the contract of its detail, which names it, and who says it.

    ``source`` is a prefix where it ends in a point, and the folder of the schema is then without.
    """

    source: str
    detail: type[Contract]
    said_by: str
    inbound: bool = False

    @property
    def detail_type(self) -> str:
        """The event's name."""
        return self.detail.__name__

    @property
    def folder(self) -> str:
        """Where the event's schema and sample lie."""
        return self.source.rstrip(".")

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the event's detail."""
        mode: Literal["validation", "serialization"] = (
            "validation" if self.inbound else "serialization"
        )
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:zerodesk:event:{self.folder}:{self.detail_type}:v1",
        } | self.detail.model_json_schema(mode=mode, schema_generator=PlainSchema)


EVENTS: Final[tuple[EventContract, ...]] = (
    EventContract("zerodesk.orders", OrderAccepted, "partner_intake"),
    EventContract("zerodesk.orders", OrderRejected, "matching, partner_intake"),
    EventContract("zerodesk.orders", OrderArmed, "matching"),
    EventContract("zerodesk.orders", OrderTriggered, "matching"),
    EventContract("zerodesk.orders", OrderOpened, "matching"),
    EventContract("zerodesk.orders", OrderCancelled, "matching"),
    EventContract("zerodesk.orders", OrderExpired, "matching"),
    EventContract("zerodesk.orders", OrderAmended, "matching"),
    EventContract("zerodesk.orders", AmendRejected, "matching"),
    EventContract("zerodesk.matching", TradesExecuted, "matching"),
    EventContract("zerodesk.matching", PositionsDeleveraged, "matching"),
    EventContract("zerodesk.matching", SettlementWanted, "matching"),
    EventContract("zerodesk.settlement", TradeSettled, "settlement"),
    EventContract("zerodesk.settlement", PositionChanged, "settlement"),
    EventContract("zerodesk.settlement", OptionExercised, "matching"),
    EventContract("zerodesk.markets", MarketListed, "matching"),
    EventContract("zerodesk.markets", MarketChanged, "matching"),
    EventContract("zerodesk.markets", MarketDelisted, "matching"),
    EventContract("zerodesk.markets", MarketHalted, "matching"),
    EventContract("zerodesk.markets", MarketResumed, "matching"),
    EventContract("zerodesk.markets", AuctionBegan, "matching"),
    EventContract("zerodesk.markets", IndicativePriceChanged, "matching"),
    EventContract("zerodesk.markets", AuctionUncrossed, "matching"),
    EventContract("zerodesk.markets", OptionSettled, "matching"),
    EventContract("zerodesk.markets", MarkPriceUpdated, "matching"),
    EventContract("zerodesk.markets", FundingSet, "matching"),
    EventContract("zerodesk.matching", FundingPaid, "matching"),
    EventContract("zerodesk.funds", DepositCredited, "back_office, sweeper"),
    EventContract("zerodesk.funds", WithdrawalReserved, "funds, back_office, sweeper"),
    EventContract("zerodesk.funds", WithdrawalPosted, "back_office, sweeper"),
    EventContract("zerodesk.funds", WithdrawalVoided, "back_office, sweeper"),
    EventContract("zerodesk.funds", TransferSent, "funds, liquidation, sweeper"),
    EventContract("zerodesk.funds", TransferReceived, "funds, liquidation, sweeper"),
    EventContract("zerodesk.funds", RecordReversed, "back_office, sweeper"),
    EventContract("zerodesk.risk", AccountStopped, "sweeper"),
    EventContract("zerodesk.risk", MarginRatiosUpdated, "risk_monitor"),
    EventContract("zerodesk.risk", MarginCalled, "risk_monitor"),
    EventContract("zerodesk.risk", LiquidationStarted, "liquidation"),
    EventContract("zerodesk.risk", LiquidationStepTaken, "liquidation"),
    EventContract("zerodesk.risk", LiquidationInsured, "liquidation"),
    EventContract("zerodesk.risk", LiquidationEnded, "liquidation"),
    EventContract("zerodesk.reconciliation", ReconciliationBreached, "reconciliation"),
    EventContract("partner.", OrderRequested, "a partner", inbound=True),
    EventContract("prices.", IndexPriceObserved, "a price feed", inbound=True),
)
