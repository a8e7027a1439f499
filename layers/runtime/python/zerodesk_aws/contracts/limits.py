"""Limits and positions: what an operator sets, what an account may do and has done."""

from typing import Annotated, Final

from pydantic import Field

from zerodesk.limits import MAX_KEYS, MAX_LEVERAGE, MAX_OPEN_ORDERS
from zerodesk.terms import MAX_VERIFICATION_LEVEL, AccountStatus
from zerodesk_aws.contracts.fields import (
    AccountId,
    Amount,
    Contract,
    Currency,
    Group,
    NotNegativeDecimal,
    PositiveDecimal,
    Reason,
    Symbol,
    Timestamp,
)
from zerodesk_aws.contracts.kills import KillSwitch

MAX_ORDERS_PER_MINUTE: Final = 100_000
MAX_MARK_AGE_MS: Final = 86_400_000
MAX_VOLUME_BPS: Final = 1_000_000

Status = Annotated[AccountStatus, Field(strict=False)]


class LimitSet(Contract):
    """What one scope limits; what is left out is not limited by it."""

    open_orders: int | None = Field(
        default=None, ge=1, le=MAX_OPEN_ORDERS, description=f"1 to {MAX_OPEN_ORDERS}."
    )
    orders_per_minute: int | None = Field(
        default=None,
        ge=1,
        le=MAX_ORDERS_PER_MINUTE,
        description=f"1 to {MAX_ORDERS_PER_MINUTE}, in a minute of the clock.",
    )
    mark_age_ms: int | None = Field(
        default=None,
        ge=1,
        le=MAX_MARK_AGE_MS,
        description=f"1 to {MAX_MARK_AGE_MS}: a mark that is older is stale.",
    )
    order_volume_bps: int | None = Field(
        default=None,
        ge=1,
        le=MAX_VOLUME_BPS,
        description=f"1 to {MAX_VOLUME_BPS} basis points: the largest order, as a share of what "
        "its market traded in 24 hours.",
    )
    leverage: int | None = Field(
        default=None,
        ge=1,
        le=MAX_LEVERAGE,
        description=f"1 to {MAX_LEVERAGE}: what all perpetuals of a currency may be worth, open "
        "orders included, as so many times what the account has of it: free, in its pots, and "
        "unrealised at the marks.",
    )
    free_notional: dict[Currency, PositiveDecimal] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="By quote currency: an order worth no more is not held to order_volume_bps.",
    )
    order_notional: dict[Currency, PositiveDecimal] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="By quote currency: what one order may be worth.",
    )
    position: dict[Symbol, NotNegativeDecimal] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="By market, base units: what may be open either way, open orders included.",
    )
    underlying: dict[Currency, NotNegativeDecimal] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="By base currency: the same over all its markets.",
    )
    daily_loss: dict[Currency, PositiveDecimal] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="By quote currency: the loss since 00:00 UTC, of what was closed and of what "
        "is open at the mark, at which only orders that close are taken.",
    )


class SetLimits(LimitSet):
    """Limits of a scope, which replace those that it had."""

    reason: Reason


class SetAccountLimits(SetLimits):
    """Limits of an account, and the group whose limits hold for it, too."""

    group: Group | None = None


class SetStanding(Contract):
    """Whether an account may trade, and how far it is verified."""

    status: Status
    verification_level: int = Field(
        ge=0,
        le=MAX_VERIFICATION_LEVEL,
        description=f"0 to {MAX_VERIFICATION_LEVEL}: 1 for spot, 2 for perpetuals, 3 for options.",
    )
    reason: Reason


class ScopeLimits(Contract):
    """The limits of the venue or of a group, and who set them why."""

    scope: str = Field(examples=["venue", "group:retail"])
    author: str
    reason: str
    limits: LimitSet


class LimitList(Contract):
    """The limits of the venue and its groups, as of a record of control#limits."""

    limits_sequence: int
    scopes: list[ScopeLimits]


class EffectiveLimit(Contract):
    """A limit that holds for an account, who set it, and how much of it is used."""

    limit: str = Field(examples=["position"])
    key: str | None = Field(description="The market or currency; null where there is none.")
    value: str = Field(
        description="A count, milliseconds, basis points or times, or an amount of unit."
    )
    unit: str | None = Field(description="The currency of an amount.")
    used: str | None = Field(
        description="Null where it is a property of one order, where a mark is missing for it, or "
        "where an account with perpetuals has nothing left to be a multiple of."
    )
    set_by: str = Field(examples=["account", "group:retail", "venue", "platform"])


class LossStopView(Contract):
    """A stop for a day's loss: orders that only close are taken until the day ends."""

    reason: str
    since: Timestamp
    until: Timestamp


class AccountLimits(Contract):
    """What an account may do at most, at one record of its journal."""

    account_id: AccountId
    account_sequence: int
    limits_sequence: int
    status: Status
    verification_level: int
    group: str | None
    kill: KillSwitch | None = Field(description="The account's own, where it is on.")
    loss_stop: LossStopView | None = Field(description="Null where the account is not stopped.")
    limits: list[EffectiveLimit]


class Position(Contract):
    """What an account's fills in a market add up to. Quantities in base, amounts in quote units."""

    symbol: Symbol
    currency: Currency
    quantity: Amount = Field(description="Bought less sold: negative when more was sold.")
    average_price: Amount | None = Field(
        description="Of what is open: exact, or rounded half to even four digits beyond the tick."
    )
    cost: Amount = Field(description="Of what is open: what it cost, or brought if negative.")
    mark_price: Amount
    unrealised: Amount = Field(description="What closing at the mark would bring, fees apart.")
    realised: Amount = Field(description="What came of all that was closed, fees apart.")
    fees: Amount
    funding: Amount = Field(description="Received in fundings less paid; 0 of what is not funded.")
    realised_today: Amount = Field(description="Since 00:00 UTC.")
    fees_today: Amount
    funding_today: Amount


class Positions(Contract):
    """Every market that an account has traded, at one record of its journal."""

    account_id: AccountId
    account_sequence: int
    positions: list[Position]
