"""What importing a function costs, beside the floor that every function has, in the same run.

    .venv/bin/python -m tests.benchmarks.cold_start [--rounds 7] [--instructions]

CPU time, user and system, of a fresh process that imports the handler, less that of a process that
imports nothing; the best of the rounds, which take turns. The floor is what any handler stands on:
logger, metrics and pynamodb. On Lambda the interpreter, the network and the first call come on top.

With ``--instructions`` it counts instructions of what an order passes and of what prices instead
(valgrind must be installed), which are the same on a machine that has other things to do: one round
is enough. numpy's threads wait by spinning, which is neither, so it has one.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final

from infra_cdk.regions import EVERY_FUNCTION
from tests.benchmarks.cloud import say
from tests.handler_settings import SETTINGS

FLOOR: Final = "from aws_lambda_powertools import Logger, Metrics; import pynamodb.models"
WITH_PYDANTIC: Final = f"{FLOOR}; import pydantic.main"
WITH_NUMBERS: Final = {
    "numpy": "import numpy",
    "numpy and what prices": "import zerodesk.pricing.batches",
    "logger and metrics": "import zerodesk_aws.entry",
    "logger, metrics and what prices": "import zerodesk_aws.entry, zerodesk.pricing.batches",
}
ON_THE_WAY: Final = (
    "authorizer",
    "pricing",
    "settlement",
    "risk_check",
    "matching",
    "order_intake",
)
"""The functions that an order passes."""
PRICING: Final = ("pricing_api", "chunk_pricing")
"""Those that price batches."""
COUNTING: Final = (
    "valgrind",
    "--tool=cachegrind",
    "--cache-sim=no",
    "--cachegrind-out-file=/dev/null",
)
REFERENCES: Final = re.compile(r"I +refs:")
AT_ONCE: Final = "; import os; os._exit(0)"
"""Ends a process without taking all apart again that it has imported, which Lambda never does."""
COUNTED: Final = "import sys; before = len(sys.modules); {}; print(len(sys.modules) - before)"


def main() -> None:
    """Measure and print."""
    asked = _parser().parse_args()
    imports = {"floor": FLOOR, "floor and pydantic": WITH_PYDANTIC} | WITH_NUMBERS
    if asked.instructions:
        imports |= {name: f"import {name}.handler" for name in (*ON_THE_WAY, *PRICING)}
        report(imports, "million instructions", *measured(imports, 1, million_instructions_of))
        return
    imports |= {name: f"import {name}.handler" for name in sorted(EVERY_FUNCTION)}
    report(imports, "CPU ms", *measured(imports, asked.rounds, cpu_ms_of))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--instructions", action="store_true")
    return parser


def report(
    imports: Mapping[str, str], unit: str, nothing: float, best: Mapping[str, float]
) -> None:
    """Print what each import takes beyond a process that does nothing."""
    print(f"| import | {unit} | times the floor | times numpy | modules beyond the floor |")
    print("|---|---|---|---|---|")
    of_floor, floor = best["floor"] - nothing, modules(FLOOR)
    of_numpy = best["numpy"] - nothing
    for name, statement in imports.items():
        taken = best[name] - nothing
        beyond = modules(statement) - floor
        times = f"{taken / of_floor:.2f} | {taken / of_numpy:.2f}"
        print(f"| {name} | {taken:.0f} | {times} | {beyond} |")


def measured(
    imports: Mapping[str, str], rounds: int, measure: Callable[[str], float]
) -> tuple[float, dict[str, float]]:
    """Return the least that a process takes that does nothing, and with each import."""
    found: dict[str, list[float]] = {name: [] for name in ("", *imports)}
    say(f"{len(imports)} imports, once each for their byte code")
    for statement in imports.values():
        # What has no byte code yet has it from here on.
        run(statement)
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, values in found.items():
            values.append(measure(imports.get(name, "pass") + AT_ONCE))
    least = {name: min(values) for name, values in found.items()}
    return least.pop(""), least


def million_instructions_of(statement: str) -> float:
    """Return how many instructions a process executes that runs a statement."""
    told = _done(statement, *COUNTING).stderr
    [line] = [line for line in told.splitlines() if REFERENCES.search(line)]
    return int(line.split()[-1].replace(",", "")) / 1e6


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
    return _done(statement).stdout


def _done(statement: str, *under: str) -> subprocess.CompletedProcess[str]:
    """Run a statement in a process of its own, under another program if one is named."""
    environment = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1", **SETTINGS}
    command = [*under, sys.executable, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment)


if __name__ == "__main__":
    main()
