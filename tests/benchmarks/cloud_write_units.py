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
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Final

from infra_cdk.local.paths import WRITE_LOG_VARIABLE
from tests.benchmarks.cloud import Cloud, CommandQueue, cloud
from tests.benchmarks.venue import a_limit_order, a_market, a_trader, an_operator
from tests.benchmarks.written import Writes, units_of
from zerodesk.orders import Side
from zerodesk_client.api import Client, Order

SYMBOL: Final = "BTC-USD"
ACCOUNTS: Final = 4
FUNDS: Final = {"USD": 10_000_000, "BTC": 1_000}
AT_ONCE: Final = 2
"""Requests; each waits two seconds for a book that is held back. A batch is in the queue in ten
seconds, long before the sweeper takes its orders for lost and sends them again."""

PAUSE_SECONDS: Final = 0.1
BOUND_SECONDS: Final = 300.0


class Venue:
    """A venue on a local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.noise, self.numbers = random.Random(1), itertools.count(1)
        self.queue = CommandQueue(cloud.session)
        self.operator = an_operator(cloud.endpoint)
        self.operator.list_market(a_market(SYMBOL, price=60_000, lot_size="0.0001"))
        self.traders = [
            self.operator.with_key(a_trader(self.operator, f"account-{number}", FUNDS))
            for number in range(ACCOUNTS)
        ]

    def send(self, number: int, price: str = "60000") -> tuple[Client, Order]:
        """Place an order of a random account: an even one buys, an odd one sells.

        Whether its book has answered is asked later: a queue that is held back answers nobody.
        """
        trader = self.noise.choice(self.traders)
        side = Side.SELL if number % 2 else Side.BUY
        order = a_limit_order(f"order-{next(self.numbers)}", SYMBOL, side, "0.01", price)
        return trader, trader.place_order(order, wait_s=0)

    def open_orders(self, each: int) -> None:
        """Let the accounts have so many orders rest on average, far below the price."""
        for _ in range(each * ACCOUNTS):
            self.send(0, "58000")

    def trade(self, orders: int, batch: int) -> None:
        """Send orders, so many at a time."""
        for start in range(0, orders, batch):
            held_back = nullcontext() if batch == 1 else self.queue.held_back()
            with held_back, ThreadPoolExecutor(AT_ONCE) as pool:
                sent = list(pool.map(self.send, range(start, start + batch)))
            for trader, order in sent:
                self._answered(trader, order)

    def _answered(self, trader: Client, order: Order) -> None:
        deadline = time.monotonic() + BOUND_SECONDS
        while trader.order(order.order_id).status.is_pending:
            assert time.monotonic() < deadline, f"{order} is not answered"
            time.sleep(PAUSE_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--open-orders", type=int, default=10)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--orders", type=int, default=40)
    options = parser.parse_args()
    with cloud(WRITE_LOG_VARIABLE) as running:
        venue, log = Venue(running), Writes(running.log(WRITE_LOG_VARIABLE))
        venue.open_orders(options.open_orders)
        for batch in options.batch:
            log.quiet()
            venue.trade(options.orders, batch)
            written = log.quiet()
            units, records = units_of(written), sum(one.is_record_of_book for one in written)
            sys.stdout.write(
                f"batch {batch}: {options.orders} orders in {records} records of the book, "
                f"{units.units.total() / options.orders:.2f} units an order "
                f"({units.by_table(options.orders)}), "
                f"{units.writes.total() / options.orders:.2f} writes\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
