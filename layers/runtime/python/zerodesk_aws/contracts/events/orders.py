"""``zerodesk.orders``: what became of an order, told by its book or to its partner."""

from typing import Literal

from pydantic import Field

from zerodesk_aws.contracts.events.book import OfBook
from zerodesk_aws.contracts.fields import (
    AccountId,
    Contract,
    OrderId,
    Partner,
    SideField,
    Timestamp,
    TriggerField,
)
from zerodesk_aws.contracts.orders import Order, Rejection
from zerodesk_aws.contracts.problems import Problem


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
