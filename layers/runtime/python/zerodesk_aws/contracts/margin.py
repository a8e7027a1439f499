"""What an order, or a whole portfolio, would need as margin, and why."""

from decimal import Decimal
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    MISSING,
    Amount,
    Contract,
    Currency,
    NotNegativeDecimal,
    PositiveDecimal,
    ReadTime,
    SideField,
    SignedDecimal,
    refusal,
)

MAX_LEGS: Final = 50
MAX_COLLATERAL: Final = 20
MAX_VOLATILITY: Final = 10
MAX_SHARE_BPS: Final = 100_000


class PreviewLeg(Contract):
    """A position in an instrument, what open orders may still buy and sell, base units."""

    type: Literal["SPOT", "PERPETUAL", "CALL", "PUT"]
    quantity: SignedDecimal = Field(default=Decimal(0), description="Short is negative.")
    buy: NotNegativeDecimal = Field(default=Decimal(0), description="Of open orders.")
    sell: NotNegativeDecimal = Field(default=Decimal(0), description="Of open orders.")
    strike: PositiveDecimal | None = None
    expires_at: ReadTime | None = None
    volatility: PositiveDecimal | None = Field(
        default=None, description=f"A year's, as a share: 0.6; at most {MAX_VOLATILITY}."
    )
    day_volume: NotNegativeDecimal | None = Field(
        default=None, description="What its market trades in a day; null for no add-on."
    )

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        for name in ("strike", "expires_at", "volatility"):
            given = getattr(self, name) is not None
            if self.type in ("CALL", "PUT") and not given:
                raise refusal(MISSING, "required for an option", name)
            if self.type not in ("CALL", "PUT") and given:
                raise refusal(BAD_VALUE, "absent, unless it is an option", name)
        if self.volatility is not None and self.volatility > MAX_VOLATILITY:
            raise refusal(BAD_VALUE, f"at most {MAX_VOLATILITY}", "volatility")
        return self


class PreviewOrder(Contract):
    """An order on top of a portfolio: of one of its legs, by its place from 0."""

    leg: int = Field(ge=0, lt=MAX_LEGS, description="The place of a leg, from 0.")
    side: SideField
    quantity: PositiveDecimal


class PreviewCollateral(Contract):
    """Money that is to cover it: an amount, its price in the currency, its haircut."""

    currency: Currency
    amount: NotNegativeDecimal
    price: PositiveDecimal = Decimal(1)
    haircut_bps: int = Field(default=0, ge=0, le=10_000, description="0 to 10000.")


class PreviewMargin(Contract):
    """A portfolio over one underlying, and perhaps an order on top of it."""

    currency: Currency = Field(description="In which it is settled, such as USD.")
    mark_price: PositiveDecimal = Field(description="Of the underlying.")
    at: ReadTime = Field(description="The time of valuation.")
    legs: list[PreviewLeg] = Field(
        min_length=1, max_length=MAX_LEGS, description=f"1 to {MAX_LEGS} legs."
    )
    order: PreviewOrder | None = None
    collateral: list[PreviewCollateral] = Field(
        default_factory=list, max_length=MAX_COLLATERAL, description=f"{MAX_COLLATERAL} at most."
    )
    lot_size: PositiveDecimal = Decimal("0.0001")
    price_range_bps: int = Field(
        default=1_500, ge=1, le=9_999, description="1 to 9999: how far a price moves."
    )
    volatility_range_bps: int = Field(
        default=2_500, ge=0, le=9_999, description="0 to 9999: how far a volatility moves."
    )
    maintenance_bps: int = Field(
        default=8_000, ge=1, le=10_000, description="1 to 10000, of the initial margin."
    )
    intermonth: NotNegativeDecimal | None = Field(
        default=None,
        description="For each unit of delta in one expiry offset by another; null for the venue's, "
        "1 % of mark_price.",
    )
    short_minimum: NotNegativeDecimal | None = Field(
        default=None,
        description="For each unit of short options, at least; null for the venue's, 5 % of "
        "mark_price.",
    )
    free_volume_bps: int = Field(
        default=1_000,
        ge=0,
        le=MAX_SHARE_BPS,
        description=f"0 to {MAX_SHARE_BPS}, of a day's volume: beyond it is concentrated.",
    )
    concentration_bps: int = Field(
        default=0,
        ge=0,
        le=MAX_SHARE_BPS,
        description=f"0 to {MAX_SHARE_BPS}, of the worst loss of what is beyond.",
    )


class PreviewScenario(Contract):
    """One scenario: moves in shares of the ranges, what counts of it, and what it makes."""

    price: float
    volatility: float
    weight: float
    profit: Amount
    order_loss: Amount = Field(description="What open orders could lose beyond.")


class MarginParts(Contract):
    """What a portfolio needs, and the parts that it is made of, in the currency's units."""

    scan: Amount = Field(description="The largest loss of a scenario, orders at their worst.")
    worst_scenario: int = Field(description="Its place among the scenarios, from 0.")
    intermonth: Amount
    short_minimum: Amount
    concentration: Amount
    initial: Amount = Field(
        description="The larger of scan and intermonth, and of short_minimum; and concentration."
    )
    maintenance: Amount
    option_value: Amount
    scenarios: list[PreviewScenario]


class MarginPreview(Contract):
    """What it would need, and whether the collateral covers it."""

    before: MarginParts = Field(description="Without the order.")
    after: MarginParts = Field(description="With it; the same where there is none.")
    needed: Amount = Field(description="What the order adds to the initial margin.")
    collateral: Amount = Field(description="After haircuts.")
    have: Amount = Field(description="Collateral and option value, against initial margin.")
    covered: bool
