"""A campaign's totals in a file: who was interrupted goes on where it ended.

Written whole and then renamed, so that a machine may go down at any moment. A run that breaks an
invariant is never taken down as done: going on finds it again.
"""

import json
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from tests.simulation.campaign import Tally
from tests.simulation.faults import Fault

COUNTED: Final = tuple(one.name for one in fields(Tally) if not one.name.startswith("failed"))


class Kept:
    """The file of one campaign."""

    def __init__(self, path: Path, seed: int, lives: int) -> None:
        self._path = path
        self._campaign = {"seed": seed, "lives": lives}

    def read(self) -> Tally:
        """Return what the campaign had come to, nothing where there is no file yet."""
        if not self._path.exists():
            return Tally()
        told = json.loads(self._path.read_text())
        if {name: told.get(name) for name in self._campaign} != self._campaign:
            raise SystemExit(f"{self._path} is of another campaign, not of {self._campaign}")
        tally = Tally(**told["tally"])
        faults = Counter({Fault(name): times for name, times in told["tally"]["faults"].items()})
        return replace(tally, faults=faults, kills_at=Counter(tally.kills_at))

    def write(self, tally: Tally) -> None:
        """Let the file say what the campaign has come to."""
        counted = {name: getattr(tally, name) for name in COUNTED}
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps(self._campaign | {"tally": counted}, indent=1) + "\n")
        fresh.replace(self._path)
