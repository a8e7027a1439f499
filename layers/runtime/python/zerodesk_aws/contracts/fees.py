"""Fees: the tiers that an operator sets, and what an account is charged."""

from pydantic import Field

from zerodesk.fee_tiers import MAX_FEE_TIERS
from zerodesk_aws.contracts.fields import (
    AccountId,
    Amount,
    Contract,
    Currency,
    NotNegativeDecimal,
    Reason,
    Symbol,
)


class AskedTier(Contract):
    """The rates from a turnover on."""

    from_turnover: NotNegativeDecimal = Field(
        description="In the quote currency, of 30 days: the present one, UTC, and those before it. "
        "The first tier is from 0."
    )
    maker_bps: int = Field(
        description="Basis points; negative is a rebate, at most what the lowest taker pays."
    )
    taker_bps: int


class SetFees(Contract):
    """Fee tiers of a currency or of a market, which replace those that it had."""

    tiers: list[AskedTier] = Field(
        max_length=MAX_FEE_TIERS,
        description="Ascending; no tier is dearer than the one before. None: what is nearest of "
        "the currency's tiers and the listing's rates holds again.",
    )
    reason: Reason


class FeeTierView(Contract):
    """The rates from a turnover on."""

    from_turnover: Amount
    maker_bps: int
    taker_bps: int


class FeeScheduleView(Contract):
    """The tiers of a currency, for all markets quoted in it, or of one market; who set them why."""

    scope: str = Field(examples=["USD", "BTC-USD"])
    currency: Currency
    tiers: list[FeeTierView]
    author: str
    reason: str


class FeeSchedules(Contract):
    """Every fee schedule, as of a record of control#limits."""

    limits_sequence: int
    schedules: list[FeeScheduleView]


class MarketFees(Contract):
    """What an account's next order in a market is charged."""

    symbol: Symbol
    maker_bps: int
    taker_bps: int
    set_by: str = Field(
        description="A currency or a market, whose tiers hold; or the listing.",
        examples=["USD", "BTC-USD", "listing"],
    )
    tier: int | None = Field(description="Counted from zero; null where the listing's rates hold.")
    next_tier: FeeTierView | None = Field(description="Null where there is no better one.")


class Turnover(Contract):
    """What an account traded of late in all markets that are quoted in a currency."""

    currency: Currency
    turnover: Amount = Field(description="Of 30 days, UTC, the present one included.")


class AccountFees(Contract):
    """What an account is charged, at one record of its journal."""

    account_id: AccountId
    account_sequence: int
    limits_sequence: int
    turnovers: list[Turnover]
    markets: list[MarketFees]
