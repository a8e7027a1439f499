"""What the fake venue knows, and what its routes have in common."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.client.naive_book import BookOrder, NaiveBook
from zerodesk.money import NumberError, parse_decimal
from zerodesk.orders import Side

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATOR_KEY = "zdk_operator_secret"
START = datetime(2026, 11, 21, 7, tzinfo=UTC)
Answer = tuple[int, Any]


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, code: str, detail: str = "", **blame: str) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {
            "type": f"urn:zerodesk:problem:{code}",
            "title": code,
            "status": status,
            "detail": detail or code,
            "code": code,
            **blame,
        }


@dataclass
class Principal:
    account_id: str
    role: str


@dataclass
class Listed:
    listing: dict[str, Any]
    mark: Decimal
    book: NaiveBook = field(default_factory=NaiveBook)
    trades: list[dict[str, Any]] = field(default_factory=list)
    sequence: int = 1
    fees: Decimal = Decimal(0)
    state: str = "OPEN"
    auction: str | None = None
    reason: str = ""

    def rate(self, role: str) -> Decimal:
        return Decimal(self.listing[f"{role}_bps"]) / 10_000


class FakeState:
    """Accounts, markets, orders. ``pending_answers`` makes that many POSTs of orders end in 202
    with the book's answer found by a later GET; ``before`` is called with each request and may
    raise."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.keys = {OPERATOR_KEY: Principal("operator", "operator")}
        self.accounts: dict[str, str] = {}
        self.balances: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.deposits: dict[tuple[str, str], dict[str, Any]] = {}
        self.statements_asked: list[dict[str, Any]] = []
        self.transfers: dict[tuple[str, str], dict[str, Any]] = {}
        self.withdrawals: dict[tuple[str, str], dict[str, Any]] = {}
        self.pots: dict[str, dict[str, Any]] = {}
        self.limits: dict[str, dict[str, Any]] = {}
        self.fees: dict[str, dict[str, Any]] = {}
        self.standings: dict[str, tuple[str, int]] = {}
        self.markets: dict[str, Listed] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.amends: dict[tuple[str, str], dict[str, Any]] = {}
        self.mass_cancels: dict[tuple[str, str], list[str]] = {}
        self.switches: dict[tuple[str, str | None], str | None] = {}
        self.fills: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.waiting: dict[str, int] = {}
        self.index_prices: list[tuple[str, str]] = []
        self.surfaces: dict[str, dict[str, Any]] = {}
        self.quoted: list[dict[str, Any]] = []
        self.partners: dict[str, str] = {}
        self.trading_states: list[tuple[str, str, str]] = []
        self.feeds: dict[str, dict[str, Any]] = {}
        self.kills: dict[str, dict[str, Any]] = {}
        self.ticks = 0
        self.pending_answers = 0
        self.polls_until_answer = 1
        self.open_order_limit = 200
        self.breaches: list[dict[str, str]] = []
        self.before: Callable[[str, str], None] = lambda _method, _path: None

    def now(self) -> str:
        self.ticks += 1
        at = START + timedelta(milliseconds=self.ticks)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _listed(self, symbol: str) -> Listed:
        if symbol not in self.markets:
            raise Refusal(404, "NOT_FOUND", f"no market {symbol}")
        return self.markets[symbol]

    def _need_currency(self, entry: BookOrder) -> str:
        base, quote = entry.owner["symbol"].split("-")
        return str(quote if entry.side is Side.BUY else base)

    def _need(self, entry: BookOrder) -> Decimal:
        if entry.side is Side.SELL:
            return entry.remaining
        notional = entry.price * entry.remaining
        fee = notional * self.markets[entry.owner["symbol"]].rate("taker")
        return notional + fee.quantize(Decimal("0.000001"), "ROUND_FLOOR")

    def _resting(self, account_id: str) -> list[BookOrder]:
        return [
            entry
            for listed in self.markets.values()
            for entry in listed.book.resting
            if entry.owner["account_id"] == account_id
        ]

    def _open_orders(self, account_id: str) -> int:
        return len(self._resting(account_id))

    def _held(self, account_id: str, currency: str) -> Decimal:
        entries = self._resting(account_id)
        needs = (self._need(e) for e in entries if self._need_currency(e) == currency)
        reserved = (
            Decimal(one["amount"])
            for (owner, _), one in self.withdrawals.items()
            if (owner, one["currency"], one["status"]) == (account_id, currency, "RESERVED")
        )
        return sum([*needs, *reserved], Decimal(0))

    def _available(self, account_id: str, currency: str) -> Decimal:
        return self.balances[account_id, currency] - self._held(account_id, currency)


def public(order: dict[str, Any]) -> dict[str, Any]:
    return {key: order[key] for key in order if key not in ("account_id", "body", "paid")}


def number(data: dict[str, Any], name: str, step: str, code: str) -> Decimal:
    try:
        number = parse_decimal(data[name])
    except NumberError as error:
        raise Refusal(
            422, "INTAKE_BAD_NUMBER", "not a number", field=name, value=data[name], rule=error.rule
        ) from error
    if number <= 0 or number % Decimal(step):
        rule = f"a positive multiple of {step}"
        raise Refusal(422, code, "off the step", field=name, value=data[name], rule=rule)
    return number


def page(name: str, entries: list[Any], data: dict[str, Any]) -> dict[str, Any]:
    start, limit = int(data.get("cursor", 0)), int(data.get("limit", 50))
    more = start + limit < len(entries)
    return {
        name: entries[start : start + limit],
        "next_cursor": str(start + limit) if more else None,
    }
