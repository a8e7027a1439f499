"""How many commands a second one book decides into records, on one core.

    python tests/benchmarks/matching.py [--commands 1000000] [--batch 10] [--seed 1]

A seeded stream: 50 % limit orders around a wandering price, 40 % cancels of earlier orders (some
of which are gone by then), 10 % IOC orders across the spread. The clock, CPU time, runs over
``decide`` alone, with events, postings and projections; commands are made outside it, some
thousands at a time. ``--encode`` adds each record's canonical JSON, its hash and its compression,
``--undo`` decides every batch twice.
"""

import argparse
import random
import sys
import time
from decimal import Decimal
from typing import Literal

from zerodesk import CODE_VERSION
from zerodesk.codec import GENESIS_HASH, canonical_json, encode_body, record_hash, state_hash
from zerodesk.instruments import Market, list_market
from zerodesk.matching import Book, cancel, listing, order
from zerodesk.orders import Command

ACCOUNTS = 100
CANCELS, TAKERS = 0.4, 0.1
WIDTH_TICKS = 200
COMMANDS_PER_MS = 5
AT_A_TIME = 10_000


def a_market() -> Market:
    return list_market(
        symbol="BTC-USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.0001"),
        min_notional=Decimal(1),
        max_quantity=Decimal(100),
        maker_bps=2,
        taker_bps=5,
        collar_bps=500,
        reference_price=Decimal(60000),
    )


class Stream:
    """The commands, drawn as they are needed, each id as long as a real one."""

    def __init__(self, market: Market, seed: int, accounts: int = ACCOUNTS) -> None:
        self.market, self.accounts = market, accounts
        self.noise = random.Random(seed)
        self.mid_ticks = market.reference_price_ticks
        self.placed: list[tuple[str, str]] = []
        self.number = 0

    def draw(self, count: int) -> list[Command]:
        return [self.draw_one() for _ in range(count)]

    def draw_one(self) -> Command:
        noise, self.number = self.noise, self.number + 1
        at_ms = 1_000_000 + self.number // COMMANDS_PER_MS
        kind = noise.random()
        if kind < CANCELS and self.placed:
            # Of the later half, where most orders still rest.
            position = noise.randrange(len(self.placed) // 2, len(self.placed))
            self.placed[position], self.placed[-1] = self.placed[-1], self.placed[position]
            return cancel(self.market, *self.placed.pop(), at_ms=at_ms)
        self.mid_ticks += noise.choice((-1, 0, 1))
        side: Literal["BUY", "SELL"] = "BUY" if noise.random() < 1 / 2 else "SELL"
        away = 1 if side == "SELL" else -1
        takes = kind < CANCELS + TAKERS
        offset_ticks = -WIDTH_TICKS // 2 if takes else noise.randint(-WIDTH_TICKS // 4, WIDTH_TICKS)
        order_id, account_id = f"o{self.number:026d}", f"account-{noise.randrange(self.accounts)}"
        if not takes:
            self.placed.append((order_id, account_id))
        return order(
            self.market,
            order_id,
            account_id,
            side,
            noise.randint(1, 100),
            self.mid_ticks + away * offset_ticks,
            time_in_force="IOC" if takes else "GTC",
            at_ms=at_ms,
        )


def run(book: Book, commands: list[Command], batch: int, *, encode: bool, undo: bool) -> int:
    """Decide everything; returns the bytes of the encoded records."""
    size_bytes, previous_hash = 0, GENESIS_HASH
    for start in range(0, len(commands), batch):
        rest = commands[start : start + batch]
        while rest or book.continuing:
            decision = book.decide(rest)
            if decision is None:
                break
            if undo:
                book.undo(decision)
                decision = book.decide(rest)
                assert decision is not None
            rest = rest[decision.consumed :]
            if encode and decision.record is not None:
                previous_hash = record_hash(
                    book.stream,
                    book.sequence,
                    previous_hash,
                    canonical_json(decision.record),
                    epoch=0,
                    code_version=CODE_VERSION,
                    recorded_at_ms=book.time_ms,
                )
                size_bytes += len(encode_body(decision.record))
    return size_bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commands", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10, help="commands per record")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encode", action="store_true", help="with JSON, hash and compression")
    parser.add_argument("--undo", action="store_true", help="take every record back once")
    options = parser.parse_args()
    market = a_market()
    stream, book = Stream(market, options.seed), Book(market.symbol)
    book.decide([listing(market)])
    elapsed, size_bytes = 0.0, 0
    for _ in range(0, options.commands, AT_A_TIME):
        commands = stream.draw(AT_A_TIME)
        started = time.process_time()
        size_bytes += run(book, commands, options.batch, encode=options.encode, undo=options.undo)
        elapsed += time.process_time() - started
    view = book.market_view()
    report = (
        f"{stream.number:,} commands in {elapsed:.2f} s: {stream.number / elapsed:,.0f} a second; "
        f"{view['trades']:,} trades, {len(book.open_orders()):,} orders resting, "
        f"{view['book_sequence']:,} records, {size_bytes:,} bytes; "
        f"state {state_hash(book.state())[:16]}"
    )
    sys.stdout.write(report + "\n")


if __name__ == "__main__":
    main()
