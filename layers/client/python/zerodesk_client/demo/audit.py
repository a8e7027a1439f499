"""Hold the participants' balances against their orders and fills, through the API alone.

Per account and currency: what is held is the need of the open orders, and what the balance has
changed by since the start is the sum of the fills since the start, fees in.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Final

from zerodesk.money import minor_digits, scaled, share_bps
from zerodesk.orders import Side
from zerodesk_client.api import ApiProblem, Balances, Client, Fill, Market, Order, every
from zerodesk_client.demo.venue import DemoAccount

SETTLE_S: Final = 30.0
POLL_S: Final = 0.25
THREADS: Final = 4
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Baseline:
    """An account at rest: its totals per currency, and its newest fill (trade, order)."""

    totals: Mapping[str, Decimal]
    newest_fill: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One account's currency, in that currency's units."""

    account_id: str
    currency: str
    held: Decimal
    need_of_open_orders: Decimal
    change: Decimal
    sum_of_fills: Decimal

    @property
    def is_equal(self) -> bool:
        """Whether both comparisons hold."""
        return self.held == self.need_of_open_orders and self.change == self.sum_of_fills

    @property
    def is_notable(self) -> bool:
        """Whether anything happened in this currency."""
        return bool(self.held or self.need_of_open_orders or self.change or self.sum_of_fills)


def settle_down(accounts: Sequence[DemoAccount]) -> dict[str, Baseline]:
    """Cancel what an earlier run left resting, wait until nothing is held, note where all stand."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(_cancel_all, (account.client for account in accounts)))
        baselines = pool.map(_baseline, (account.client for account in accounts))
        return {
            account.account_id: baseline
            for account, baseline in zip(accounts, baselines, strict=True)
        }


def audit(
    accounts: Sequence[DemoAccount],
    baselines: Mapping[str, Baseline],
    markets: Mapping[str, Market],
) -> list[AuditRow]:
    """Return a row per account and currency, once settlement has caught up or had its time."""
    deadline_s = time.monotonic() + SETTLE_S
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            found = pool.map(
                lambda account: _rows(account, baselines[account.account_id], markets), accounts
            )
            rows = [row for account_rows in found for row in account_rows]
            if all(row.is_equal for row in rows) or time.monotonic() >= deadline_s:
                return rows
            time.sleep(POLL_S)


def need(order: Order, market: Market) -> tuple[str, Decimal]:
    """Return what an open order needs, and of which currency.

    A sale needs what it still delivers; a purchase its worth at the limit and the taker's fee on
    it, rounded down to a minor unit.
    """
    if order.side is Side.SELL:
        return market.base, order.remaining_quantity
    assert order.price is not None, "what rests has a limit"
    digits = minor_digits(market.quote)
    notional_minor = scaled(order.price * order.remaining_quantity, digits)
    assert notional_minor is not None, "a listed market's ticks are whole minor units"
    need_minor = notional_minor + share_bps(notional_minor, market.taker_bps)
    return market.quote, Decimal(need_minor).scaleb(-digits)


def _cancel_all(client: Client) -> None:
    for order in list(every(client.orders, status="open")):
        try:
            client.cancel_order(order.order_id)
        except ApiProblem as problem:
            if problem.code != "ORDER_NOT_OPEN":
                raise


def _baseline(client: Client) -> Baseline:
    deadline_s = time.monotonic() + SETTLE_S
    while True:
        balances = client.balances()
        if not any(row.held for row in balances.balances) or time.monotonic() >= deadline_s:
            break
        time.sleep(POLL_S)
    newest = client.fills(limit=1).entries
    return Baseline(
        {row.currency: row.total for row in balances.balances},
        _name(newest[0]) if newest else None,
    )


def _rows(
    account: DemoAccount, baseline: Baseline, markets: Mapping[str, Market]
) -> list[AuditRow]:
    balances = account.client.balances()
    needs = _sums(
        need(order, markets[order.symbol])
        for order in every(account.client.orders, status="open")
        if order.symbol in markets
    )
    new = takewhile(lambda fill: _name(fill) != baseline.newest_fill, every(account.client.fills))
    filled = _sums(part for fill in new for part in _parts(fill))
    return [
        _row(account.account_id, currency, balances, needs, baseline, filled)
        for currency in sorted({row.currency for row in balances.balances} | set(filled))
    ]


def _row(
    account_id: str,
    currency: str,
    balances: Balances,
    needs: Mapping[str, Decimal],
    baseline: Baseline,
    filled: Mapping[str, Decimal],
) -> AuditRow:
    rows = [row for row in balances.balances if row.currency == currency]
    total = sum((row.total for row in rows), NOTHING)
    return AuditRow(
        account_id=account_id,
        currency=currency,
        held=sum((row.held for row in rows), NOTHING),
        need_of_open_orders=needs.get(currency, NOTHING),
        change=total - baseline.totals.get(currency, NOTHING),
        sum_of_fills=filled.get(currency, NOTHING),
    )


def _parts(fill: Fill) -> list[tuple[str, Decimal]]:
    """Return what a fill brings and takes: base, quote and fee."""
    base, quote = fill.symbol.split("-")
    sign = 1 if fill.side is Side.BUY else -1
    return [
        (base, sign * fill.quantity),
        (quote, -sign * fill.price * fill.quantity),
        (fill.fee_currency, -fill.fee),
    ]


def _sums(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, amount in parts:
        sums[currency] = sums.get(currency, NOTHING) + amount
    return sums


def _name(fill: Fill) -> tuple[str, str]:
    return fill.trade_id, fill.order_id or ""
