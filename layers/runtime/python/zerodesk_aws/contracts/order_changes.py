"""What changes orders, or places several: requests beside the single order, and their answers.

Most orders are placed and cancelled one by one: a function that takes them imports this with the
first request for anything else.
"""

from typing import Final, Literal, Self

from pydantic import ConfigDict, Field, SkipValidation, model_validator

from zerodesk_aws.contracts import problems
from zerodesk_aws.contracts.fields import (
    MISSING,
    AmendId,
    CancelId,
    Contract,
    PositiveDecimal,
    Symbol,
    Timestamp,
    refusal,
)
from zerodesk_aws.contracts.orders import Order, PlaceOrder, Rejection

MAX_SWITCH_SECONDS: Final = 86_400
MAX_BATCH: Final = 20
"""Orders in one request: their gate items and workflows begin one after the other, within the time
that the answer has."""


class AmendOrder(Contract):
    """How an order that rests is to change. The same ``amend_id`` and body again is the same amend.

    What is left out stays. A smaller quantity keeps the order's place in its queue; with anything
    else it comes in as if it were new.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amend_id": "my-first-amend", "quantity": "0.4", "price": "60010"}]
        }
    )

    amend_id: AmendId
    quantity: PositiveDecimal | None = Field(
        default=None, description="The whole order's, what is filled included; base units."
    )
    price: PositiveDecimal | None = Field(default=None, description="The limit; quote units.")

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if self.quantity is None and self.price is None:
            raise refusal(MISSING, "required, unless there is a price", "quantity")
        return self


class AmendedOrder(Contract):
    """What became of an amend, and the order as it stands."""

    amend_id: AmendId
    status: Literal["PENDING", "DONE", "REJECTED"]
    rejection: Rejection | None = Field(description="Why the order stays as it was, if it does.")
    order: Order


class PlaceOrders(Contract):
    """Several orders, each to be placed as if it came alone, in this order."""

    orders: list[SkipValidation[PlaceOrder]] = Field(
        min_length=1, max_length=MAX_BATCH, description=f"1 to {MAX_BATCH} orders"
    )


class PlacedOrder(Contract):
    """What became of one order of several: the order, or the problem that it was refused with."""

    status: int = Field(description="The status with which the order would have been answered.")
    order: Order | None = None
    problem: problems.Problem | None = None


class PlacedOrders(Contract):
    """What became of each order, in the order in which they were asked for."""

    results: list[PlacedOrder]


class ReplaceOrder(Contract):
    """An order in place of another one of its market, which is cancelled first."""

    order: PlaceOrder
    mode: Literal["STOP_ON_FAILURE", "ALLOW_FAILURE"] = Field(
        default="STOP_ON_FAILURE",
        description="What comes of the order where the other one has ended otherwise: nothing, or "
        "it is placed all the same.",
    )


class ReplacedOrder(Contract):
    """The order that was to be cancelled, as it ended, and the one that was placed."""

    cancelled: Order = Field(description="CANCELLED, unless the mode allows otherwise.")
    order: Order


class CancelOrders(Contract):
    """Which orders to cancel: all that are held for now, of one market or of every one.

    The same ``cancel_id`` and market again is the same cancel: what was placed since lives.
    """

    cancel_id: CancelId
    symbol: Symbol | None = None


class CancelledOrders(Contract):
    """What a cancel of many named, each order as it stands."""

    cancel_id: CancelId
    symbol: Symbol | None
    status: Literal["PENDING", "DONE"] = Field(description="DONE: each of the orders is final.")
    account_sequence: int = Field(
        description="The record of the account's journal as of which its orders were named."
    )
    orders: list[Order] = Field(description="FILLED and the like: it ended before the cancel came.")


class CancelAfter(Contract):
    """When to cancel all orders of an account unless it asks again before: a dead man's switch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seconds": 120}]})

    seconds: int = Field(
        ge=0,
        le=MAX_SWITCH_SECONDS,
        description=f"0 to {MAX_SWITCH_SECONDS} from now; 0 switches it off",
    )
    symbol: Symbol | None = Field(default=None, description="Of this market; of all without it.")


class CancelsAfter(Contract):
    """What a dead man's switch is set to."""

    symbol: Symbol | None
    cancels_at: Timestamp | None = Field(
        description="When all orders are cancelled, up to a minute and a half later; null: never."
    )
    fired: bool = Field(
        description="Whether the time before was up by now: what was held has been cancelled."
    )
