"""Every event: its source, its contract and who says it."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from zerodesk_aws.contracts.events.funds import (
    DepositCredited,
    RecordReversed,
    TransferReceived,
    TransferSent,
    WithdrawalPosted,
    WithdrawalReserved,
    WithdrawalVoided,
)
from zerodesk_aws.contracts.events.markets import (
    AuctionBegan,
    AuctionUncrossed,
    FeedResumed,
    FeedStopped,
    FundingSet,
    IndicativePriceChanged,
    MarketChanged,
    MarketDelisted,
    MarketHalted,
    MarketListed,
    MarketResumed,
    MarkPriceUpdated,
    OptionSettled,
)
from zerodesk_aws.contracts.events.matching import (
    FundingPaid,
    PositionsDeleveraged,
    SettlementWanted,
    TradesExecuted,
)
from zerodesk_aws.contracts.events.orders import (
    AmendRejected,
    OrderAccepted,
    OrderAmended,
    OrderArmed,
    OrderCancelled,
    OrderExpired,
    OrderOpened,
    OrderRejected,
    OrderTriggered,
)
from zerodesk_aws.contracts.events.partner import OrderRequested
from zerodesk_aws.contracts.events.prices import IndexPriceObserved
from zerodesk_aws.contracts.events.reconciliation import ReconciliationBreached
from zerodesk_aws.contracts.events.risk import (
    AccountStopped,
    LiquidationEnded,
    LiquidationInsured,
    LiquidationStarted,
    LiquidationStepTaken,
    MarginCalled,
    MarginRatiosUpdated,
)
from zerodesk_aws.contracts.events.settlement import OptionExercised, PositionChanged, TradeSettled
from zerodesk_aws.contracts.fields import Contract, PlainSchema


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
    EventContract("zerodesk.markets", FeedStopped, "price_source"),
    EventContract("zerodesk.markets", FeedResumed, "price_source"),
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
