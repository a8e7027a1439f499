"""What is printed: how fast, what is written, and where the time goes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from infra_cdk.local.function_names import FUNCTION_PREFIX
from tests.benchmarks.durable.drain import Drain
from tests.benchmarks.path.cpu import CLOUD

TABLES: Final = ("journal", "orders", "cursors", "market")
FUNCTIONS: Final = ("matching", "settlement")

Cells = dict[str, str]
"""What a row says, by column."""


def print_all(drains: Sequence[Drain]) -> None:
    """Print the tables."""
    for caption, columns in CAPTIONS.items():
        print(f"\n{caption}:\n")
        rows = [_keys(one) | columns(one) for one in drains]
        print(_row(rows[0]), "|---" * len(rows[0]) + "|", sep="\n")
        for row in rows:
            print(_row(row.values()))


def _keys(drain: Drain) -> Cells:
    return {"symbols": f"{drain.symbols}", "batch": f"{drain.batch}"}


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def speed(drain: Drain) -> Cells:
    """Return how fast orders came into the journal."""
    return {
        "orders": f"{drain.orders}",
        "commands in the queue": f"{drain.commands}",
        "records of books": f"{drain.records}",
        "seconds": f"{drain.seconds:.2f}",
        "orders/s": f"{drain.orders_per_second:.1f}",
        "processes started": f"{drain.processes_started}",
    }


def writes(drain: Drain) -> Cells:
    """Return what an order wrote from the queue on, and what taking it in wrote."""
    return {
        "writes": _an_order(drain.behind.writes.total(), drain),
        **{f"of them {name}": _an_order(drain.behind.writes[name], drain) for name in TABLES},
        "write units": _an_order(drain.behind.units.total(), drain),
        "taking in: writes": _an_order(drain.taking_in.writes.total(), drain),
        "taking in: write units": _an_order(drain.taking_in.units.total(), drain),
    }


def _an_order(count: int, drain: Drain) -> str:
    return f"{count / drain.orders:.2f}"


def batches(drain: Drain) -> Cells:
    """Return where the time between two records of a book goes.

    With more books than processes of matching, a run waits for one of them, too.
    """
    return {
        "from record to record": f"{drain.between_records_ms:.1f}",
        "a run of matching": f"{drain.matching_ms:.1f}",
        "of it, matching computes": f"{drain.matching_cpu_ms:.1f}",
    }


def shares(drain: Drain) -> Cells:
    """Return what all cores did from the first record until all orders were answered."""
    found = by_process(drain.spent.cpu_ms)
    found |= {
        "other work": drain.spent.elsewhere_ms,
        "idle": max(0, drain.spent.cores.idle_ms),
    }
    all_ms = sum(found.values())
    return {name: f"{100 * taken_ms / all_ms:.0f}" for name, taken_ms in found.items()}


def cpu(drain: Drain) -> Cells:
    """Return the CPU time of an order, from the queue on until it is settled and told."""
    found = by_process(drain.cpu_ms)
    found["all"] = sum(found.values())
    return {name: f"{taken_ms / drain.orders:.1f}" for name, taken_ms in found.items()}


def by_process(cpu_ms: dict[str, int]) -> dict[str, int]:
    """Return CPU time of the cloud, of the functions on the way, and of all others together.

    Examples
    --------
    >>> by_process({"zerodesk-local-matching": 30, "zerodesk-local-queries": 4, "": 1})
    {'the local cloud itself': 0, 'matching': 30, 'settlement': 0, 'other functions': 5}
    """
    found = {CLOUD: cpu_ms.get(CLOUD, 0)}
    found |= {name: cpu_ms.get(f"{FUNCTION_PREFIX}{name}", 0) for name in FUNCTIONS}
    return found | {"other functions": sum(cpu_ms.values()) - sum(found.values())}


CAPTIONS: Final[dict[str, Callable[[Drain], Cells]]] = {
    "Orders into the journal": speed,
    "Writes an order": writes,
    "Of one book, ms": batches,
    "What all cores did meanwhile, %": shares,
    "CPU time an order until all is settled, ms": cpu,
}
