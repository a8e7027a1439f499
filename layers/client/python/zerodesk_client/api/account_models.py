"""What the API answers about the money and the positions of an account, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from zerodesk_client.api.operating_models import KillSwitch
from zerodesk_client.api.order_models import Rejection


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has of one currency, in its units: total = available + held + isolated."""

    currency: str
    available: Decimal
    held: Decimal
    total: Decimal
    isolated: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balances:
    """All balances of an account at one sequence of its journal."""

    account_id: str
    account_sequence: int | None
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """A journaled deposit and the balances after it."""

    deposit_id: str
    account_sequence: int | None = None
    balances: tuple[Balance, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal as it stands: RESERVED until the back office posts or voids it."""

    withdrawal_id: str
    account_id: str
    currency: str
    amount: Decimal
    status: str
    asked_at: datetime
    updated_at: datetime
    rejection: Rejection | None = None
    account_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it stands: PENDING until the other account has it."""

    transfer_id: str
    from_account_id: str
    to_account_id: str
    currency: str
    amount: Decimal
    status: str
    asked_at: datetime
    updated_at: datetime
    rejection: Rejection | None = None
    account_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One leg of a record: what a ledger account received, or gave if it is negative."""

    ledger_account: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """One record of an account's journal; its entries balance."""

    sequence: int
    hash: str
    recorded_at: datetime
    cause: dict[str, Any]
    entries: tuple[StatementEntry, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a statement: the balances around the whole stretch, and some of its records."""

    account_id: str
    stream: str
    from_sequence: int | None
    to_sequence: int | None
    opening: tuple[Balance, ...]
    closing: tuple[Balance, ...]
    records: tuple[StatementRecord, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """A record of an account, reversed by another that names it."""

    account_id: str
    sequence: int
    hash: str
    reason: str
    reversal_sequence: int
    entries: tuple[StatementEntry, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """What an account's fills in a market add up to; quantity in base, amounts in quote units."""

    symbol: str
    currency: str
    quantity: Decimal
    average_price: Decimal | None
    cost: Decimal
    mark_price: Decimal
    unrealised: Decimal
    realised: Decimal
    fees: Decimal
    funding: Decimal
    realised_today: Decimal
    fees_today: Decimal
    funding_today: Decimal


@dataclass(frozen=True, slots=True)
class Positions:
    """Every market that an account has traded, at one record of its journal."""

    account_id: str
    account_sequence: int
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class MarginCall:
    """The level of maintenance at which an account was last called, and has not left since."""

    level: Decimal
    equity: Decimal
    maintenance: Decimal
    since: datetime


@dataclass(frozen=True, slots=True)
class CurrencyMargin:
    """What an account has and needs of one currency, at the marks; ``ratio`` is to maintenance.

    ``isolated`` is the position that has it for itself, None of all others together.
    """

    currency: str
    equity: Decimal
    initial: Decimal
    maintenance: Decimal
    isolated: str | None = None
    ratio: Decimal | None = None
    call: MarginCall | None = None


@dataclass(frozen=True, slots=True)
class StaleMark:
    """A mark that is missing or too old, and since when."""

    symbol: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A liquidation that is under way, and how many orders the venue has placed for it."""

    number: int
    since: datetime
    steps: int


@dataclass(frozen=True, slots=True)
class Spared:
    """Whether the venue may liquidate an account, and who said so last."""

    account_id: str
    is_allowed: bool
    author: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class IsolatedMargin:
    """A perpetual that an account holds apart, and what it has set aside for it.

    ``moves`` is the number of the latest move of that margin.
    """

    symbol: str
    is_isolated: bool
    currency: str
    margin: Decimal
    moves: int
    account_sequence: int
    liquidation: Liquidation | None = None


@dataclass(frozen=True, slots=True)
class MarginStatus:
    """The margin of an account as it stands; with stale marks, of no currency."""

    account_id: str
    account_sequence: int
    at: datetime
    margins: tuple[CurrencyMargin, ...]
    stale: tuple[StaleMark, ...]
    isolated: tuple[IsolatedMargin, ...] = ()
    liquidation: Liquidation | None = None
    spared: Spared | None = None


@dataclass(frozen=True, slots=True)
class InstrumentNeed:
    """What an instrument needs as margin by itself, with every open order filled."""

    symbol: str
    quantity: Decimal
    buy: Decimal
    sell: Decimal
    alone: Decimal


@dataclass(frozen=True, slots=True)
class OrderMarginPreview:
    """What an order would need as margin on top of what its account holds."""

    account_id: str
    account_sequence: int
    at: datetime
    currency: str
    equity: Decimal
    before: Decimal
    after: Decimal
    needed: Decimal
    held: Decimal
    moved: Decimal
    needs: tuple[InstrumentNeed, ...]
    covered: bool
    isolated: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EffectiveLimit:
    """A limit that holds for an account, who set it, and how much of it is used."""

    limit: str
    value: Decimal
    set_by: str
    key: str | None = None
    unit: str | None = None
    used: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LossStop:
    """A stop for a day's loss: orders that only close are taken until the day ends."""

    reason: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """What an account may do at most."""

    account_id: str
    account_sequence: int
    limits_sequence: int
    status: str
    verification_level: int
    limits: tuple[EffectiveLimit, ...]
    group: str | None = None
    kill: KillSwitch | None = None
    loss_stop: LossStop | None = None
