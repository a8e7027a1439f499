"""What the API answers about fees, as frozen values."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FeeTier:
    """The rates from a turnover of 30 days on, basis points; a negative maker's is a rebate."""

    from_turnover: Decimal
    maker_bps: int
    taker_bps: int


@dataclass(frozen=True, slots=True)
class MarketFees:
    """What an account's next order in a market is charged, and by whose tiers.

    ``tier`` is counted from zero, None where the listing's rates hold.
    """

    symbol: str
    maker_bps: int
    taker_bps: int
    set_by: str
    tier: int | None = None
    next_tier: FeeTier | None = None


@dataclass(frozen=True, slots=True)
class Turnover:
    """What an account traded in 30 days in all markets that are quoted in a currency."""

    currency: str
    turnover: Decimal


@dataclass(frozen=True, slots=True)
class AccountFees:
    """What an account is charged."""

    account_id: str
    account_sequence: int
    limits_sequence: int
    turnovers: tuple[Turnover, ...]
    markets: tuple[MarketFees, ...]


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The fee tiers of a currency or of a market, and who set them why."""

    scope: str
    currency: str
    tiers: tuple[FeeTier, ...]
    author: str
    reason: str
