"""The stream that peers.py plays, through backtest engines: as the orders of one strategy.

hftbacktest and nautilus_trader fill orders from market data and never from one another, so what
trades here is not what trades in the stream: a row here says what a command costs, and no more.
The market that they are given is simulated. Before every command come a bid and an ask, a tick away
from the price the stream wanders around and larger than any order; an order that crosses them is
filled, and one that rests is filled when they come to it. Both fill the same orders so.

The clock, CPU time, runs over the backtest alone: for each command the quotes, and the order or the
cancel. What both read is made before it, and what numba compiles is compiled before it.
nautilus_trader makes an object of every order and of every event; its log, its risk engine and its
analysis of the run are switched off, and its account is frozen: the margins of all open orders at
every event would be most of the time. hftbacktest keeps numbers, and its strategy is compiled.
"""

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

QUOTED_LOTS = 1_000
STEP_NS = 1_000_000
CANCELS, BUYS, SELLS = range(3)
HFTBACKTEST_STATUSES = ("NEW", "EXPIRED", "FILLED", "CANCELED", "PARTIALLY_FILLED", "REJECTED")
SAID = {"NEW": "resting", "ACCEPTED": "resting", "CANCELED": "cancelled"}
"""What both call by names of their own; any other status is said as it is."""

Operation = list[Any]
"""As in peers.py: [order id], a cancel, or [order id, account id, buys, price, lots, rests]."""

Played = tuple[float, Counter[str]]
"""Seconds, and how many orders ended in which status."""


def play_nautilus_trader(operations: list[Operation], mids_ticks: list[int]) -> Played:
    engine, instrument = nautilus_engine()
    strategy_type = importlib.import_module("nautilus_trader.trading.strategy").Strategy
    engine.add_data(nautilus_quotes(instrument, mids_ticks))
    work = iter(nautilus_work(operations))
    orders: dict[str, Any] = {}

    def on_start(strategy: Any) -> None:
        strategy.subscribe_quote_ticks(instrument.id)

    def on_quote_tick(strategy: Any, _: Any) -> None:
        order_id, *terms = next(work)
        if terms:
            order = strategy.order_factory.limit(instrument.id, *terms)
            orders[order_id] = order
            strategy.submit_order(order)
        elif orders[order_id].is_open:
            strategy.cancel_order(orders[order_id])

    methods = {"on_start": on_start, "on_quote_tick": on_quote_tick}
    engine.add_strategy(type("Player", (strategy_type,), methods)())
    started = time.process_time()
    engine.run()
    elapsed_s = time.process_time() - started
    return elapsed_s, Counter(order.status_string() for order in orders.values())


def nautilus_quotes(instrument: Any, mids_ticks: list[int]) -> list[Any]:
    quote = importlib.import_module("nautilus_trader.model.data").QuoteTick
    objects = importlib.import_module("nautilus_trader.model.objects")
    price, lots = objects.Price.from_int, objects.Quantity.from_int(QUOTED_LOTS)
    return [
        quote(instrument.id, price(mid - 1), price(mid + 1), lots, lots, at_ns, at_ns)
        for at_ns, mid in zip(steps_ns(mids_ticks), mids_ticks, strict=True)
    ]


def nautilus_work(operations: list[Operation]) -> list[tuple[Any, ...]]:
    """Return the operations in the engine's words: (order id,), or with side, lots, price, term."""
    enums = importlib.import_module("nautilus_trader.model.enums")
    objects = importlib.import_module("nautilus_trader.model.objects")
    return [
        (
            operation[0],
            enums.OrderSide.BUY if operation[2] else enums.OrderSide.SELL,
            objects.Quantity.from_int(operation[4]),
            objects.Price.from_int(operation[3]),
            enums.TimeInForce.GTC if operation[5] else enums.TimeInForce.IOC,
        )
        if len(operation) > 1
        else (operation[0],)
        for operation in operations
    ]


def nautilus_engine() -> tuple[Any, Any]:
    """Return an engine with one venue, and the instrument that is traded there in whole ticks."""
    engine_module = importlib.import_module("nautilus_trader.backtest.engine")
    config = importlib.import_module("nautilus_trader.config")
    currencies = importlib.import_module("nautilus_trader.model.currencies")
    enums = importlib.import_module("nautilus_trader.model.enums")
    ids = importlib.import_module("nautilus_trader.model.identifiers")
    objects = importlib.import_module("nautilus_trader.model.objects")
    pair = importlib.import_module("nautilus_trader.model.instruments").CurrencyPair
    engine = engine_module.BacktestEngine(
        config.BacktestEngineConfig(
            logging=config.LoggingConfig(bypass_logging=True),
            risk_engine=config.RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    venue, symbol = ids.Venue("SIM"), ids.Symbol("BTC-USD")
    engine.add_venue(
        venue,
        enums.OmsType.NETTING,
        enums.AccountType.MARGIN,
        [objects.Money(1_000_000_000_000, currencies.USD)],
        frozen_account=True,
    )
    instrument = pair(
        instrument_id=ids.InstrumentId(symbol, venue),
        raw_symbol=symbol,
        base_currency=currencies.BTC,
        quote_currency=currencies.USD,
        price_precision=0,
        size_precision=0,
        price_increment=objects.Price.from_int(1),
        size_increment=objects.Quantity.from_int(1),
        margin_init=Decimal(0),
        margin_maint=Decimal(0),
        ts_event=0,
        ts_init=0,
    )
    engine.add_instrument(instrument)
    return engine, instrument


def play_hftbacktest(operations: list[Operation], mids_ticks: list[int]) -> Played:
    words = importlib.import_module("hftbacktest.order")
    work, feed, limit = hftbacktest_work(operations), hftbacktest_feed(mids_ticks), words.LIMIT

    def submit(backtest: Any, work: Any) -> None:
        for number, kind, price, lots, term in work:
            backtest.elapse(STEP_NS)
            if kind == BUYS:
                backtest.submit_buy_order(0, number, price, lots, term, limit, wait=False)
            elif kind == SELLS:
                backtest.submit_sell_order(0, number, price, lots, term, limit, wait=False)
            else:
                # What was filled it refuses to cancel.
                backtest.cancel(0, number, wait=False)
        backtest.elapse(STEP_NS)

    compiled = importlib.import_module("numba").njit(submit)
    compiled(hftbacktest_engine(feed), work[:1])
    engine = hftbacktest_engine(feed)
    started = time.process_time()
    compiled(engine, work)
    elapsed_s = time.process_time() - started
    names = {getattr(words, name): name for name in HFTBACKTEST_STATUSES}
    ended, orders = Counter[str](), engine.orders(0).values()
    while orders.has_next():
        ended[names[orders.get().status]] += 1
    return elapsed_s, ended


def hftbacktest_work(operations: list[Operation]) -> Any:
    """Return the operations as rows of [order's number, kind, price, lots, time in force]."""
    numpy, words = importlib.import_module("numpy"), importlib.import_module("hftbacktest.order")
    numbers: dict[str, int] = {}
    rows = []
    for order_id, *terms in operations:
        number = numbers.setdefault(order_id, len(numbers) + 1)
        if terms:
            _, buys, price_ticks, lots, rests = terms
            kind, term = BUYS if buys else SELLS, words.GTC if rests else words.IOC
            rows.append((number, kind, price_ticks, lots, term))
        else:
            rows.append((number, CANCELS, 0, 0, 0))
    return numpy.array(rows, numpy.int64)


def hftbacktest_feed(mids_ticks: list[int]) -> Any:
    """Return the events of the depth: the new quotes first, and then the old are gone."""
    hftbacktest, numpy = importlib.import_module("hftbacktest"), importlib.import_module("numpy")
    event = hftbacktest.DEPTH_EVENT | hftbacktest.EXCH_EVENT | hftbacktest.LOCAL_EVENT
    sides = ((event | hftbacktest.BUY_EVENT, -1), (event | hftbacktest.SELL_EVENT, 1))
    before_ticks, rows = mids_ticks[0], []
    # The engine's time begins at its first event: the first quotes stand once before that.
    for at_ns, mid_ticks in zip(
        (STEP_NS, *steps_ns(mids_ticks)), (before_ticks, *mids_ticks), strict=True
    ):
        for kind, away in sides:
            rows.append((kind, at_ns, at_ns, mid_ticks + away, QUOTED_LOTS, 0, 0, 0))
            if mid_ticks != before_ticks:
                rows.append((kind, at_ns, at_ns, before_ticks + away, 0, 0, 0, 0))
        before_ticks = mid_ticks
    return numpy.array(rows, importlib.import_module("hftbacktest.types").event_dtype)


def hftbacktest_engine(feed: Any) -> Any:
    hftbacktest = importlib.import_module("hftbacktest")
    return hftbacktest.HashMapMarketDepthBacktest(
        [
            hftbacktest.BacktestAsset()
            .data(feed)
            .linear_asset(1.0)
            .constant_order_latency(0, 0)
            .risk_adverse_queue_model()
            .partial_fill_exchange()
            .trading_value_fee_model(0.0, 0.0)
            .tick_size(1.0)
            .lot_size(1.0)
        ]
    )


def steps_ns(mids_ticks: list[int]) -> range:
    return range(2 * STEP_NS, (len(mids_ticks) + 2) * STEP_NS, STEP_NS)


PLAYS: dict[str, Callable[[list[Operation], list[int]], Played]] = {
    "nautilus_trader": play_nautilus_trader,
    "hftbacktest": play_hftbacktest,
}


def play(name: str, path: Path) -> None:
    stream = json.loads(path.read_text(encoding="utf-8"))
    elapsed_s, ended = PLAYS[name](stream["operations"], stream["mids_ticks"])
    counts = sorted((SAID.get(status, status.lower()), count) for status, count in ended.items())
    said = ", ".join(f"{count:,} {status}" for status, count in counts)
    json.dump([elapsed_s, f"orders met quotes, not one another: {said}"], sys.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--play", nargs=2, metavar=("NAME", "FILE"), required=True)
    name, path = parser.parse_args().play
    play(name, Path(path))


if __name__ == "__main__":
    main()
