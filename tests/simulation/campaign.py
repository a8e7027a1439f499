"""Many runs, one after the other, each from a seed of its own that the campaign's seed leads to."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from tests.simulation.faults import TIMEOUTS, Fault, Swarm
from tests.simulation.run import Result, simulate, venue
from tests.simulation.traffic import draw

LIVES_PER_RUN: Final = 200
"""Short runs: a cold process folds a book from its beginning, and a failure is short to read."""

RUNS_PER_COLLECTION: Final = 10
KILLS: Final = (Fault.KILL_BEFORE, Fault.KILL_AFTER)
AMBIGUOUS: Final = tuple(set(TIMEOUTS) - {Fault.TIMEOUT_BEFORE})


@dataclass(slots=True)
class Tally:
    """What a campaign has come to."""

    lives: int = 0
    runs: int = 0
    kills: int = 0
    timeouts_after_commit: int = 0
    calls: int = 0
    write_units: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    kills_at: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    failed_seed: int | None = None
    failed: Result | None = None

    def add(self, result: Result) -> None:
        """Take a run in."""
        self.lives += result.lives
        self.runs += 1
        self.kills += result.count(*KILLS)
        self.timeouts_after_commit += result.count(*AMBIGUOUS, Fault.SERVER_ERROR_AFTER)
        self.calls += result.calls
        self.write_units += result.write_units
        self.faults.update(result.faults.values())
        for (fault, place), times in result.boundaries.items():
            if fault in KILLS:
                self.kills_at[place] += times
        self.digest = sha256(f"{self.digest}{result.digest}".encode()).hexdigest()


def seeds_of(seed: int, lives: int) -> list[tuple[int, int]]:
    """Return (seed, lives) of each run."""
    whole, rest = divmod(lives, LIVES_PER_RUN)
    sizes = [LIVES_PER_RUN] * whole + ([rest] if rest else [])
    return [(seed * 1_000_000 + number, size) for number, size in enumerate(sizes)]


def run_one(seed: int, lives: int, *, traced: bool = False) -> Result:
    """Run one seed."""
    return simulate(seed, draw(seed, lives), Swarm(seed), traced=traced)


def campaign(seeds: Iterable[tuple[int, int]], progress: Callable[[Tally], None]) -> Tally:
    """Run each seed with its number of lives, until one run fails."""
    tally = Tally()
    with few_collections() as collect:
        for run_seed, size in seeds:
            result = run_one(run_seed, size)
            tally.add(result)
            if result.violations:
                tally.failed_seed, tally.failed = run_seed, result
                break
            progress(tally)
            if tally.runs % RUNS_PER_COLLECTION == 0:
                collect()
    return tally


@contextmanager
def few_collections() -> Iterator[Callable[[], int]]:
    """Let garbage lie until it is asked for: looking for it all the time costs a tenth."""
    venue()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()
