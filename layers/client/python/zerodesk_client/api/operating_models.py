"""What the API answers to the operator of a venue, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """A kill switch: whom it stops, and who turned it on or off last, when and why."""

    stops: str
    is_on: bool
    author: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Halt:
    """Something that is stopped: how, by whom, why, since when and, if known, until when."""

    stops: str
    how: str
    by: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a market's index price is read outside, and the breaker before it."""

    symbol: str
    url: str
    source: str
    price: str
    by: str
    reason: str
    since: datetime
    state: str
    failures: int
    observed_at: str | None = None
    failure: str | None = None
    open_since: datetime | None = None
    open_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account."""

    account_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """A new key. The venue shows ``api_key`` this once and keeps only a hash."""

    key_id: str
    api_key: str


@dataclass(frozen=True, slots=True)
class ScopeLimits:
    """The limits of the venue or of a group, and who set them why."""

    scope: str
    author: str
    reason: str
    limits: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SweptBook:
    """A book whose fees the house has up to a record."""

    symbol: str
    book_sequence: int


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """What the house has of one currency, in its units, and from which books."""

    currency: str
    balance: Decimal
    house_sequence: int
    swept: tuple[SweptBook, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """The venue's word on itself."""

    status: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that reconciliation found wrong."""

    code: str
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Recount:
    """One check of a reconciliation: how many things were looked at, and how many were wrong."""

    name: str
    checked: int
    breaches: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A recount of every book and account.

    ``complete`` is False when the venue's time was up before all was read; asked again, it goes
    on from there. ``books`` and ``totals`` have a row per book and per currency.
    """

    balanced: bool
    checked_at: str
    complete: bool = True
    checks: tuple[Recount, ...] = ()
    books: tuple[dict[str, Any], ...] = ()
    accounts: int = 0
    totals: tuple[dict[str, Any], ...] = ()
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamState:
    """What a stream of the journal came to behind one of its records."""

    stream: str
    sequence: int
    record_hash: str
    recorded_at: datetime
    state_hash: str
    state: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """Where a stream's archive in the venue's bucket ends now."""

    stream: str
    added: int
    last: int
    manifest_hash: str
