"""From a run that failed to the shortest one that fails in the same way."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.faults import Fault, Script
from tests.simulation.invariants import Violation
from tests.simulation.run import Result, simulate
from tests.simulation.traffic import Traffic
from tests.simulation.world import Step

SECONDS_MAX: Final = 60.0
LINES_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that fails: what clients wanted, what went wrong, and what it broke."""

    seed: int
    traffic: Traffic
    faults: Mapping[int, Fault]
    violation: Violation
    trace: Sequence[Step]


class Shrinking:
    """Leaves out lives and faults as long as the same invariant breaks."""

    def __init__(self, seed: int, invariant: str) -> None:
        self._seed, self._invariant = seed, invariant
        self._end_s = time.monotonic() + SECONDS_MAX

    def fails(self, traffic: Traffic, faults: Mapping[int, Fault]) -> Result | None:
        """Run again; return the run if it breaks the same invariant."""
        result = simulate(self._seed, traffic, Script(faults))
        same = [one for one in result.violations if one.invariant == self._invariant]
        return result if same else None

    def may_try(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self._end_s

    def fewest_lives(self, traffic: Traffic, faults: Mapping[int, Fault]) -> Traffic:
        """Return the shortest beginning of the traffic that still fails, by bisection."""
        low, high = 0, len(traffic.lives)
        while high - low > 1 and self.may_try():
            middle = (low + high) // 2
            if self.fails(traffic.first(middle), faults):
                high = middle
            else:
                low = middle
        return traffic.first(high)

    def fewest_faults(self, traffic: Traffic, faults: Mapping[int, Fault]) -> Mapping[int, Fault]:
        """Return few faults that still fail: parts are left out, ever smaller ones."""
        kept, part = dict(faults), max(1, len(faults) // 2)
        while self.may_try():
            numbers, before = sorted(kept), len(kept)
            for start in range(0, len(numbers), part):
                left_out = set(numbers[start : start + part])
                fewer = {number: kept[number] for number in kept if number not in left_out}
                if self.may_try() and self.fails(traffic, fewer):
                    kept = fewer
            if part == 1 and len(kept) == before:
                break
            part = max(1, part // 2)
        return kept


def shrink(seed: int, traffic: Traffic, result: Result, told: Callable[[str], None]) -> Failure:
    """Return the shortest failure that is found in bounded time."""
    violation = result.violations[0]
    shrinking = Shrinking(seed, violation.invariant)
    faults: Mapping[int, Fault] = result.faults
    if shrinking.fails(traffic, faults):
        traffic = shrinking.fewest_lives(traffic, faults)
        told(f"{len(traffic.lives)} lives still fail")
        faults = shrinking.fewest_faults(traffic, faults)
        told(f"{len(faults)} faults still fail")
    last = simulate(seed, traffic, Script(faults), traced=True)
    same = [one for one in last.violations if one.invariant == violation.invariant]
    trace = last.world.trace or []
    return Failure(seed, traffic, faults, (same or [violation])[0], trace)


def relevant(failure: Failure) -> list[Step]:
    """Return the steps that a reader wants: the faults, and what the violation names."""
    words = {word.strip("'\"(),:") for word in failure.violation.detail.split()}
    names = {word for word in words if len(word) > len("BTC-USD") and word.isalnum()}
    tails = {name[1:] for name in names}
    steps = [
        step for step in failure.trace if step.fault or any(tail in step.what for tail in tails)
    ]
    chosen = steps if tails else list(failure.trace)
    return chosen[:LINES_MAX]
