"""The command: see the package's docstring."""

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import Final

from infra_cdk.local.paths import CALL_LOG_VARIABLE
from tests.benchmarks.cloud import Cloud, cloud, say
from tests.benchmarks.path import __doc__ as told
from tests.benchmarks.path.beyond import Beyond
from tests.benchmarks.path.calls import Calls
from tests.benchmarks.path.cpu import Cpu
from tests.benchmarks.path.drive import Measured, Path, real, turn, yardstick
from tests.benchmarks.path.hops import hops
from tests.benchmarks.path.plan import Plan, recorded
from tests.benchmarks.path.report import (
    Results,
    print_calls,
    print_cpu,
    print_hops,
    print_ratios,
    print_speeds,
)
from tests.benchmarks.path.yardsticks import deploy
from tests.benchmarks.venue import an_operator

WARM_UP_ORDERS: Final = 4
WARM_UP_TURNS: Final = 4
"""With all clients at most, until nothing is asked for again: every function runs often enough
then, or the machine is too busy for so many clients, and the tables will say so."""


TURN_ORDERS: Final = 96
"""Of all clients together: with more of them a turn is no longer, and there are enough to cut at
the 95th percentile. It is what the whole command's time goes by."""


def main() -> None:
    """Measure and print."""
    asked = _parser().parse_args()
    with cloud(CALL_LOG_VARIABLE) as running:
        calls = Calls(running.log(CALL_LOG_VARIABLE))
        plan = recorded()
        beyond = Beyond(plan)
        paths = prepared(running, max(asked.clients), plan, beyond)
        cpu = Cpu(running.pid)
        warm_up(paths, max(asked.clients), calls)
        results: Results = {}
        added = []
        for clients in asked.clients:
            since_ms = int(time.time() * 1_000)
            orders = orders_of_client(clients, asked.orders)
            results[clients] = measured(paths, clients, asked.rounds, orders, calls, cpu, beyond)
            if clients == asked.clients[0]:
                added = list(hops(running.session, since_ms))
    print_speeds(results)
    print_ratios(results)
    print_calls(results)
    print_cpu(results)
    print_hops(added, asked.clients[0])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.path", description=(told or "").splitlines()[0]
    )
    parser.add_argument(
        "--clients", type=int, nargs="+", default=[1, 4, 8, 16], help="default 1 4 8 16"
    )
    parser.add_argument("--rounds", type=int, default=4, help="turns of each path (default 4)")
    parser.add_argument(
        "--orders",
        type=int,
        default=20,
        help=f"of a client and turn at most (default 20); of all clients at most {TURN_ORDERS}",
    )
    return parser


def prepared(running: Cloud, clients: int, plan: Plan, beyond: Beyond) -> list[Path]:
    """Deploy the yardsticks, and open markets and accounts of the clients."""
    running.stop_schedules()
    say("deploying the yardsticks")
    addresses = deploy(running.session, plan, clients)
    say(f"opening {clients} markets and {2 * clients} accounts")
    with an_operator(running.endpoint) as operator:
        return [
            real(running.endpoint.api_url, operator, clients),
            *(yardstick(name, url, beyond.of) for name, url in addresses.items()),
        ]


def warm_up(paths: Sequence[Path], most: int, calls: Calls) -> None:
    """Let ever more clients ask, so that functions start a few at a time and none is measured."""
    for clients in (*ramp(most), *[most] * WARM_UP_TURNS):
        repeated = {path.name: turn(path, clients, WARM_UP_ORDERS).repeated for path in paths}
        calls.quiet()
        say(f"warming up, {clients} client(s), asked again: {repeated}")
        if clients == most and not any(repeated.values()):
            break


def orders_of_client(clients: int, most: int) -> int:
    """Return how many orders each client places in a turn: pairs, of which one rests and one takes.

    Examples
    --------
    >>> [orders_of_client(clients, 20) for clients in (1, 4, 8, 16, 100)]
    [20, 20, 12, 6, 2]
    """
    return max(2, min(most, TURN_ORDERS // clients) // 2 * 2)


def ramp(most: int) -> Iterator[int]:
    """Yield 1, 2, 4, ... below ``most``."""
    clients = 1
    while clients < most:
        yield clients
        clients *= 2


def measured(
    paths: Sequence[Path],
    clients: int,
    rounds: int,
    orders: int,
    calls: Calls,
    cpu: Cpu,
    beyond: Beyond,
) -> dict[str, Measured]:
    """Let the paths take turns, another one first in each round; the first round warms up.

    Each begins when what the one before left to be done is done. The bare path's orders ask what
    the real ones asked with so many clients, beginning with the real path's first turn.
    """
    found = {path.name: Measured() for path in paths}
    asked = Measured()
    began = time.monotonic()
    for number in range(rounds + 1):
        first = number % len(paths)
        speeds = []
        for path in (*paths[first:], *paths[:first]):
            cpu.taken_ms()
            done = turn(path, clients, orders)
            done.calls, done.cpu_ms = calls.quiet(), cpu.taken_ms()
            speeds.append(f"{path.name} {done.orders_per_second:.1f}/s")
            if path.name == "real":
                asked.add(done)
                beyond.learn(asked)
            if number:
                found[path.name].add(done)
        left_s = (time.monotonic() - began) / (number + 1) * (rounds - number)
        say(
            f"{clients} client(s), round {number} of {rounds}: {', '.join(speeds)}; "
            f"{left_s:.0f} s more with so many"
        )
    return found


if __name__ == "__main__":
    main()
