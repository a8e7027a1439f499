"""Margin as it stands: what an account has against what its derivatives need."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from zerodesk.money import MAX_EXACT
from zerodesk_aws.contracts.fields import (
    BAD_NUMBER,
    AccountId,
    Amount,
    Contract,
    Currency,
    PositiveDecimal,
    Reason,
    SideField,
    SignedDecimal,
    Symbol,
    Timestamp,
    refusal,
)


class MarginCallView(Contract):
    """The level at which the account was last called, and has not left since."""

    level: str = Field(description="Of maintenance.", examples=["1.5"])
    equity: Amount = Field(description="When it was called.")
    maintenance: Amount = Field(description="When it was called.")
    since: Timestamp


class CurrencyMargin(Contract):
    """What an account has and needs of one currency, at the marks; or its isolated position."""

    currency: Currency
    isolated: Symbol | None = Field(description="Whose pot and need it is; null of all others.")
    equity: Amount = Field(description="What is free, and what closing at the marks would bring.")
    initial: Amount = Field(description="Needed to open more, every open order filled.")
    maintenance: Amount = Field(description="Below this the account is liquidated.")
    ratio: str | None = Field(
        description="Equity over maintenance, rounded down; null where nothing is open.",
        examples=["1.4321"],
    )
    call: MarginCallView | None


class StaleMark(Contract):
    """A mark that is missing or too old: what hangs on it is not guessed."""

    symbol: Symbol
    since: Annotated[Timestamp | None, Field(description="Null where there never was one.")]


class LiquidationView(Contract):
    """A liquidation that is under way: no order of the account is taken but the venue's."""

    number: int = Field(description="The record of the account's journal that began it.")
    since: Timestamp
    steps: int = Field(description="Orders that the venue has placed to reduce the account.")


class SetLiquidation(Contract):
    """Whether the venue may liquidate an account. Not: one that is under way ends, too."""

    is_allowed: bool
    reason: Reason


class Spared(Contract):
    """Whether the venue may liquidate an account, and who said so last."""

    account_id: AccountId
    is_allowed: bool
    author: str
    reason: str
    since: Timestamp


class PreviewOrderMargin(Contract):
    """An order of a derivative, on top of what an account holds; nothing is placed."""

    symbol: Symbol
    side: SideField
    quantity: PositiveDecimal
    price: PositiveDecimal | None = Field(
        default=None, description="At which its fee is counted; null for the mark."
    )
    reduce_only: bool = False


class InstrumentNeed(Contract):
    """What an instrument needs by itself, with every open order filled."""

    symbol: Symbol
    quantity: Amount = Field(description="Short is negative.")
    buy: Amount = Field(description="Of open orders, with the one that is asked about.")
    sell: Amount
    alone: Amount


class OrderMarginPreview(Contract):
    """What an order would need on top of what an account holds, in the currency's units."""

    account_id: AccountId
    account_sequence: int = Field(description="The record on which this was decided.")
    at: Timestamp
    currency: Currency
    isolated: Symbol | None = Field(description="The position's own, where it is held apart.")
    equity: Amount = Field(description="What is free, or in the pot, and the unrealised.")
    before: Amount = Field(description="Initial margin without the order.")
    after: Amount = Field(description="And with it, every open order filled.")
    needed: Amount = Field(description="What it adds; negative where it takes away.")
    held: Amount = Field(description="Its fee at the listing's rate, which is held.")
    moved: Amount = Field(description="What it would move out of what is free into the pot.")
    needs: list[InstrumentNeed] = Field(
        description="Why: each by itself. Those of one underlying need no more than their sum."
    )
    covered: bool = Field(description="Whether equity and what is free cover it.")
    reason: str | None = Field(description="Why not, as the risk check would say it.")


class SetIsolated(Contract):
    """Whether a perpetual's position is held apart, against its own pot; not: with all others."""

    is_isolated: bool


class MoveMargin(Contract):
    """Money to move into the pot of an isolated position, or out of it, once."""

    number: int = Field(
        ge=1, le=MAX_EXACT, description="The one after the latest move, ``moves`` of the pot."
    )
    amount: SignedDecimal = Field(description="Out of the pot is negative.")

    @field_validator("amount")
    @classmethod
    def _moves_something(cls, amount: Decimal) -> Decimal:
        if not amount:
            raise refusal(BAD_NUMBER, "not zero")
        return amount


class IsolatedMargin(Contract):
    """A perpetual whose position an account holds apart, or with all others."""

    symbol: Symbol
    is_isolated: bool
    currency: Currency
    margin: Amount = Field(description="In the pot, without what closing at the mark would bring.")
    moves: int = Field(description="The number of the latest move; the next has the one after it.")
    liquidation: LiquidationView | None = Field(description="Of this position alone.")
    account_sequence: int


class MarginStatus(Contract):
    """The margin of an account as it stands; with stale marks, of no currency."""

    account_id: AccountId
    account_sequence: int
    at: Timestamp
    margins: list[CurrencyMargin] = Field(
        description="By currency, then those of isolated positions by symbol."
    )
    isolated: list[IsolatedMargin]
    stale: list[StaleMark]
    liquidation: LiquidationView | None
    spared: Spared | None = Field(description="Null where the venue may liquidate the account.")
