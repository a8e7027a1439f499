"""``python -m tests.simulation --lives N --seed S``: live many orders under faults, and check."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tests.simulation import seam

if TYPE_CHECKING:
    from tests.simulation.campaign import Tally
    from tests.simulation.kept import Kept

REPORT_SECONDS: Final = 5.0
INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED: Final = 130
KILL_PLACES: Final = 12
CASES_PER_LINE: Final = 500
RUNS_PER_PROCESS: Final = 5
"""A process is begun for no fewer runs."""

T = TypeVar("T")


def main(arguments: list[str]) -> int:
    """Run a campaign; 0 when no invariant broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--lives", type=int, default=10_000, help="order lives in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a file of totals, to go on from and to write")
    parser.add_argument("--run", type=int, help="the seed of one run alone, as a failure names it")
    parser.add_argument("--pairs", action="store_true", help="every fault and pair, no chance")
    asked = parser.parse_args(arguments)
    with seam.installed():
        if asked.pairs:
            return play_all()
        return Campaign(asked).run()


def play_all() -> int:
    """Play every fault at every boundary of each saga, then every pair; 0 when none broke."""
    from tests.simulation.campaign import few_collections
    from tests.simulation.exhaustive import broken, pairs, sagas, singles
    from tests.simulation.sagas import CROSSING

    failures = 0
    with few_collections() as collect:
        parts = [(f"singles of {one.name}", singles(one), one) for one in sagas()]
        for name, cases, saga in (*parts, ("pairs", pairs(every_moment=True), CROSSING)):
            played = Counted(name, collect)
            for case, result in broken(played.counting(cases), saga):
                failures += 1
                print(f"{case.name}\n  {result.violations[0]}", flush=True)
            print(f"{played.number} {name}, {failures} violations", flush=True)
    return min(failures, 1)


class Counted:
    """Counts what passes, says so now and then, and has the garbage collected."""

    def __init__(self, name: str, collect: Callable[[], int]) -> None:
        self._name = name
        self._collect = collect
        self.number = 0

    def counting(self, cases: Iterable[T]) -> Iterator[T]:
        """Yield the cases as they are."""
        for case in cases:
            self.number += 1
            if self.number % CASES_PER_LINE == 0:
                self._collect()
                print(f"{self.number:>9} {self._name}", flush=True)
            yield case


class Campaign:
    """A campaign that tells how it goes."""

    def __init__(self, asked: argparse.Namespace) -> None:
        from tests.commits import commit
        from tests.simulation.campaign import Tally, seeds_of
        from tests.simulation.kept import Kept

        self._seed, self._lives = asked.seed, asked.lives
        self._seeds = seeds_of(asked.seed, asked.lives)
        self._kept = None
        if asked.run is not None:
            self._seeds = [(asked.run, asked.lives)]
        elif asked.keep is not None:
            self._kept = Kept(asked.keep, asked.seed, asked.lives, commit())
        self._tally = Tally() if self._kept is None else self._kept.tally
        self._earlier = (0, 0) if self._kept is None else self._kept.earlier
        self._lives_before = self._tally.lives
        self._begun_s = time.monotonic()
        self._told_s = self._begun_s
        cores = len(os.sched_getaffinity(0))
        self._processes = max(1, min(cores, len(self._seeds) // RUNS_PER_PROCESS))
        self._stopped = False

    def run(self) -> int:
        """Run to the end, to the first failure or to an interrupt; the last line has the totals."""
        from tests.simulation.campaign import campaign

        tally, stopped = self._tally, False
        with self._stopping_between_runs():
            try:
                rest = self._seeds[self._earlier[0] + tally.runs :]
                campaign(rest, self._progress, processes=self._processes, tally=tally)
            except KeyboardInterrupt:
                stopped = True
        if self._kept is not None:
            self._keep(self._kept)
        if tally.failed is not None:
            self._explain(tally)
        if tally.lives:
            self._summary(tally)
        if stopped:
            done = self._earlier[0] + tally.runs
            print(f"interrupted: {done} of {len(self._seeds)} runs are done")
        if self._earlier[0]:
            print(
                f"{self._earlier[1]} order lives were played with earlier commits; with this one:"
            )
        print(
            f"{tally.lives} order lives, {tally.errands} errands, {tally.kills} kills, "
            f"{tally.timeouts_after_commit} time-outs after commit, {tally.violations} violations, "
            f"{tally.cpu_seconds:.0f} CPU seconds",
            flush=True,
        )
        if tally.failed is not None:
            return 1
        return INTERRUPTED if stopped else 0

    @contextmanager
    def _stopping_between_runs(self) -> Iterator[None]:
        """Let the first interrupt end the campaign behind a run, and the second at once."""

        def stop(number: int, _: object) -> None:
            self._stopped = True
            signal.signal(number, standing[signal.Signals(number)])

        standing = {number: signal.signal(number, stop) for number in INTERRUPTS}
        try:
            yield
        finally:
            for number, handler in standing.items():
                signal.signal(number, handler)

    def _keep(self, kept: "Kept") -> None:
        """Have the file say what was played; a run that failed is not done."""
        failed = self._tally.failed
        if failed is None:
            kept.write()
        else:
            assert self._tally.failed_seed is not None, "a failure has a seed"
            kept.take_broken(self._tally.failed_seed, failed.violations)

    def _progress(self, tally: "Tally") -> None:
        if self._stopped:
            raise KeyboardInterrupt
        now_s = time.monotonic()
        if now_s - self._told_s < REPORT_SECONDS:
            return
        self._told_s = now_s
        if self._kept is not None:
            self._kept.write()
        lives = self._earlier[1] + tally.lives
        rate = (tally.lives - self._lives_before) / (now_s - self._begun_s)
        print(
            f"{lives:>9} of {self._lives} lives, {rate:6.0f} a second, "
            f"{tally.lives / tally.cpu_seconds:.0f} a second of a core, "
            f"{tally.kills} kills, {sum(tally.faults.values())} faults, "
            f"{timedelta(seconds=round((self._lives - lives) / rate))} to go",
            flush=True,
        )

    def _summary(self, tally: "Tally") -> None:
        seconds = time.monotonic() - self._begun_s
        print(
            f"{tally.runs} runs in {self._processes} processes, seed {self._seed}: "
            f"{(tally.lives - self._lives_before) / seconds:.0f} lives a second, "
            f"{tally.lives / tally.cpu_seconds:.0f} a second of a core"
        )
        print(
            f"{tally.calls / tally.lives:.1f} calls and {tally.write_units / tally.lives:.1f} "
            f"write units a life, journal digest {tally.digest[:16]}"
        )
        print("faults:")
        for fault, times in tally.faults.most_common():
            print(f"  {times:>8}  {fault}")
        print("kills by boundary:")
        for place, times in tally.kills_at.most_common(KILL_PLACES):
            print(f"  {times:>8}  {place}")

    def _explain(self, tally: "Tally") -> None:
        from tests.simulation.shrink import relevant, shrink
        from tests.simulation.traffic import draw

        seed, failed = tally.failed_seed, tally.failed
        assert seed is not None, "a failure has a seed"
        assert failed is not None, "a failure has a run"
        print(f"\nrun {seed} breaks an invariant:")
        for violation in failed.violations:
            print(f"  {violation}")
        print("shrinking ...", flush=True)
        traffic = draw(seed, failed.lives)
        failure = shrink(seed, traffic, failed, lambda line: print(f"  {line}", flush=True))
        print(f"\nthe shortest run found: {len(failure.traffic.lives)} lives, faults at")
        for number, fault in sorted(failure.faults.items()):
            print(f"  #{number}: {fault}")
        for step in relevant(failure):
            print(step)
        print(f"\nbroken: {failure.violation}")
        print(f"again: python -m tests.simulation --run {seed} --lives {failed.lives}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
