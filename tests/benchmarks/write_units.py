"""How many DynamoDB write units an order costs, on the real handlers over tables in memory.

    python -m tests.benchmarks.write_units [--open-orders 1 10 50 190] [--batch 1 10] [--orders 40]

Twenty accounts, each with so many holds that nothing fills; then orders of which every other one
rests and the next takes it. Each batch of commands is matched at once and, if it traded, settled
once. A put or update costs a unit per started KB of the larger of the item before and after, a put
into a table with an index of keys another one; a write whose condition failed costs the same (AWS,
"DynamoDB read and write operations"). What opening the accounts cost is left out.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient
from moto import mock_aws

import tests.functions.conftest as functions  # it sets the environment of the handlers
from tests.benchmarks.units import Units, size_of
from zerodesk.accounts import Change, hold
from zerodesk.codec import encode_body
from zerodesk.commands import PlaceCommand
from zerodesk.deltas import WHOLE_EVERY
from zerodesk.orders import order_id_for
from zerodesk_aws.accounts import Account

SYMBOL: Final = "BTC-USD"

ACCOUNTS: Final = 20
FUNDS: Final = 10**13
KEYS: Final = {"journal": ("stream", "sequence"), "orders": ("account_id", "order_id")}
SETTLED_AFTER: Final = ("TradesExecuted", "OrderCancelled", "OrderExpired")
"""The events that wake settlement (events/routes.yaml); an order that rests owes nothing yet."""
WRITES: Final = ("PutItem", "UpdateItem")


class Meter(Units):
    """Counts what handlers in this process write."""

    @contextmanager
    def running(self) -> Iterator[None]:
        whole: Any = vars(BaseClient)["_make_api_call"]

        def metered(client: Any, operation: str, asked: dict[str, Any]) -> Any:
            if operation not in WRITES:
                return whole(client, operation, asked)
            before = self._size(client, whole, operation, asked)
            try:
                return whole(client, operation, asked)
            finally:
                after = self._size(client, whole, operation, asked)
                self.count(asked["TableName"], max(before, after), is_new=not before)

        with patch.object(BaseClient, "_make_api_call", metered):
            yield

    def _size(self, client: Any, whole: Any, operation: str, asked: dict[str, Any]) -> int:
        key = asked.get("Key")
        if operation == "PutItem":
            names = KEYS.get(asked["TableName"], ("name",))
            key = {name: asked["Item"][name] for name in names if name in asked["Item"]}
        found = whole(client, "GetItem", {"TableName": asked["TableName"], "Key": key})
        return size_of(found.get("Item", {}))


class Trading:
    """Accounts with orders open, and orders that come in batches."""

    def __init__(self, open_orders: int, seed: int) -> None:
        from tests.functions.test_path import Venue

        self.noise = random.Random(seed)
        self.venue = Venue(functions.Context())
        self.venue.list_market()
        self.accounts = [f"account-{number:02d}" for number in range(ACCOUNTS)]
        self.number = 0
        for account_id in self.accounts:
            self.venue.open(account_id, USD=FUNDS, BTC=FUNDS)
            # Some one by one, so that the accounts are not in step with their whole states.
            single = self.noise.randrange(min(open_orders, WHOLE_EVERY))
            self.hold(account_id, open_orders - single)
            for _ in range(single):
                self.hold(account_id, 1)
        self.venue.settle()

    def hold(self, account_id: str, orders: int) -> None:
        """Have an account hold what orders hold; the book need not know of them."""
        commands = [self.command(account_id) for _ in range(orders)]

        def decide(account: Account) -> Change | None:
            change, state = None, account.state
            for command in commands:
                change = hold(state, command, "USD")
                state = change.state
            return change

        self.venue.accounts.commit(account_id, decide)

    def whole_bytes(self) -> int:
        """Return the size of a record of the first account that says its state whole."""
        account = self.venue.accounts.latest(self.accounts[0])
        return len(encode_body(hold(account.state, self.command("x"), "USD").to_body()))

    def command(self, account_id: str) -> PlaceCommand:
        """Return an order that rests far from the price."""
        self.number += 1
        order_id = order_id_for(account_id, f"client-order-{self.number}")
        price_ticks = 5_900_000 + self.noise.randrange(40_000)
        quantity_lots = self.noise.randint(1, 9_999)
        return {
            "kind": "place",
            "command_id": order_id,
            "account_id": account_id,
            "symbol": SYMBOL,
            "side": "BUY",
            "type": "LIMIT",
            "price_ticks": price_ticks,
            "quantity_lots": quantity_lots,
            "time_in_force": "GTC",
            "post_only": False,
            "maker_bps": 2,
            "taker_bps": 5,
            "held_minor": price_ticks * quantity_lots * 10_005 // 10_000,
            "accepted_at_ms": 1_764_000_000_000 + self.noise.randrange(10**6),
        }

    def send(self, account_id: str, side: str, price_ticks: int) -> None:
        self.number += 1
        quantity_lots = self.noise.randint(1, 9_999)
        order = self.venue.intake(
            account_id,
            f"client-order-{self.number}",
            side,
            price_ticks=price_ticks,
            quantity_lots=quantity_lots,
        )
        self.venue.workflow(order)

    def trade(self, orders: int, batch: int) -> None:
        for start in range(0, orders, batch):
            for number in range(start, start + batch):
                side = "SELL" if number % 2 else "BUY"
                self.send(self.noise.choice(self.accounts), side, 6_000_000)
            self.venue.match()
            self.settle_if_told()

    def settle_if_told(self) -> None:
        told, self.venue.told = self.venue.told, []
        if any(announcement.detail_type in SETTLED_AFTER for announcement in told):
            self.venue.settle()


def measured(open_orders: int, batch: int, orders: int) -> tuple[Meter, int, int]:
    """Return what some orders wrote, their fills, and the bytes of a record that says all."""
    meter = Meter()
    with mock_aws():
        functions.create_tables()
        from matching import handler as matching

        matching.books._live.clear()
        trading = Trading(open_orders, seed=1)
        whole_bytes = trading.whole_bytes()
        with meter.running():
            trading.trade(orders, batch)
        fills = 2 * matching.books.view(SYMBOL)["trades"]
    return meter, fills, whole_bytes


def measured_apart(open_orders: int, batch: int, orders: int) -> tuple[Meter, int, int]:
    """Return what ``measured`` does, in a new process: functions remember the venue they knew."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measured, open_orders, batch, orders).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--open-orders", type=int, nargs="+", default=[1, 10, 50, 190])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--orders", type=int, default=40)
    options = parser.parse_args()
    headings = ("open orders", "batch", "units an order", "a fill", "by table", "writes", "whole")
    sys.stdout.write(f"| {' | '.join(headings)} |\n{'|---' * len(headings)}|\n")
    for open_orders in options.open_orders:
        for batch in options.batch:
            meter, fills, whole_bytes = measured_apart(open_orders, batch, options.orders)
            sys.stdout.write(
                f"| {open_orders} | {batch} | {meter.units.total() / options.orders:.2f} "
                f"| {meter.units.total() / fills:.2f} | {meter.by_table(options.orders)} "
                f"| {meter.writes.total() / options.orders:.2f} | {whole_bytes:,} bytes |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
