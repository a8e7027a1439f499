"""Many runs, each from a seed of its own that the campaign's seed leads to, on one core or several.

However many cores there are, the runs are told in the order of their seeds: the same digest.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from typing import Final, TypeVar

from tests.simulation.faults import TIMEOUTS, Fault, Swarm
from tests.simulation.options import OPTIONS
from tests.simulation.perpetuals import PERPETUAL, PERPETUALS
from tests.simulation.run import Result, Summary, simulate, venue
from tests.simulation.traffic import MARKETS, draw

LIVES_PER_RUN: Final = 200
"""Short runs: a cold process folds a book from its beginning, and a failure is short to read."""

RUNS_PER_PROCESS: Final = 10
"""Each leaves some 20 MB of garbage."""

KILLS: Final = (Fault.KILL_BEFORE, Fault.KILL_AFTER)
AMBIGUOUS: Final = tuple(set(TIMEOUTS) - {Fault.TIMEOUT_BEFORE})


Run = tuple[int, int]
"""(seed, lives)."""

WARM_UP: Final[Run] = (0, 10)

T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What a campaign has come to."""

    lives: int = 0
    errands: int = 0
    runs: int = 0
    kills: int = 0
    timeouts_after_commit: int = 0
    calls: int = 0
    write_units: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    kills_at: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    cpu_seconds: float = 0.0
    failed_seed: int | None = None
    failed: Result | None = None

    @property
    def violations(self) -> int:
        """How many invariants the run that failed broke; no run is made after it."""
        return 0 if self.failed is None else len(self.failed.violations)

    def add(self, result: Summary) -> None:
        """Take a run in."""
        self.lives += result.lives
        self.errands += result.errands
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


def seeds_of(seed: int, lives: int) -> list[Run]:
    """Return (seed, lives) of each run."""
    whole, rest = divmod(lives, LIVES_PER_RUN)
    sizes = [LIVES_PER_RUN] * whole + ([rest] if rest else [])
    return [(seed * 1_000_000 + number, size) for number, size in enumerate(sizes)]


def run_one(seed: int, lives: int, *, traced: bool = False) -> Result:
    """Run one seed."""
    return simulate(seed, draw(seed, lives), Swarm(seed), traced=traced)


Told = tuple[Run, Summary, float]
"""(run, what came of it, seconds of a core that it took)."""


def _told(run: Run) -> Told:
    """Make one run."""
    begun_s = time.process_time()
    summary = run_one(*run).summary
    return run, summary, time.process_time() - begun_s


def _told_by(processes: int, runs: Sequence[Run]) -> Iterator[Told]:
    """Make the runs, and tell of each in order. A worker that dies ends it with an exception.

    A process makes a few runs and ends, and what they left ends with it: to look for it as garbage
    would take a fifteenth of the time.
    """
    if processes == 1 and len(runs) <= RUNS_PER_PROCESS:
        yield from map(_told, runs)
        return
    _warm()
    together = processes * RUNS_PER_PROCESS
    for first in range(0, len(runs), together):
        pool = ProcessPoolExecutor(processes, get_context("fork"))
        try:
            yield from pool.map(_told, runs[first : first + together])
        finally:
            pool.shutdown(cancel_futures=True)


@cache
def _warm() -> None:
    """Let this process have loaded what runs need: who is forked from it has it, too."""
    run_one(*WARM_UP)


def apart(work: Callable[[], T]) -> T:
    """Do some work in a process of its own: what it leaves as garbage ends with that."""
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(work).result()


def campaign(
    runs: Sequence[Run],
    progress: Callable[[Tally], None],
    *,
    processes: int = 1,
    tally: Tally | None = None,
) -> Tally:
    """Make each run, in so many processes, until one fails; that one is made again, to be read.

    What comes of them is added to the tally: who leaves early, by what ``progress`` raises, has it.
    """
    tally = Tally() if tally is None else tally
    with few_collections():
        for run, summary, cpu_seconds in _told_by(processes, runs):
            tally.add(summary)
            tally.cpu_seconds += cpu_seconds
            if summary.violations:
                tally.failed_seed, tally.failed = run[0], run_one(*run)
                break
            progress(tally)
    return tally


@contextmanager
def few_collections() -> Iterator[Callable[[], int]]:
    """Let garbage lie until it is asked for: looking for it all the time costs a tenth.

    What there is before is set aside, with whatever garbage there is among it, and comes back at
    the end. To look through it first takes a process that has collected all tests half a second.
    """
    venue()
    venue((*MARKETS, PERPETUAL))
    venue((*MARKETS, *PERPETUALS))
    venue((*MARKETS, *OPTIONS))
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()
