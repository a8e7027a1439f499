"""What is printed: tables of the paths beside one another."""

from collections import Counter
from typing import Final

from infra_cdk.local.function_names import FUNCTION_PREFIX
from tests.benchmarks.path.cpu import CLOUD
from tests.benchmarks.path.drive import Measured
from tests.benchmarks.path.hops import HOPS, Hop
from tests.benchmarks.path.yardsticks import PREFIX

Results = dict[int, dict[str, Measured]]
"""By clients, then by path."""

SELDOM: Final = 0.005
"""Calls an order below which a kind is not listed: what comes once in a while."""


def print_speeds(results: Results) -> None:
    """Print orders a second and latencies of every path."""
    print("\n| clients | path | orders/s | p50 ms | p95 ms | p99 ms | orders | asked again |")
    print("|---|---|---|---|---|---|---|---|")
    for clients, found in results.items():
        for name, one in found.items():
            cuts = one.percentiles
            print(
                f"| {clients} | {name} | {one.orders_per_second:.1f} | {cuts.p50_ms} "
                f"| {cuts.p95_ms} | {cuts.p99_ms} | {cuts.count} | {one.repeated} |"
            )


def print_ratios(results: Results) -> None:
    """Print the real path over the bare one."""
    print("\n| clients | real/bare, p50 (aim 1.3) | real/bare, orders/s (aim 0.8) |\n|---|---|---|")
    for clients, found in results.items():
        one, bare = found["real"], found["bare"]
        p50 = (one.percentiles.p50_ms or 0.0) / (bare.percentiles.p50_ms or 1.0)
        speed = one.orders_per_second / bare.orders_per_second
        print(f"| {clients} | {p50:.2f} | {speed:.2f} |")


def print_calls(results: Results) -> None:
    """Print how many calls an order made on each path, as the local cloud counted them."""
    print("\n| calls an order, real and bare |" + "".join(f" {one} |" for one in results))
    print("|---|" + "---|" * len(results))
    counted = {
        clients: [found[path].calls_per_order() for path in ("real", "bare")]
        for clients, found in results.items()
    }
    names = {name for both in counted.values() for one in both for name in one}
    for name in sorted(names):
        pairs = [[one.get(name, 0.0) for one in both] for both in counted.values()]
        if max(map(max, pairs)) >= SELDOM:
            cells = "".join(f" {real:.2f}, {bare:.2f} |" for real, bare in pairs)
            print(f"| {name} |{cells}")


def print_cpu(results: Results) -> None:
    """Print the CPU time of an order on both paths, in the cloud itself and in each function."""
    print("\n| CPU ms an order, real and bare |" + "".join(f" {one} |" for one in results))
    print("|---|" + "---|" * len(results))
    both = [
        [_by_function(found[path].cpu_ms_per_order()) for path in ("real", "bare")]
        for found in results.values()
    ]
    for name in (CLOUD, *HOPS):
        cells = "".join(f" {real[name]:.1f}, {bare[name]:.1f} |" for real, bare in both)
        print(f"| {name} |{cells}")
    sums = "".join(f" {real.total():.1f}, {bare.total():.1f} |" for real, bare in both)
    print(f"| all |{sums}")


def _by_function(cpu_ms: dict[str, float]) -> Counter[str]:
    """Return CPU time by the product's function, whichever path it stands on."""
    found: Counter[str] = Counter()
    for name, taken in cpu_ms.items():
        bare = name.removeprefix(FUNCTION_PREFIX).removeprefix(f"{PREFIX}-")
        found[bare] += taken  # type: ignore[assignment] # typeshed: whole numbers only
    return found


def print_hops(hops: list[Hop], clients: int) -> None:
    """Print what the product's own code adds, function by function."""
    print(f"\n| ms an invocation, p50, {clients} client(s) | real | bare | own code adds |")
    print("|---|---|---|---|")
    for hop in hops:
        print(f"| {hop.function} | {hop.real_ms:.1f} | {hop.bare_ms:.1f} | {hop.own_ms:.1f} |")
