"""What importing a function costs, beside the floor that every function has, in the same run.

    .venv/bin/python -m tests.benchmarks.cold_start [--rounds 7]

CPU time, user and system, of a fresh process that imports the handler, less that of a process that
imports nothing; the best of the rounds, which take turns. The floor is what any handler stands on:
logger, metrics and pynamodb. On Lambda the interpreter, the network and the first call come on top.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from infra_cdk.regions import EVERY_FUNCTION
from tests.handler_settings import SETTINGS

FLOOR: Final = "from aws_lambda_powertools import Logger, Metrics; import pynamodb.models"
WITH_PYDANTIC: Final = f"{FLOOR}; import pydantic.main"
WITH_NUMBERS: Final = {
    "numpy": "import numpy",
    "numpy and what prices": "import zerodesk.pricing.batches",
    "logger, metrics and what prices": "import zerodesk_aws.entry, zerodesk.pricing.batches",
}
COUNTED: Final = "import sys; before = len(sys.modules); {}; print(len(sys.modules) - before)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    imports = {"floor": FLOOR, "floor and pydantic": WITH_PYDANTIC, **WITH_NUMBERS}
    imports |= {name: f"import {name}.handler" for name in sorted(EVERY_FUNCTION)}
    nothing, best_ms = measured(imports, rounds)
    floor_ms = best_ms["floor"] - nothing
    print("| import | CPU ms | times the floor | modules beyond it |\n|---|---|---|---|")
    floor = modules(FLOOR)
    for name, statement in imports.items():
        cpu_ms = best_ms[name] - nothing
        beyond = modules(statement) - floor
        print(f"| {name} | {cpu_ms:.0f} | {cpu_ms / floor_ms:.2f} | {beyond} |")


def measured(imports: Mapping[str, str], rounds: int) -> tuple[float, dict[str, float]]:
    """Return the best CPU time, ms, of a process that does nothing, and of each import."""
    spent_ms: dict[str, list[float]] = {name: [] for name in ("", *imports)}
    for _ in range(rounds):
        for name, times in spent_ms.items():
            times.append(cpu_ms_of(imports.get(name, "pass")))
    best_ms = {name: min(times) for name, times in spent_ms.items()}
    return best_ms.pop(""), best_ms


def cpu_ms_of(statement: str) -> float:
    """Return the CPU time of a process that runs a statement, ms."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(statement)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1_000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def modules(statement: str) -> int:
    """Return how many modules a statement loads."""
    return int(run(COUNTED.format(statement)))


def run(statement: str) -> str:
    """Run a statement in a process of its own and return what it prints."""
    environment = {"PATH": os.environ["PATH"], **SETTINGS}
    command = [sys.executable, "-c", statement]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


if __name__ == "__main__":
    main()
