"""The command: see the package's docstring."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Final

from infra_cdk.local.paths import WRITE_LOG_VARIABLE
from tests.benchmarks.cloud import cloud, say
from tests.benchmarks.durable import __doc__ as told
from tests.benchmarks.durable.drain import Bench
from tests.benchmarks.durable.intake import ORDERS_MAX, Trading, opened
from tests.benchmarks.durable.report import print_all
from tests.benchmarks.venue import an_operator

WARM_UP_ORDERS: Final = 10
WARM_UP_TURNS: Final = 5
"""At most, until no function starts another process."""
BATCH_MAX: Final = 10
"""SQS hands out no more of a FIFO queue."""
SYMBOLS_MAX: Final = 50


def main() -> None:
    """Measure and print."""
    asked = _parser().parse_args()
    wanted = list(cells(asked.symbols, asked.batch))
    with cloud(WRITE_LOG_VARIABLE) as running:
        running.stop_schedules()
        say(f"opening {max(asked.symbols)} markets")
        with an_operator(running.endpoint) as operator:
            markets = [opened(operator, number) for number in range(max(asked.symbols))]
            bench = Bench(running)
            warm_up(bench, markets)
            drains = []
            for number, (symbols, batch) in enumerate(wanted, 1):
                say(f"{number} of {len(wanted)}: {symbols} symbol(s) in batches of {batch}")
                drains.append(bench.run(markets[:symbols], batch, asked.orders))
    print_all(drains)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.durable", description=(told or "").splitlines()[0]
    )
    parser.add_argument(
        "--orders",
        type=number_of_orders,
        default=100,
        help=f"of each symbol, an even number up to {ORDERS_MAX} (default 100)",
    )
    parser.add_argument(
        "--batch",
        type=int,
        choices=range(1, BATCH_MAX + 1),
        metavar="N",
        nargs="+",
        default=[1, 2, 5, 10],
        help="bounds of a batch, for one symbol; more of them have the largest (default 1 2 5 10)",
    )
    parser.add_argument(
        "--symbols",
        type=int,
        choices=range(1, SYMBOLS_MAX + 1),
        metavar="N",
        nargs="+",
        default=[1, 2, 5, 10],
        help="numbers of symbols (default 1 2 5 10)",
    )
    return parser


def number_of_orders(text: str) -> int:
    """Read a number of orders: more than one batch, and a buy for each sell.

    Examples
    --------
    >>> number_of_orders("100")
    100
    >>> number_of_orders("7")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: 7 is no even number from 20 to 400
    """
    orders = int(text)
    if orders % 2 or not 2 * BATCH_MAX <= orders <= ORDERS_MAX:
        raise argparse.ArgumentTypeError(
            f"{text} is no even number from {2 * BATCH_MAX} to {ORDERS_MAX}"
        )
    return orders


def cells(symbols: Sequence[int], batches: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield what is measured: the fewest symbols with each batch, more with the largest one.

    Examples
    --------
    >>> list(cells([10, 1, 2], [1, 10, 5]))
    [(1, 1), (1, 5), (1, 10), (2, 10), (10, 10)]
    """
    fewest, *more = sorted(symbols)
    for batch in sorted(batches):
        yield fewest, batch
    for number in more:
        yield number, max(batches)


def warm_up(bench: Bench, markets: Sequence[Trading]) -> None:
    """Let all books be written at once, so that no function's first process is measured."""
    for turn in range(1, WARM_UP_TURNS + 1):
        say(f"warming up, turn {turn} of {WARM_UP_TURNS} at most")
        if not bench.run(markets, 1, WARM_UP_ORDERS).processes_started:
            break


if __name__ == "__main__":
    main()
