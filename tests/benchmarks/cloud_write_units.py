"""How many DynamoDB write units an order costs on the local cloud, counted from what it wrote.

    python -m tests.benchmarks.cloud_write_units [--batch 1 10] [--orders 40] [--open-orders 10]

The deployed app on a local cloud of its own, orders over the HTTPS API: every other one rests and
the next takes it. The cloud logs the item of every write, before and after
(infra_cdk/local/emulator/write_log.py), and what it would cost is counted as in ``write_units``.
At a batch of one each order is answered before the next is sent; for larger ones the queue is held
back until a batch is in it. What schedules write in that time is counted, too.
"""

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from infra_cdk import local
from infra_cdk.local.aws import LocalSession
from infra_cdk.local.keys import credentials_file
from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE, WRITE_LOG_VARIABLE
from tests.benchmarks.units import Units, size_of
from zerodesk.orders import OrderType, Side, TimeInForce
from zerodesk_client.api import Client, NewMarket, NewOrder, Order

SYMBOL: Final = "BTC-USD"
ACCOUNTS: Final = 4
FUNDS: Final = {"USD": "10000000", "BTC": "1000"}
AT_ONCE: Final = 2
"""Requests; each waits two seconds for a book that is held back. A batch is in the queue in ten
seconds, long before the sweeper takes its orders for lost and sends them again."""

TIMEOUT_SECONDS: Final = 120.0
"""Of one request: on a busy machine, a function's first process takes half a minute to begin."""

QUIET_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 0.1
BOUND_SECONDS: Final = 300.0
FREE_PORT: Final = 4599


class Cloud:
    """A venue on a local cloud, and what it writes."""

    def __init__(self, endpoint: local.Endpoint, log: Path) -> None:
        self.log, self.noise, self.numbers = log, random.Random(1), itertools.count(1)
        self.session = LocalSession(endpoint.endpoint)
        key = json.loads(credentials_file().read_text())["operator"]
        self.operator = Client(endpoint.api_url, key, timeout_s=TIMEOUT_SECONDS)
        self.operator.list_market(a_market())
        self.traders = [self._trader(f"account-{number}") for number in range(ACCOUNTS)]

    def _trader(self, account_id: str) -> Client:
        self.operator.create_account(account_id, account_id)
        for currency, amount in FUNDS.items():
            self.operator.deposit(account_id, f"first-{currency}", currency, Decimal(amount))
        return self.operator.with_key(self.operator.create_key(account_id).api_key)

    def send(self, number: int, price: str = "60000") -> tuple[Client, Order]:
        """Place an order of a random account: an even one buys, an odd one sells.

        Whether its book has answered is asked later: a queue that is held back answers nobody.
        """
        trader = self.noise.choice(self.traders)
        return trader, trader.place_order(
            NewOrder(
                client_order_id=f"order-{next(self.numbers)}",
                symbol=SYMBOL,
                side=Side.SELL if number % 2 else Side.BUY,
                type=OrderType.LIMIT,
                time_in_force=TimeInForce.GTC,
                quantity=Decimal("0.01"),
                price=Decimal(price),
            ),
            wait_s=0,
        )

    def open_orders(self, each: int) -> None:
        """Let the accounts have so many orders rest on average, far below the price."""
        for _ in range(each * ACCOUNTS):
            self.send(0, "58000")

    def trade(self, orders: int, batch: int) -> None:
        """Send orders, so many at a time."""
        for start in range(0, orders, batch):
            held_back = nullcontext() if batch == 1 else self._held_back()
            with held_back, ThreadPoolExecutor(AT_ONCE) as pool:
                sent = list(pool.map(self.send, range(start, start + batch)))
            for trader, order in sent:
                self._answered(trader, order)

    def _answered(self, trader: Client, order: Order) -> None:
        deadline = time.monotonic() + BOUND_SECONDS
        while trader.order(order.order_id).status.is_pending:
            assert time.monotonic() < deadline, f"{order} is not answered"
            time.sleep(PAUSE_SECONDS)

    @contextmanager
    def _held_back(self) -> Iterator[None]:
        """Keep commands in the queue for a while."""
        functions = self.session.client("lambda")
        [mapping] = [
            one
            for one in functions.list_event_source_mappings()["EventSourceMappings"]
            if "commands" in one["EventSourceArn"]
        ]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def written(self) -> int:
        """Return how long the log is, once nothing has been written for a while."""
        size = -1
        while size != (size := self.log.stat().st_size):
            time.sleep(QUIET_SECONDS)
        return size

    def units_since(self, offset: int) -> tuple[Units, int]:
        """Return what was written behind a place in the log, and how many records of the book."""
        units, records = Units(), 0
        with self.log.open(encoding="utf-8") as lines:
            lines.seek(offset)
            for line in lines:
                written = json.loads(line)
                before, after = written["before"], written["after"]
                table = written["table"].rpartition("-")[2]
                size_bytes = max(size_of(before), size_of(after))
                units.count(table, size_bytes, is_new=not before)
                if table == "journal" and not before:
                    records += after["stream"]["S"].startswith("book#")
        return units, records


def a_market() -> NewMarket:
    terms: dict[str, Any] = {
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal("0.0001"),
        "min_notional": Decimal(1),
        "max_quantity": Decimal(100),
        "maker_bps": 2,
        "taker_bps": 5,
        "collar_bps": 500,
        "reference_price": Decimal(60000),
    }
    return NewMarket(symbol=SYMBOL, base="BTC", quote="USD", **terms)


@contextmanager
def a_cloud() -> Iterator[Cloud]:
    """Start a local cloud that logs its writes, and stop it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "writes.jsonl"
        os.environ[STATE_VARIABLE], os.environ[WRITE_LOG_VARIABLE] = folder, str(log)
        os.environ.setdefault(PORT_VARIABLE, str(FREE_PORT))
        try:
            endpoint = local.up(lambda told: print(told, file=sys.stderr))
            yield Cloud(endpoint, log)
        finally:
            local.down(lambda _: None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--open-orders", type=int, default=10)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--orders", type=int, default=40)
    options = parser.parse_args()
    with a_cloud() as cloud:
        cloud.open_orders(options.open_orders)
        for batch in options.batch:
            offset = cloud.written()
            cloud.trade(options.orders, batch)
            cloud.written()
            units, records = cloud.units_since(offset)
            sys.stdout.write(
                f"batch {batch}: {options.orders} orders in {records} records of the book, "
                f"{units.units.total() / options.orders:.2f} units an order "
                f"({units.by_table(options.orders)}), "
                f"{units.writes.total() / options.orders:.2f} writes\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
