"""How long ``cdk synth`` of every stage takes, with no credentials of AWS.

    .venv/bin/python -m tests.benchmarks.synthesis

Seconds on the clock and of CPU, of the CLI and the app together, into a folder of its own.
"""

import resource
import tempfile
import time
from pathlib import Path

from infra_cdk.local.synthesis import synthesise


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "cdk.out"
        before, began = cpu_seconds(), time.perf_counter()
        synthesise(output)
        took, spent = time.perf_counter() - began, cpu_seconds() - before
        stages = len(list(output.glob("assembly-*")))
        stacks = len(list(output.glob("assembly-*/*.template.json")))
    print("| cdk synth -c stage=all, no credentials | seconds, aim 60 | CPU seconds |")
    print("|---|---|---|")
    print(f"| {stages} stages, {stacks} stacks | {took:.1f} | {spent:.1f} |")


def cpu_seconds() -> float:
    """Return the CPU time of all processes that ended so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
