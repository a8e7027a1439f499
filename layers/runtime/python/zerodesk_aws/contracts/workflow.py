"""What travels through the order workflow and into the queue. For schemas and tests.

The functions of the workflow trust one another and read plain dictionaries: a second validation at
each step would cost its cold start and find nothing. A test holds their payloads to these classes.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.orders import MAX_OTHERS
from zerodesk.rejections import RejectionCode
from zerodesk_aws.contracts.events.markets import (
    AuctionKindField,
    BandFacts,
    ListingFacts,
    StateField,
)
from zerodesk_aws.contracts.fields import (
    AccountId,
    AmendId,
    ClientOrderId,
    Contract,
    Currency,
    OrderId,
    OrderTypeField,
    PlainSchema,
    SelfTradeField,
    SideField,
    Symbol,
    TimeInForceField,
    TriggerField,
)

NamedOrder = Annotated[
    list[OrderId | int],
    Field(min_length=2, max_length=2, description="The order, and when it was accepted, in ms."),
]
CommandIdOfAmend = Annotated[str, Field(pattern="^a[a-z2-7]{26}$")]


class SpecialTerms(Contract):
    """The terms that most orders have not. One that an order has not is not there."""

    self_trade: SelfTradeField | None = None
    min_quantity_lots: int | None = None
    display_lots: int | None = None
    slides: bool | None = None
    trigger: TriggerField | None = None
    trigger_ticks: int | None = Field(default=None, description="With a trigger only.")
    trail_ticks: int | None = None
    trail_bps: int | None = None
    expires_at_ms: int | None = Field(default=None, description="Of a GTD or a DAY order.")
    reduce_only: bool | None = None
    amount_minor: int | None = Field(
        default=None, description="What a market order trades for in place of a quantity."
    )
    stop_ticks: int | None = Field(default=None, description="Of a limit with a stop beside it.")
    stop_limit_ticks: int | None = None
    stop_rests: bool | None = None
    after: OrderId | None = Field(default=None, description="Of an order that follows another.")


class StoredOrder(SpecialTerms):
    """An order as intake recorded it; the workflow's input."""

    account_id: AccountId
    order_id: OrderId
    client_order_id: ClientOrderId
    symbol: Symbol
    side: SideField
    type: OrderTypeField
    price_ticks: int | None = Field(description="Null for a market order.")
    quantity_lots: int | None = Field(
        default=None, description="Not there where the order names an amount."
    )
    time_in_force: TimeInForceField
    post_only: bool
    accepted_at_ms: int
    then: "StoredOrder | None" = Field(default=None, description="The order that follows it.")


class Changes(Contract):
    """What an amend changes; what it leaves is not there."""

    price_ticks: int | None = None
    quantity_lots: int | None = None


class StoredAmend(Contract):
    """An amend as intake recorded it; the workflow's input.

    The price and the quantity are those that the order is to have, be they changed or not.
    """

    kind: Literal["amend"]
    command_id: CommandIdOfAmend
    amend_id: AmendId
    account_id: AccountId
    order_id: OrderId
    symbol: Symbol
    side: SideField
    price_ticks: int
    quantity_lots: int
    changes: Changes
    may_need_more: bool = Field(
        description="Than its order holds. If not, nothing is held, and only the book refuses it."
    )
    post_only: bool
    slides: bool | None = None
    tick_value_minor: int
    delivered_minor: int
    accepted_at_ms: int


class StoredRejection(Contract):
    """A refusal with the numbers that decided; those that played no part are left out."""

    code: Annotated[RejectionCode, Field(strict=False)]
    detail: str
    have: str | None = None
    need: str | None = None
    limit: str | None = None


class OptionRisk(Contract):
    """An option as it was marked, off one surface: amounts of one lot."""

    surface_version: int
    marked_at_ms: int = Field(description="When the mark of the underlying was observed.")
    mark_price_ticks: int
    profit_minor: list[int] = Field(description="The risk array: what a lot makes by scenario.")
    delta_millionths: int
    underlying_minor: int


class Quote(Contract):
    """What an order can cost: worst price, worst cost, fees."""

    mark_price_ticks: int
    collar_low_ticks: int
    collar_high_ticks: int
    worst_price_ticks: int
    need_currency: Currency
    need_minor: int
    estimated_fee_minor: int
    maker_bps: int
    taker_bps: int
    amount_minor: int | None = Field(default=None, description="Of an order that names one.")
    most_lots: int | None = Field(default=None, description="Of an order that names an amount.")
    stop_limit_ticks: int | None = Field(default=None, description="Of a limit with a stop.")
    option: OptionRisk | None = Field(default=None, description="Of an option.")
    worth_minor: int | None = Field(default=None, description="What the fee is of, at worst.")


class OrderPriced(Contract):
    """What pricing answers: a quote, or why there is none."""

    verdict: Literal["PRICED", "REFUSED"]
    quote: Quote | None = None
    then: Quote | None = Field(default=None, description="Of the order that follows.")
    gets_minor: int | None = Field(
        default=None, description="What the first of two gets at its worst price, before its fee."
    )
    rejection: StoredRejection | None = None


class PlaceCommand(SpecialTerms):
    """An order on its way to its book, with its hold."""

    kind: Literal["place"]
    command_id: OrderId
    account_id: AccountId
    symbol: Symbol
    side: SideField
    type: OrderTypeField
    price_ticks: int = Field(description="The limit, or the collar's end for a market order.")
    quantity_lots: int
    time_in_force: TimeInForceField
    post_only: bool
    maker_bps: int
    taker_bps: int
    held_minor: int
    accepted_at_ms: int
    then: "PlaceCommand | None" = Field(default=None, description="The order that follows it.")


class AmendCommand(Changes):
    """A wish to change an order that rests, with what it needs beyond the order's hold."""

    kind: Literal["amend"]
    command_id: CommandIdOfAmend
    account_id: AccountId
    symbol: Symbol
    order_id: OrderId
    post_only: bool
    slides: bool | None = None
    refused: StoredRejection | None = Field(
        default=None, description="By pricing, where nothing is held: the book says it."
    )
    held_minor: int
    accepted_at_ms: int


class RiskDecided(Contract):
    """What risk_check answers: the command for the book, a refusal, or that all is done already."""

    verdict: Literal["HELD", "REJECTED", "DONE"]
    command: PlaceCommand | AmendCommand | None = None
    rejection: StoredRejection | None = None


class CancelCommand(Contract):
    """A wish to take an order out of its book."""

    kind: Literal["cancel"]
    command_id: Annotated[str, Field(pattern="^c[a-z2-7]{26}$")]
    account_id: AccountId
    symbol: Symbol
    order_id: OrderId
    accepted_at_ms: int


class CancelAllCommand(Contract):
    """A wish to take every order out of a book that its account held by a record of its journal."""

    kind: Literal["cancel_all"]
    command_id: Annotated[str, Field(pattern="^m[a-z2-7]{26}$")]
    account_id: AccountId
    symbol: Symbol
    account_sequence: int
    orders: list[NamedOrder] = Field(max_length=MAX_OPEN_ORDERS)
    accepted_at_ms: int


Named = Annotated[
    list[AccountId | int],
    Field(min_length=2, max_length=2, description="An account, and the lots it gives up at most."),
]


class DeleverageCommand(Contract):
    """A position that others take over from an account at a price, past the queue."""

    kind: Literal["deleverage"]
    command_id: OrderId
    account_id: AccountId
    symbol: Symbol
    price_ticks: int
    others: list[Named] = Field(max_length=MAX_OTHERS)
    marked_until_ms: int = Field(
        description="Later than of this time the book's mark may not be; of an option, its time."
    )
    accepted_at_ms: int


class IndexCommand(Contract):
    """An index price as an outside source reported it."""

    kind: Literal["index"]
    command_id: str
    symbol: Symbol
    price_ticks: int
    source: str
    observed_at_ms: int
    accepted_at_ms: int


class ListCommand(Contract):
    """The first command of every book."""

    kind: Literal["list"]
    command_id: str
    symbol: Symbol
    market: ListingFacts
    accepted_at_ms: int


class SetStateCommand(Contract):
    """A change of what a market accepts."""

    kind: Literal["set_state"]
    command_id: str
    symbol: Symbol
    state: StateField
    reason: str
    accepted_at_ms: int
    auction: AuctionKindField | None = None
    lasts_ms: int | None = None
    by: str | None = None
    clears: bool | None = None


class MarketChanges(Contract):
    """Other terms of a market; what stays is not there."""

    min_notional_minor: int | None = None
    max_quantity_lots: int | None = None
    maker_bps: int | None = None
    taker_bps: int | None = None
    collar_bps: int | None = None
    band: BandFacts | None = None
    stale_after_ms: int | None = None


class ChangeCommand(Contract):
    """Other terms of a market."""

    kind: Literal["change"]
    command_id: str
    symbol: Symbol
    changes: MarketChanges
    reason: str
    by: str
    accepted_at_ms: int


class EndAuctionCommand(Contract):
    """The end of an auction."""

    kind: Literal["end_auction"]
    command_id: str
    symbol: Symbol
    auction_id: str
    reason: str
    accepted_at_ms: int
    by: str | None = None


class ExpireCommand(Contract):
    """A look at the time: orders whose time has come expire by it."""

    kind: Literal["expire"]
    command_id: str
    symbol: Symbol
    accepted_at_ms: int


class FundCommand(Contract):
    """A funding time of a perpetual that has come."""

    kind: Literal["fund"]
    command_id: str
    symbol: Symbol
    funding_at_ms: int
    accepted_at_ms: int


class SettleCommand(Contract):
    """The end of an option, at a price of its underlying."""

    kind: Literal["settle"]
    command_id: str
    symbol: Symbol
    price_minor: int
    first_sequence: int
    last_sequence: int
    reason: str
    by: str
    accepted_at_ms: int


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload: where it travels, and its contract."""

    folder: str
    contract: type[Contract]

    @property
    def name(self) -> str:
        """The payload's name."""
        return self.contract.__name__

    def schema(self) -> dict[str, Any]:
        """Return the payload's JSON schema."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:zerodesk:payload:{self.folder}:{self.name}:v1",
        } | self.contract.model_json_schema(mode="validation", schema_generator=PlainSchema)


PAYLOADS: Final[tuple[Payload, ...]] = (
    Payload("order_workflow", StoredOrder),
    Payload("order_workflow", StoredAmend),
    Payload("order_workflow", OrderPriced),
    Payload("order_workflow", RiskDecided),
    Payload("commands", PlaceCommand),
    Payload("commands", AmendCommand),
    Payload("commands", CancelCommand),
    Payload("commands", CancelAllCommand),
    Payload("commands", IndexCommand),
    Payload("commands", ListCommand),
    Payload("commands", SetStateCommand),
    Payload("commands", ChangeCommand),
    Payload("commands", EndAuctionCommand),
    Payload("commands", ExpireCommand),
    Payload("commands", FundCommand),
    Payload("commands", SettleCommand),
    Payload("commands", DeleverageCommand),
)
