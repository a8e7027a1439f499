"""A campaign's totals in a file: who was interrupted goes on where it ended.

The file has a part for each commit that the campaign was played with, for what was found holds of
that code alone: the runs behind the last part are played with the code that there is now. It is
written whole and then renamed, so that a machine may go down at any moment. A run that breaks an
invariant is never taken down as done, but as broken: going on finds it again, or finds it mended.

``python -m tests.simulation.kept FOLDER...`` sums such files up, as ``docs/numbers.md`` has it.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Self

from tests.simulation.campaign import Run, Tally, seeds_of
from tests.simulation.faults import Fault

COUNTED: Final = tuple(one.name for one in fields(Tally) if not one.name.startswith("failed"))

HEADING: Final = (
    "commit",
    "runs",
    "order lives",
    "errands",
    "kills",
    "time-outs after commit",
    "violations",
    "CPU hours",
)


@dataclass(slots=True)
class Part:
    """What one commit came to: its runs from a number on, and those that broke an invariant."""

    commit: str
    first: int = 0
    tally: Tally = field(default_factory=Tally)
    broken: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """Return the part that a document tells of."""
        tally = Tally(**told["tally"])
        faults = Counter({Fault(name): times for name, times in told["tally"]["faults"].items()})
        whole = replace(tally, faults=faults, kills_at=Counter(tally.kills_at))
        return cls(told["commit"], told["first"], whole, told["broken"])

    def told(self) -> dict[str, Any]:
        """Return it as a document."""
        counted = {name: getattr(self.tally, name) for name in COUNTED}
        return {
            "commit": self.commit,
            "first": self.first,
            "tally": counted,
            "broken": self.broken,
        }

    @property
    def violations(self) -> int:
        """How many invariants broke."""
        return sum(map(len, self.broken.values()))


class Kept:
    """The file of one campaign, played on with one commit."""

    def __init__(self, path: Path, seed: int, lives: int, commit: str) -> None:
        self._path = path
        self._campaign = {"seed": seed, "lives": lives}
        self.parts = self._read()
        if not self.parts or self.parts[-1].commit != commit:
            self.parts.append(Part(commit, sum(part.tally.runs for part in self.parts)))

    @property
    def tally(self) -> Tally:
        """What this commit has come to so far."""
        return self.parts[-1].tally

    @property
    def earlier(self) -> tuple[int, int]:
        """(runs, lives) with earlier commits."""
        tallies = [part.tally for part in self.parts[:-1]]
        return sum(one.runs for one in tallies), sum(one.lives for one in tallies)

    def _read(self) -> list[Part]:
        if not self._path.exists():
            return []
        told = json.loads(self._path.read_text())
        if {name: told.get(name) for name in self._campaign} != self._campaign:
            raise SystemExit(f"{self._path} is of another campaign, not of {self._campaign}")
        return [Part.of(part) for part in told["parts"]]

    def take_broken(self, seed: int, violations: Iterable[object]) -> None:
        """Take down that a run broke something; what was played since the last writing is not."""
        written = self._read()
        if len(written) < len(self.parts):
            written.append(Part(self.parts[-1].commit, self.parts[-1].first))
        self.parts = written
        self.parts[-1].broken[str(seed)] = [str(violation) for violation in violations]
        self.write()

    def write(self) -> None:
        """Let the file say what the campaign has come to."""
        told = self._campaign | {"parts": [part.told() for part in self.parts]}
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps(told, indent=1) + "\n")
        fresh.replace(self._path)


SUMMED: Final = ("runs", "lives", "errands", "kills", "timeouts_after_commit", "cpu_seconds")


def summed(folders: Sequence[Path]) -> dict[str, Counter[str]]:
    """Return what all files of some folders come to, by commit.

    Raises
    ------
    ValueError
        Two files have the same run of the same commit: it lived once.
    """
    sums: dict[str, Counter[str]] = {}
    played: dict[tuple[str, Run], Path] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        told = json.loads(path.read_text())
        runs = seeds_of(told["seed"], told["lives"])
        for part in map(Part.of, told["parts"]):
            for run in runs[part.first : part.first + part.tally.runs]:
                other = played.setdefault((part.commit, run), path)
                if other is not path:
                    raise ValueError(f"run {run[0]} of {part.commit} is in {other} and in {path}")
            row = sums.setdefault(part.commit, Counter())
            row.update({name: getattr(part.tally, name) for name in SUMMED})
            row["violations"] += part.violations
    return sums


def table(sums: dict[str, Counter[str]]) -> list[str]:
    """Return a row for each commit, and one of all."""
    whole: Counter[str] = sum(sums.values(), Counter())
    rows = [_row(name, row) for name, row in (*sums.items(), ("all", whole))]
    return [f"| {' | '.join(row)} |" for row in (HEADING, ("---",) * len(HEADING), *rows)]


def _row(name: str, row: Counter[str]) -> tuple[str, ...]:
    counts = (*SUMMED[:-1], "violations")
    return (name, *(f"{row[count]:,}" for count in counts), f"{row['cpu_seconds'] / 3_600:.2f}")


def main(arguments: Sequence[str]) -> int:
    """Print the table of the folders that are given; 1 where something was broken."""
    try:
        sums = summed([Path(argument) for argument in arguments])
    except ValueError as twice:
        sys.exit(str(twice))
    sys.stdout.write("\n".join(table(sums)) + "\n")
    return int(any(row["violations"] for row in sums.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
