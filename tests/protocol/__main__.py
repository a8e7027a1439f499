"""``python -m tests.protocol``: play every schedule of the protocol with few deviations, and more.

Schedules that deviate at one or two places from running one process after the other are played
all, fewest deviations first; then some by chance. With ``--rules``, each rule is left out in turn,
and the schedule that finds it is told.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
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

    with installed(), few_collections() as collect:
        if asked.rules:
            return _without_rules(asked.deviations, asked.seeds)
        if asked.play is not None:
            return _play(scenarios[0], asked.play)
        failures = schedules = 0
        for scenario in scenarios:
            print(f"{scenario.name}: {scenario.story}", flush=True)
            for tally in _tallies(scenario, asked, collect):
                schedules += tally.schedules
                if tally.found is not None:
                    failures += 1
                    _tell(scenario, tally.found)
        print(f"{schedules} schedules of {len(scenarios)} scenarios, {failures} violations")
        return min(failures, 1)


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


def _tallies(scenario: Scenario, asked: argparse.Namespace, collect: object) -> Iterator["Tally"]:
    from tests.protocol.explore import by_chance, with_deviations

    seeds = range(asked.from_seed, asked.from_seed + asked.seeds)
    yield _watched(with_deviations(scenario, asked.deviations, asked.part), collect)
    yield _watched(by_chance(scenario, seeds), collect)


def _watched(tallies: Iterator["Tally"], collect: object) -> "Tally":
    """Play until something breaks or to the end, and say now and then how far it is."""
    from tests.protocol.explore import Tally

    assert callable(collect), "garbage is collected by a function"
    begun = said = time.monotonic()
    tally = Tally()
    for tally in tallies:
        if tally.schedules % COLLECT_EVERY == 0:
            collect()
        if time.monotonic() - said > REPORT_SECONDS:
            said = time.monotonic()
            rate = tally.schedules / (said - begun)
            print(f"  {tally.schedules:>8} schedules, {rate:.0f} a second", flush=True)
        if tally.found is not None:
            break
    counts = ", ".join(f"{number} {kind}" for kind, number in tally.by_deviations.items())
    print(f"  {counts}; {time.monotonic() - begun:.0f} s", flush=True)
    return tally


def _tell(scenario: Scenario, found: "Counterexample") -> None:
    for number, line in enumerate(found.trace):
        print(f"    {number:>3} {line}")
    print(f"  broken: {found.broken}")
    print(f"  by {scenario.name}, schedule {found.schedule}", flush=True)


def _play(scenario: Scenario, deviations: "Deviations") -> int:
    from tests.protocol.explore import Counterexample, Deviating, Schedule
    from tests.protocol.schedules import played

    outcome = played(scenario, Deviating(dict(deviations)))
    broken = outcome.broken or "nothing"
    _tell(scenario, Counterexample(Schedule(deviations), broken, outcome.trace))
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
