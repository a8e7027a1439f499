"""Schedules: all with few deviations from running one after the other, and others by chance."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.protocol.scenarios import Scenario
from tests.protocol.schedules import Played, played

Deviations = tuple[tuple[int, int], ...]
"""(step, option) wherever a schedule does not just go on; the other steps take option 0."""

RESTLESS: Final = (0.05, 0.15, 0.4)
"""How probable a deviation is at each step, in a schedule by chance."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule by its deviations, or by the seed of its chance."""

    deviations: Deviations = ()
    seed: int | None = None

    def __str__(self) -> str:
        if self.seed is not None:
            return f"seed {self.seed}"
        return ", ".join(f"{step}:{option}" for step, option in self.deviations) or "none"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A schedule that breaks something, what it breaks, and how it goes."""

    schedule: Schedule
    broken: str
    trace: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """How many schedules were played, and the first that broke something.

    ``merged`` of them led to what another had led to, and were left there. ``known`` is how many
    there are, as far as can be said before those with fewer deviations are played.
    """

    schedules: int = 0
    known: int = 0
    merged: int = 0
    found: Counterexample | None = None
    by_deviations: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, schedule: Schedule, outcome: Played) -> None:
        """Count a schedule."""
        self.schedules += 1
        self.merged += outcome.merged
        self.by_deviations[kind] = self.by_deviations.get(kind, 0) + 1
        if outcome.broken is not None and self.found is None:
            self.found = Counterexample(schedule, outcome.broken, outcome.trace)


def with_deviations(
    scenario: Scenario, most: int, part: tuple[int, int] = (0, 1)
) -> Iterator[Tally]:
    """Play every schedule with at most so many deviations, fewest first; yield the tally so far.

    Parameters
    ----------
    scenario
        What is played.
    most
        How many deviations a schedule may have.
    part
        (number, parts): one of several even parts of the schedules with ``most`` deviations.
        Those with fewer are played in each.
    """
    tally, seen = Tally(known=1), set[bytes]()
    frontier: list[Deviations] = [()]
    for depth in range(most + 1):
        following: list[Deviations] = []
        for number, deviations in enumerate(frontier):
            if depth == most > 0 and number % part[1] != part[0]:
                continue
            choice = Deviating(dict(deviations), seen)
            outcome = played(scenario, choice, choice.knows)
            tally.add(f"{depth} deviations", Schedule(deviations), outcome)
            if depth < most:
                more = list(choice.extended(deviations))
                following += more
                tally.known += len(more) if depth + 1 < most else -(-len(more) // part[1])
            yield tally
        frontier = following


class Deviating:
    """Chooses as before but at given steps, and remembers what else there was to choose.

    ``seen`` are the states behind the last deviation of each schedule so far, which had as many
    deviations as this one or fewer. From each of them every schedule with as many more is played,
    so that of one with this one's, which comes there again, nothing is left to play.
    """

    def __init__(self, deviations: Mapping[int, int], seen: set[bytes] | None = None) -> None:
        self._deviations = deviations
        self._seen = set() if seen is None else seen
        self._last = max(deviations, default=-1)
        self.options: list[int] = []

    def knows(self, state: Callable[[], bytes]) -> bool:
        """Whether another schedule came to this state; from now on one has."""
        if len(self.options) <= self._last:
            return False
        told = state()
        if told in self._seen:
            return True
        self._seen.add(told)
        return False

    def __call__(self, options: int) -> int:
        step = len(self.options)
        self.options.append(options)
        return min(self._deviations.get(step, 0), options - 1)

    def extended(self, deviations: Deviations) -> Iterable[Deviations]:
        """Yield the schedules with one more deviation, behind all that there are."""
        first = deviations[-1][0] + 1 if deviations else 0
        for step in range(first, len(self.options)):
            for option in range(1, self.options[step]):
                yield (*deviations, (step, option))


def by_chance(scenario: Scenario, seeds: Sequence[int]) -> Iterator[Tally]:
    """Play a schedule of each seed; yield the tally so far."""
    tally = Tally(known=len(seeds))
    for seed in seeds:
        tally.add("by chance", Schedule(seed=seed), played(scenario, Wandering(seed)))
        yield tally


class Wandering:
    """Chooses by chance: mostly to go on."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._restless = self._chance.choice(RESTLESS)

    def __call__(self, options: int) -> int:
        if self._chance.random() >= self._restless:
            return 0
        return self._chance.randrange(options)


def first_broken(tallies: Iterable[Tally]) -> Tally:
    """Play until something breaks, or to the end."""
    tally = Tally()
    for tally in tallies:
        if tally.found is not None:
            break
    return tally
