"""The end of a demo: the reconciled books, and what to do next."""

import json
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType

from zerodesk.orders import Side
from zerodesk_client.cli.reconciliation import reconciliation_table
from zerodesk_client.cli.tables import Cell, card, milliseconds, number, table, verdict
from zerodesk_client.demo.session import Result

EXAMPLE_QUANTITY = Decimal("0.01")


def to_document(result: Result, seed: str) -> dict[str, Any]:
    """Return the result as one JSON document; the user's key is not in it."""
    return {
        "sound": result.is_sound,
        "run_id": result.run_id,
        "seed": seed,
        "totals": result.totals,
        "markets": result.markets,
        "accounts": result.audit,
        "reconciliation": result.reconciliation,
        "user_account": result.user.account_id,
    }


def render(result: Result, seed: str) -> RenderableType:
    """Return the books and the counts as tables."""
    traded = {unit for market in result.markets for unit in (market.base, market.quote)}
    recount = reconciliation_table(result.reconciliation, traded)
    return Group(_counts(result, seed), _audit(result), recount)


def curl_lines(api_url: str, result: Result) -> list[str]:
    """Return lines that work when pasted: a look at the book, and an order."""
    market = result.markets[0]
    price = market.mark_price or market.reference_price
    body = {
        "client_order_id": f"hello-{result.run_id.lower()}",
        "symbol": market.symbol,
        "side": Side.BUY.value,
        "type": "LIMIT",
        "quantity": f"{EXAMPLE_QUANTITY:f}",
        "price": f"{price:f}",
    }
    key = f"-H 'Authorization: Bearer {result.user.api_key}'"
    return [
        "The API stays up. Paste:",
        f"  curl -s {key} '{api_url}/v1/markets/{market.symbol}/depth?levels=5'",
        (
            f"  curl -s {key} -H 'Content-Type: application/json' -d '{json.dumps(body)}' "
            f"'{api_url}/v1/orders'"
        ),
        (
            f"or: zerodesk order buy {EXAMPLE_QUANTITY:f} {market.symbol} --price {price:f}; "
            "zerodesk balances; zerodesk down"
        ),
    ]


def _counts(result: Result, seed: str) -> RenderableType:
    totals = result.totals
    latency = totals.latency
    statuses = ", ".join(
        f"{count:,} {name.lower()}" for name, count in sorted(totals.statuses.items())
    )
    refusals = ", ".join(f"{count:,} {code}" for code, count in sorted(totals.refusals.items()))
    facts: list[tuple[Cell, Cell]] = [
        ("run", f"{result.run_id}, seed {seed}, {totals.seconds:.1f} s"),
        ("orders", f"{totals.orders:,}, {totals.orders_per_s:.1f} orders/s: {statuses or 'none'}"),
        ("cancels", f"{totals.cancels:,}"),
        ("refused", refusals or "none"),
        (
            "POST to final answer",
            (
                f"p50 {milliseconds(latency.p50_ms)}, p95 "
                f"{milliseconds(latency.p95_ms)}, p99 {milliseconds(latency.p99_ms)}"
            ),
        ),
    ]
    return card("The market", facts)


def _audit(result: Result) -> RenderableType:
    rows: list[tuple[Cell, ...]] = [
        (
            row.account_id,
            row.currency,
            number(row.held),
            number(row.need_of_open_orders),
            number(row.change),
            number(row.sum_of_fills),
            verdict(good=row.is_equal),
        )
        for row in result.audit
        if row.is_notable
    ]
    headings = (
        *("account", "unit", ">held", ">need of open orders"),
        *(">change of balance", ">sum of fills less fees", ""),
    )
    return table("The participants' books, as the API shows them", headings, rows)
