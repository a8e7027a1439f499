"""The engine beside other matchers of the package index, over the same stream, one after the other.

    python -m venv ENV
    ENV/bin/pip install lightmatchingengine order-matching "pandera[polars]" pyorderbook
    ENV/bin/pip install nautilus_trader hftbacktest
    python -m tests.benchmarks.peers --peers ENV/bin/python [--commands 20000] [--seed 1]

Each peer runs in a process of its own, in the environment of the peers: this file, with ``--play``.
The clock, CPU time, runs over the peer's own calls; an IOC order is an order whose rest is then
cancelled, where a peer has no such word. What does not install, or cannot take part, says so.

hftbacktest and nautilus_trader are backtest engines, where the orders of two users never meet: they
play the stream in a manner of their own, backtests.py, and their rows say so.
"""

import argparse
import importlib
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

NAMES = ("lightmatchingengine", "pyorderbook", "order-matching")
BACKTESTS = ("nautilus_trader", "hftbacktest")
SYMBOL = "BTC-USD"

Operation = list[Any]
"""[order id], a cancel, or [order id, account id, buys, price, lots, rests]."""


def play_lightmatchingengine(operations: list[Operation]) -> int:
    engine = importlib.import_module(
        "lightmatchingengine.lightmatchingengine"
    ).LightMatchingEngine()
    ids: dict[str, int] = {}
    trades = 0
    for operation in operations:
        if len(operation) == 1:
            # A cancel of an order that was filled fails on an assertion of its own.
            with suppress(AssertionError):
                if operation[0] in ids:
                    engine.cancel_order(ids.pop(operation[0]), SYMBOL)
            continue
        order_id, _, buys, price_ticks, lots, rests = operation
        order, made = engine.add_order(SYMBOL, price_ticks, lots, 1 if buys else 2)
        # It tells a trade to each side.
        trades += len(made) // 2
        if rests:
            ids[order_id] = order.order_id
        elif order.leaves_qty:
            engine.cancel_order(order.order_id, SYMBOL)
    return trades


def play_pyorderbook(operations: list[Operation]) -> int:
    book_module = importlib.import_module("pyorderbook.book")
    orders = importlib.import_module("pyorderbook.order")
    logging.disable(logging.CRITICAL)
    book, resting, trades = book_module.Book(), dict[str, Any](), 0
    for operation in operations:
        if len(operation) == 1:
            order = resting.pop(operation[0], None)
            if order is not None and order.id in book.order_map:
                book.cancel(order)
            continue
        order_id, _, buys, price_ticks, lots, rests = operation
        side = orders.Side.BID if buys else orders.Side.ASK
        order = orders.Order(side, SYMBOL, price_ticks, lots)
        trades += len(book.match(order).trades)
        if rests:
            resting[order_id] = order
        elif order.quantity:
            book.cancel(order)
    return trades


def play_order_matching(operations: list[Operation]) -> int:
    engine = importlib.import_module("order_matching.matching_engine").MatchingEngine(seed=1)
    limit_order = importlib.import_module("order_matching.order").LimitOrder
    orders = importlib.import_module("order_matching.orders").Orders
    side = importlib.import_module("order_matching.enums").Side
    importlib.import_module("loguru").logger.remove()
    # It compares with a time without a zone.
    book, trades, now = engine.unprocessed_orders, 0, datetime(2026, 1, 1)  # noqa: DTZ001
    for operation in operations:
        if len(operation) == 1:
            if book.find_order_by_id(operation[0]) is not None:
                engine.cancel_order(operation[0])
            continue
        order_id, account_id, buys, price_ticks, lots, rests = operation
        order = limit_order(
            side=side.BUY if buys else side.SELL,
            price=price_ticks,
            size=lots,
            timestamp=now,
            order_id=order_id,
            trader_id=account_id,
        )
        engine.place(orders([order]))
        trades += len(engine.match(now).trades)
        if not rests and book.find_order_by_id(order_id) is not None:
            engine.cancel_order(order_id)
    return trades


PLAYS: dict[str, Callable[[list[Operation]], int]] = {
    "lightmatchingengine": play_lightmatchingengine,
    "pyorderbook": play_pyorderbook,
    "order-matching": play_order_matching,
}


def play(name: str, path: Path) -> None:
    operations = json.loads(path.read_text(encoding="utf-8"))["operations"]
    started = time.process_time()
    trades = PLAYS[name](operations)
    json.dump([time.process_time() - started, f"{trades:,} trades"], sys.stdout)


def compare(interpreter: str, count: int, seed: int) -> None:
    """Print what each engine makes of a stream, this one first."""
    from tests.benchmarks.matching import QueuesAlone, Records, Stream, say, timed_s
    from tests.markets import a_market

    market = a_market()
    stream = Stream(market, seed)
    # Each with the price around which it was drawn: there a backtest's quotes stand.
    drawn = [(stream.draw_one(), stream.mid_ticks) for _ in range(count)]
    commands = [command for command, _ in drawn]
    for layer, name in (
        (QueuesAlone(), "zerodesk, queues alone"),
        (Records(market, 100, "records"), "zerodesk, records with postings"),
    ):
        say(f"{name:32} {count / timed_s(layer, commands):>9,.0f} a second; {layer.report()}")
    operations = QueuesAlone().prepare(commands)
    mids_ticks = [mid_ticks for _, mid_ticks in drawn]
    here, backtests = Path(__file__), Path(__file__).with_name("backtests.py")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.json"
        path.write_text(
            json.dumps({"operations": operations, "mids_ticks": mids_ticks}), encoding="utf-8"
        )
        for script, names in ((here, NAMES), (backtests, BACKTESTS)):
            for name in names:
                done = subprocess.run(
                    [interpreter, script, "--play", name, path],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode:
                    say(f"{name:32} does not run: {done.stderr.strip().splitlines()[-1]}")
                    continue
                elapsed_s, said = json.loads(done.stdout)
                say(f"{name:32} {count / elapsed_s:>9,.0f} a second; {said}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", metavar="PYTHON", help="the interpreter that has the peers")
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--play", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        play(options.play[0], Path(options.play[1]))
    elif options.peers:
        compare(options.peers, options.commands, options.seed)
    else:
        parser.error("--peers names the interpreter that has them")


if __name__ == "__main__":
    main()
