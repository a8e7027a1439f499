"""Every figure of docs/numbers.md that an adopter looks at, one part after the other.

    .venv/bin/python -m tests.benchmarks.figures [PART ...] [--small]

A part is a few commands. One that fails says so and is named again at the end, and the others are
measured all the same. ``--small`` asks each for as little as it takes, to see that all of them
work; its figures say nothing.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from infra_cdk.settings import ROOT
from tests.benchmarks.cloud import say

PYTHON: Final = (sys.executable, "-m")
ZERODESK: Final = str(Path(sys.executable).with_name("zerodesk"))
PROFILES: Final = ("single", "continental", "global")


class Part(NamedTuple):
    """What prints some of the figures: its commands, one after the other."""

    title: str
    commands: tuple[tuple[str, ...], ...]
    small: tuple[str, ...] = ()
    """Further arguments of the last command, with which it measures as little as it can."""

    def asked(self, *, small: bool) -> tuple[tuple[str, ...], ...]:
        """Return the commands, in full or in small."""
        *before, last = self.commands
        return (*before, (*last, *self.small)) if small else self.commands


PARTS: Final[Mapping[str, Part]] = MappingProxyType(
    {
        "synthesis": Part("cdk synth of every stage", ((*PYTHON, "tests.benchmarks.synthesis"),)),
        "packages": Part(
            "the sizes of what is shipped",
            ((*PYTHON, "infra_cdk.local", "layer"), (*PYTHON, "tests.benchmarks.packages")),
        ),
        "cold_start": Part(
            "what importing each function takes",
            ((*PYTHON, "tests.benchmarks.cold_start"),),
            ("--rounds", "1"),
        ),
        "cost": Part(
            "what orders cost, by profile",
            tuple(
                (ZERODESK, "cost", "--orders-per-second", "100", "--profile", profile)
                for profile in PROFILES
            ),
        ),
        "path": Part(
            "the way of an order, beside a bare and a minimal one",
            ((*PYTHON, "tests.benchmarks.path"),),
            ("--clients", "1", "--rounds", "1", "--orders", "4"),
        ),
        "durable": Part(
            "the durable path, its queue held back and drained",
            ((*PYTHON, "tests.benchmarks.durable"),),
            ("--symbols", "1", "--batch", "10", "--orders", "20"),
        ),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code: 1 if a part failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    parser.add_argument("--small", action="store_true", help="as little as it takes to see it work")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"{', '.join(unknown)}: no part; there are {', '.join(PARTS)}")
    failed = measured({name: PARTS[name] for name in asked.parts or PARTS}, small=asked.small)
    if failed:
        say(f"not measured: {', '.join(failed)}")
    return 1 if failed else 0


def measured(parts: Mapping[str, Part], *, small: bool) -> list[str]:
    """Measure part after part, and return those that failed."""
    failed = []
    for number, (name, part) in enumerate(parts.items(), 1):
        say(f"{number} of {len(parts)}, {name}: {part.title}")
        began = time.monotonic()
        if not done(part.asked(small=small)):
            failed.append(name)
        ended = "failed after" if name in failed else "took"
        say(f"{name} {ended} {time.monotonic() - began:.0f} s")
    return failed


def done(commands: Sequence[Sequence[str]]) -> bool:
    """Run commands until one fails; return whether none did."""
    return all(subprocess.run(one, cwd=ROOT, check=False).returncode == 0 for one in commands)


if __name__ == "__main__":
    sys.exit(main())
