"""Where the time of an order goes: one client, one order after the other, on the local cloud.

    .venv/bin/python -m tests.benchmarks.path [--orders 200]

needs a running venue (``make up``). Prints the latency of POST to the final answer, and per hop how
long each function ran, as its own REPORT lines say; what remains is the gateway, the workflow, the
queue and the way between them. Half of the orders rest, the other half takes them.
"""

import argparse
import json
import re
import statistics
import time
import uuid
from decimal import Decimal

from infra_cdk import local
from infra_cdk.local.paths import state_folder
from zerodesk.orders import Side
from zerodesk_client.api import Client, NewMarket, NewOrder

WARM_UP = 20
DURATION = re.compile(r"REPORT RequestId: \S+\s+Duration: ([0-9.]+) ms")
HOPS = ("authorizer", "order_intake", "pricing", "risk_check", "matching", "settlement")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=200, help="orders to measure (default 200)")
    count = parser.parse_args().orders
    state = state_folder()
    api_url = json.loads((state / "endpoint.json").read_text())["api_url"]
    key = json.loads((state / "credentials.json").read_text())["operator"]
    with Client(api_url, key) as operator:
        latencies_ms, began = placed(operator, count)
    print(f"POST to the final answer, {count} orders, one client")
    print(f"  {'':14} {'p50':>8} {'p95':>8} {'p99':>8}  ms")
    print_row("client", latencies_ms)
    print("of which, per invocation")
    for hop in HOPS:
        durations_ms = reported(hop, began)
        if durations_ms:
            print_row(hop, durations_ms, note=f"{len(durations_ms) / count:.2f} an order")


def placed(operator: Client, count: int) -> tuple[list[float], float]:
    """Place orders one after the other; return latencies in ms, and when they began."""
    run = uuid.uuid4().hex[:6].upper()
    base = f"P{run}"
    symbol = f"{base}-USD"
    operator.list_market(a_market(symbol, base))
    traders = {
        Side.SELL: a_trader(operator, f"bench-seller-{run}", base),
        Side.BUY: a_trader(operator, f"bench-buyer-{run}", "USD"),
    }
    latencies_ms: list[float] = []
    began = time.time()
    for number in range(WARM_UP + count):
        if number == WARM_UP:
            latencies_ms, began = [], time.time()
        side = Side.BUY if number % 2 else Side.SELL
        order = NewOrder(f"o-{number}", symbol, side, Decimal(1), Decimal(100))
        at = time.perf_counter()
        answer = traders[side].place_order(order)
        latencies_ms.append((time.perf_counter() - at) * 1_000)
        assert not answer.is_pending, answer
    return latencies_ms, began


def a_market(symbol: str, base: str) -> NewMarket:
    """Return the listing of the market that is measured."""
    return NewMarket(
        symbol=symbol,
        base=base,
        quote="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        min_notional=Decimal(1),
        max_quantity=Decimal(1_000),
        maker_bps=2,
        taker_bps=5,
        collar_bps=500,
        reference_price=Decimal(100),
    )


def a_trader(operator: Client, account_id: str, currency: str) -> Client:
    """Open and fund an account and return its client."""
    operator.create_account(account_id, "benchmark")
    operator.deposit(account_id, "funds", currency, Decimal(1_000_000))
    return operator.with_key(operator.create_key(account_id).api_key)


def reported(function: str, since: float) -> list[float]:
    """Return how long a function's invocations ran since a moment, ms."""
    lines = local.logs(function, since_seconds=time.time() - since)
    return [float(found[1]) for line in lines if (found := DURATION.search(line.text))]


def print_row(name: str, values_ms: list[float], note: str = "") -> None:
    """Print the percentiles of one hop."""
    cuts = statistics.quantiles(values_ms, n=100, method="inclusive")
    print(f"  {name:14} {cuts[49]:8.1f} {cuts[94]:8.1f} {cuts[98]:8.1f}  {note}")


if __name__ == "__main__":
    main()
