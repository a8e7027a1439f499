"""``python -m tests.protocol``: play every schedule of the protocol with few deviations, and more.

Schedules that deviate at one or two places from running one process after the other are played
all, fewest deviations first; then some by chance. Each core explores a scenario at a time. With
``--rules``, each rule is left out in turn, and the schedule that finds it is told.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from tests.protocol.scenarios import SCENARIOS, Scenario, installed

if TYPE_CHECKING:
    from tests.protocol.explore import Counterexample, Deviations, Tally

REPORT_SECONDS: Final = 10.0
COLLECT_EVERY: Final = 500
BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}


def main(arguments: Sequence[str]) -> int:
    """Explore; 0 when nothing broke, or when every rule that was left out was found."""
    asked = _parser().parse_args(arguments)
    scenarios = [BY_NAME[name] for name in asked.scenario or BY_NAME]
    from tests.simulation.campaign import few_collections

    with installed(), few_collections():
        if asked.rules:
            return _without_rules(asked.deviations, asked.seeds)
        if asked.play is not None:
            return _play(scenarios[0], asked.play)
        return _explore(scenarios, asked)


def _explore(scenarios: Sequence[Scenario], asked: argparse.Namespace) -> int:
    """Explore scenarios on all cores, the longest first; 1 when one breaks something."""
    begun_s = time.monotonic()
    cores = len(os.sched_getaffinity(0))
    told = sorted(scenarios, key=_size, reverse=True)
    found = Explored()
    with ProcessPoolExecutor(min(cores, len(told)), get_context("fork")) as pool:
        for one in pool.map(partial(_explored, asked=asked), [one.name for one in told]):
            print("\n".join(one.lines), flush=True)
            found.add(one)
    print(
        f"{found.schedules:,} schedules of {len(told)} scenarios, {found.merged:,} of them led to "
        f"what another had led to, {found.violations} violations; "
        f"{found.cpu_seconds:,.0f} CPU seconds, {time.monotonic() - begun_s:,.0f} s"
    )
    return min(found.violations, 1)


def _size(scenario: Scenario) -> int:
    """Return how many schedules a scenario has with one deviation."""
    from tests.protocol.explore import Deviating
    from tests.protocol.schedules import played

    choice = Deviating({})
    played(scenario, choice)
    return len(list(choice.extended(())))


@dataclass(slots=True)
class Explored:
    """What was explored, and what there is to say of it."""

    lines: list[str] = field(default_factory=list)
    schedules: int = 0
    merged: int = 0
    violations: int = 0
    cpu_seconds: float = 0.0

    def add(self, other: "Explored") -> None:
        """Count another with this."""
        self.schedules += other.schedules
        self.merged += other.merged
        self.violations += other.violations
        self.cpu_seconds += other.cpu_seconds


def _explored(name: str, asked: argparse.Namespace) -> Explored:
    """Explore a scenario, and say now and then how far it is."""
    scenario, begun_s = BY_NAME[name], time.process_time()
    explored = Explored([f"{name}: {scenario.story}"])
    for tally in _tallies(scenario, asked):
        counts = ", ".join(f"{number:,} {kind}" for kind, number in tally.by_deviations.items())
        explored.lines.append(f"  {counts}; {tally.merged:,} led to what another had led to")
        explored.schedules += tally.schedules
        explored.merged += tally.merged
        if tally.found is not None:
            explored.violations += 1
            explored.lines += _told(scenario, tally.found)
    explored.cpu_seconds = time.process_time() - begun_s
    explored.lines.append(f"  {explored.cpu_seconds:.0f} CPU seconds")
    return explored


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.protocol", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=sorted(BY_NAME), help="these alone")
    parser.add_argument("--deviations", type=int, default=2, help="all schedules with so many")
    parser.add_argument("--seeds", type=int, default=1_000, help="schedules by chance, a scenario")
    parser.add_argument("--from-seed", type=int, default=0, help="the first of them")
    parser.add_argument(
        "--part", type=_part, default=(0, 1), metavar="K/N", help="the K-th of N even parts, from 0"
    )
    parser.add_argument("--rules", action="store_true", help="leave each rule out in turn")
    parser.add_argument(
        "--play", type=_deviations, metavar="STEP:OPTION,...", help="one schedule, step by step"
    )
    return parser


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and int(number) < int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is no part: 0/4 to 3/4 are the parts of four")
    return int(number), int(parts)


def _deviations(text: str) -> "Deviations":
    pairs = [one.partition(":") for one in text.split(",") if one]
    if not all(step.isdecimal() and option.isdecimal() for step, _, option in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is no schedule: one is 3:1,17:4")
    return tuple((int(step), int(option)) for step, _, option in pairs)


def _tallies(scenario: Scenario, asked: argparse.Namespace) -> Iterator["Tally"]:
    from tests.protocol.explore import by_chance, with_deviations

    seeds = range(asked.from_seed, asked.from_seed + asked.seeds)
    yield _watched(scenario.name, with_deviations(scenario, asked.deviations, asked.part))
    yield _watched(scenario.name, by_chance(scenario, seeds))


def _watched(name: str, tallies: Iterator["Tally"]) -> "Tally":
    """Play until something breaks or to the end, and say now and then how far it is."""
    from tests.protocol.explore import Tally

    begun_s = said_s = time.monotonic()
    tally = Tally()
    for tally in tallies:
        if tally.schedules % COLLECT_EVERY == 0:
            gc.collect()
        if time.monotonic() - said_s > REPORT_SECONDS:
            said_s = time.monotonic()
            rate = tally.schedules / (said_s - begun_s)
            most = f"{tally.schedules:>8,} of {tally.known:,}"
            print(f"{name:>12}: {most} schedules, {rate:.0f} a second", flush=True)
        if tally.found is not None:
            break
    return tally


def _told(scenario: Scenario, found: "Counterexample") -> list[str]:
    steps = [f"    {number:>3} {line}" for number, line in enumerate(found.trace)]
    broken = [f"  broken: {found.broken}", f"  by {scenario.name}, schedule {found.schedule}"]
    return [*steps, *broken]


def _play(scenario: Scenario, deviations: "Deviations") -> int:
    from tests.protocol.explore import Counterexample, Deviating, Schedule
    from tests.protocol.schedules import played

    outcome = played(scenario, Deviating(dict(deviations)))
    broken = outcome.broken or "nothing"
    counterexample = Counterexample(Schedule(deviations), broken, outcome.trace)
    print("\n".join(_told(scenario, counterexample)))
    return int(outcome.broken is not None)


def _without_rules(deviations: int, seeds: int) -> int:
    """Leave each rule out in turn; 1 when leaving one out breaks nothing."""
    from tests.protocol.rules import RULES, explored_without

    missed = 0
    for rule in RULES:
        tally = explored_without(rule, BY_NAME[rule.scenario], deviations, seeds)
        number = "-" if rule.number is None else rule.number
        print(f"{number:>2}  {rule.name}: {tally.schedules} schedules of {rule.scenario}")
        if tally.found is None:
            missed += 1
            print("    NOT FOUND")
        else:
            print(f"    {tally.found.broken}\n    schedule: {tally.found.schedule}", flush=True)
    print(f"{len(RULES)} rules left out, {missed} not found")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
