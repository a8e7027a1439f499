"""``zerodesk.risk``: accounts that are stopped, short of margin or liquidated."""

from typing import Annotated

from pydantic import Field

from zerodesk_aws.contracts.fields import (
    AccountId,
    Contract,
    Currency,
    OrderId,
    SideField,
    Symbol,
    Timestamp,
    TransferId,
)


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
