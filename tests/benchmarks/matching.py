"""How many commands a second one book takes, on one core, layer by layer.

    python -m tests.benchmarks.matching [--commands 1000000] [--batch 10] [--seed 1]
    python -m tests.benchmarks.matching --depths       nanoseconds a command by resting orders
    python -m tests.benchmarks.matching --single       the time of each command by itself
    python -m tests.benchmarks.matching --restore      a book of a million orders from its snapshot

A seeded stream: 50 % limit orders around a wandering price, 40 % cancels of earlier orders (some
of which are gone by then), 10 % IOC orders across the spread. The layers, each with all before it:

    prototype   the least that matches, without anything the engine can do: the yardstick
    queues      price levels alone: orders rest, meet and leave
    records     commands checked, decided into events, postings and projections
    journal     each record as canonical JSON, with its hash
    compressed  and compressed, as it is put

The layers take turns of some thousands of commands, each in a process of its own: a machine that
changes its speed changes it for all of them. The clock, CPU time, runs over the layer alone, and
commands are made outside it. Anchors, one record in a thousand, are left out: what they cost
depends on how much a book remembers, see tests/benchmarks/recovery.py. The collector of cycles
looks as seldom as in the functions: Python's own setting has it look a hundred times as often.
``--undo`` decides every batch twice.
"""

import argparse
import gc
import multiprocessing
import random
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from tests.benchmarks.prototype import Prototype
from tests.markets import a_market
from zerodesk import CODE_VERSION
from zerodesk.codec import GENESIS_HASH, canonical_json, compressed, record_hash
from zerodesk.commands import Command
from zerodesk.instruments import Market
from zerodesk.matching import Book, cancel, listing, order
from zerodesk.matching.order import BookOrder
from zerodesk.matching.queues import Queues
from zerodesk.snapshots import restore, take
from zerodesk_aws import OBJECTS_BETWEEN_COLLECTIONS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ACCOUNTS = 100
CANCELS, TAKERS = 0.4, 0.1
WIDTH_TICKS = 200
COMMANDS_PER_MS = 5
AT_A_TIME = 10_000
TURN, END = "turn", "end"
LAYERS = ("prototype", "queues", "records", "journal", "compressed")
DEPTHS = (1_000, 10_000, 100_000, 1_000_000)
SAMPLE, SAMPLES = 2_000, 15
TIMES = 7
TAIL = 1_000


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

    def draw_resting(self) -> Command:
        """Return an order that meets nobody, some way off the price."""
        self.number += 1
        side: Literal["BUY", "SELL"] = "BUY" if self.noise.random() < 1 / 2 else "SELL"
        away_ticks = self.noise.randint(WIDTH_TICKS, 10 * WIDTH_TICKS)
        price_ticks = self.mid_ticks + (away_ticks if side == "SELL" else -away_ticks)
        order_id, account_id = f"r{self.number:026d}", f"account-{self.number % ACCOUNTS}"
        return order(self.market, order_id, account_id, side, 10, price_ticks, at_ms=1_000_000)

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


class QueuesAlone:
    """The engine's core: no money, no events."""

    def __init__(self) -> None:
        self.queues, self.trades = Queues(), 0

    def prepare(self, commands: list[Command]) -> list[tuple[Any, ...]]:
        return [
            (command["order_id"],)
            if command["kind"] == "cancel"
            else (
                command["command_id"],
                command["account_id"],
                command["side"] == "BUY",
                command["price_ticks"],
                command["quantity_lots"],
                command["time_in_force"] == "GTC",
            )
            for command in commands
            if command["kind"] in ("place", "cancel")
        ]

    def run(self, work: list[tuple[Any, ...]]) -> None:
        orders, rest = self.queues.orders, self.queues.rest
        meet, withdraw = self.queues.meet, self.queues.withdraw
        for terms in work:
            if len(terms) == 1:
                resting = orders.get(terms[0])
                if resting is not None:
                    withdraw(resting)
                continue
            taker = BookOrder()
            taker.take_terms(*terms)
            self.trades += len(meet(taker))
            if taker.remaining_lots and taker.rests:
                rest(taker)

    def report(self) -> str:
        return f"{self.trades:,} trades, {len(self.queues.orders):,} orders resting"


class Records:
    """A book that decides, and what is done with its records."""

    def __init__(self, market: Market, batch: int, layer: str, *, undo: bool = False) -> None:
        self.book = Book(market.symbol, anchor_every=sys.maxsize)
        self.book.decide([listing(market)])
        self.batch, self.undo = batch, undo
        self.hashes = layer in ("journal", "compressed")
        self.compresses = layer == "compressed"
        self.size_bytes, self.hash = 0, GENESIS_HASH

    def prepare(self, commands: list[Command]) -> list[Command]:
        return commands

    def run(self, work: list[Command]) -> None:
        book, batch = self.book, self.batch
        for start in range(0, len(work), batch):
            rest = work[start : start + batch]
            while rest or book.continuing:
                decision = book.decide(rest)
                if decision is None:
                    break
                if self.undo:
                    book.undo(decision)
                    decision = book.decide(rest)
                    assert decision is not None
                rest = rest[decision.consumed :]
                if self.hashes and decision.kept is not None:
                    self.write(decision.kept)

    def write(self, kept: dict[str, Any]) -> None:
        text = canonical_json(kept)
        self.hash = record_hash(
            self.book.stream,
            self.book.sequence,
            self.hash,
            text,
            epoch=1,
            code_version=CODE_VERSION,
            recorded_at_ms=self.book.time_ms,
        )
        if self.compresses:
            text = compressed(text)
        self.size_bytes += len(text)

    def report(self) -> str:
        view = self.book.market_view()
        return (
            f"{view['trades']:,} trades, {len(self.book.open_orders()):,} orders resting, "
            f"{view['book_sequence']:,} records, {self.size_bytes:,} bytes"
        )


Layer = Prototype | QueuesAlone | Records


def timed_s(layer: Layer, commands: list[Command]) -> float:
    work: Any = layer.prepare(commands)
    started = time.process_time()
    layer.run(work)
    return time.process_time() - started


def layers(market: Market, count: int, batch: int, seed: int, *, undo: bool) -> None:
    """Let every layer take its turn with the same commands."""
    players = {
        name: Player(layer_of(name, market, batch, undo=undo), Stream(market, seed))
        for name in LAYERS
    }
    taken_s: dict[str, list[float]] = {name: [] for name in LAYERS}
    for _ in range(0, count, AT_A_TIME):
        for name, player in players.items():
            taken_s[name].append(player.turn())
    for name, player in players.items():
        of_all = sum(taken_s["prototype"]) / sum(taken_s[name])
        of_turns = [
            least_s / own_s
            for least_s, own_s in zip(taken_s["prototype"], taken_s[name], strict=True)
        ]
        say(
            f"{name:10} {len(of_turns) * AT_A_TIME / sum(taken_s[name]):>9,.0f} a second, "
            f"{of_all:.3f} of the prototype, {median(of_turns):.3f} in the median turn; "
            f"{player.ended()}"
        )


class Player:
    """A layer in a process of its own, so that none has the others' objects to look through."""

    def __init__(self, layer: Layer, stream: Stream) -> None:
        forked = multiprocessing.get_context("fork")
        self._asks, answers = forked.Pipe()
        forked.Process(target=play, args=(answers, layer, stream), daemon=True).start()

    def turn(self) -> float:
        """Return how many seconds the next commands took."""
        self._asks.send(TURN)
        taken_s: float = self._asks.recv()
        return taken_s

    def ended(self) -> str:
        """End, and return what came of all."""
        self._asks.send(END)
        report: str = self._asks.recv()
        return report


def play(asked: "Connection", layer: Layer, stream: Stream) -> None:
    while asked.recv() == TURN:
        asked.send(timed_s(layer, stream.draw(AT_A_TIME)))
    asked.send(layer.report())


def layer_of(name: str, market: Market, batch: int, *, undo: bool = False) -> Layer:
    match name:
        case "prototype":
            return Prototype()
        case "queues":
            return QueuesAlone()
    return Records(market, batch, name, undo=undo)


def depths(market: Market, seed: int) -> None:
    """Print the cost of a command in books of many sizes, the fastest of some thousands each."""
    for name in ("queues", "records"):
        first_ns = 0.0
        for resting in DEPTHS:
            layer = layer_of(name, market, 10)
            stream = Stream(market, seed)
            for start in range(0, resting, AT_A_TIME):
                size = min(AT_A_TIME, resting - start)
                timed_s(layer, [stream.draw_resting() for _ in range(size)])
            costs_ns = [timed_s(layer, stream.draw(SAMPLE)) / SAMPLE * 1e9 for _ in range(SAMPLES)]
            cost_ns = min(costs_ns)
            first_ns = first_ns or cost_ns
            say(f"{name:10} {resting:>9,} resting {cost_ns:>7,.0f} ns {cost_ns / first_ns:5.2f}")


def single(market: Market, count: int, seed: int) -> None:
    """Print how long one command takes by itself: as it was once, and at its best of some times.

    Wall time. Once is with whatever interrupts it, other work on the core and the collector of
    cycles among it; the least of several times of the same command is what it takes.
    """
    for name in ("queues", "records"):
        times_ns = [each_ns(market, name, count, seed) for _ in range(TIMES)]
        for said, costs_ns in (
            ("once", times_ns[-1]),
            (f"least of {TIMES}", [min(costs) for costs in zip(*times_ns, strict=True)]),
        ):
            costs_ns.sort()
            p50, p99 = (costs_ns[int(len(costs_ns) * share)] / 1e3 for share in (0.5, 0.99))
            say(f"{name:10} p50 {p50:.1f} us, p99 {p99:.1f} us, {said}")


def each_ns(market: Market, name: str, count: int, seed: int) -> list[int]:
    """Return how long each command of a stream took, in a record of its own."""
    layer = layer_of(name, market, 1)
    stream, costs_ns = Stream(market, seed), []
    for _ in range(0, count, AT_A_TIME):
        for command in stream.draw(AT_A_TIME):
            work: Any = layer.prepare([command])
            started_ns = time.perf_counter_ns()
            layer.run(work)
            costs_ns.append(time.perf_counter_ns() - started_ns)
    return costs_ns


def restoring(market: Market, batch: int, seed: int) -> None:
    """Print how long a book takes to come back from its snapshot and the records behind it."""
    layer, stream = Records(market, batch, "records"), Stream(market, seed)
    for _ in range(0, DEPTHS[-1], AT_A_TIME):
        timed_s(layer, [stream.draw_resting() for _ in range(AT_A_TIME)])
    snapshot, anchor = take(layer.book, GENESIS_HASH), {"state_digest": layer.book.digest()}
    tail = [layer.book.decide(stream.draw(batch)) for _ in range(TAIL)]
    started = time.process_time()
    book = restore(snapshot, record_hash=GENESIS_HASH, anchor=anchor)
    restored_s = time.process_time() - started
    for decision in tail:
        assert decision is not None
        assert decision.record is not None
        book.apply(decision.record)
    elapsed_s = time.process_time() - started
    assert book.digest() == layer.book.digest()
    say(
        f"{DEPTHS[-1]:,} orders from {len(snapshot.data):,} bytes in {restored_s:.1f} s, "
        f"and {TAIL:,} records of {batch} in {elapsed_s - restored_s:.1f} s"
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commands", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10, help="commands per record")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--undo", action="store_true", help="take every record back once")
    parser.add_argument("--depths", action="store_true", help="cost by resting orders")
    parser.add_argument("--single", action="store_true", help="time of each command by itself")
    parser.add_argument("--restore", action="store_true", help="a million orders come back")
    options = parser.parse_args()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    market = a_market()
    if options.restore:
        restoring(market, options.batch, options.seed)
    elif options.depths:
        depths(market, options.seed)
    elif options.single:
        single(market, options.commands, options.seed)
    else:
        layers(market, options.commands, options.batch, options.seed, undo=options.undo)


if __name__ == "__main__":
    main()
