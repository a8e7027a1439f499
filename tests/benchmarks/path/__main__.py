"""The command: see the package's docstring."""

import argparse
import json
import os
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from infra_cdk import local
from infra_cdk.local.aws import LocalSession
from infra_cdk.local.keys import credentials_file
from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE
from tests.benchmarks.path import __doc__ as told
from tests.benchmarks.path.drive import Measured, Path, real, turn, yardstick
from tests.benchmarks.path.hops import hops
from tests.benchmarks.path.plan import recorded
from tests.benchmarks.path.yardsticks import deploy
from zerodesk_client.api import Client

Results = dict[int, dict[str, Measured]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(told or "").splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--rounds", type=int, default=6, help="turns of each path (default 6)")
    parser.add_argument("--orders", type=int, default=20, help="of a client and turn (default 20)")
    asked = parser.parse_args()
    with cloud() as (session, endpoint):
        addresses = deploy(session, recorded())
        key = json.loads(credentials_file().read_text())["operator"]
        with Client(endpoint.api_url, key) as operator:
            paths = [
                real(endpoint.api_url, operator, max(asked.clients)),
                *(yardstick(name, url) for name, url in addresses.items()),
            ]
        results: Results = {}
        for clients in asked.clients:
            since_ms = int(time.time() * 1_000)
            results[clients] = measured(paths, clients, asked.rounds, asked.orders)
            if clients == asked.clients[0]:
                print_hops(session, since_ms, clients)
    print_table(results)


@contextmanager
def cloud() -> Iterator[tuple[LocalSession, local.Endpoint]]:
    """Run a local cloud of the benchmark's own."""
    with tempfile.TemporaryDirectory() as state, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ |= {STATE_VARIABLE: state, PORT_VARIABLE: str(probe.getsockname()[1])}
        probe.close()
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            endpoint = local.up(print)
            yield LocalSession(endpoint.endpoint), endpoint
        finally:
            local.down(print)


def measured(paths: list[Path], clients: int, rounds: int, orders: int) -> dict[str, Measured]:
    """Let the paths take turns; the first turn of each warms up."""
    found = {path.name: Measured() for path in paths}
    for number in range(rounds + 1):
        for path in paths:
            done = turn(path, clients, orders)
            if number:
                found[path.name].add(*done)
    return found


def print_hops(session: LocalSession, since_ms: int, clients: int) -> None:
    """Print what the product's own code adds, function by function."""
    print(f"\n| ms an invocation, p50, {clients} client(s) | real | bare | own code adds |")
    print("|---|---|---|---|")
    for hop in hops(session, since_ms):
        print(f"| {hop.function} | {hop.real_ms:.1f} | {hop.bare_ms:.1f} | {hop.own_ms:.1f} |")


def print_table(results: Results) -> None:
    """Print orders a second and latencies, and the real path over the bare one."""
    print("\n| clients | path | orders/s | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
    for clients, found in results.items():
        for name, one in found.items():
            cuts = one.percentiles
            print(
                f"| {clients} | {name} | {one.orders_per_second:.1f} | {cuts.p50_ms} "
                f"| {cuts.p95_ms} | {cuts.p99_ms} |"
            )
    print("\n| clients | real/bare, p50 (aim 1.3) | real/bare, orders/s (aim 0.8) |\n|---|---|---|")
    for clients, found in results.items():
        one, bare = found["real"], found["bare"]
        p50 = (one.percentiles.p50_ms or 0.0) / (bare.percentiles.p50_ms or 1.0)
        speed = one.orders_per_second / bare.orders_per_second
        print(f"| {clients} | {p50:.2f} | {speed:.2f} |")


if __name__ == "__main__":
    main()
