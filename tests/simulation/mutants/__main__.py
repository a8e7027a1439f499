"""``python -m tests.simulation.mutants``: let every seeded bug live until something catches it."""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from tests.simulation.mutants.catalogue import CATALOGUE, RECORD, recorded, tries_of
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.nursery import Outcome, hunt
from tests.simulation.mutants.report import table, verdict, words

SEEDS: Final = 40


def main(arguments: list[str]) -> int:
    """Hunt; 0 when every bug was caught and the tree as it is was not."""
    asked = _asked(arguments)
    chosen = [one for one in CATALOGUE if asked.only is None or asked.only in one.name]
    if not chosen:
        print(f"no mutant has {asked.only!r} in its name")
        return 2
    known = recorded()
    if asked.stale:
        chosen = [one for one in chosen if is_stale(one, known)]
    outcomes: dict[str, Outcome] = {}
    wanted = range(asked.first, asked.first + asked.seeds)
    tries = partial(tries_of, seeds=wanted, known=known if asked.recorded else {})
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hunts = pool.map(partial(hunt, shrinking=asked.record), chosen, map(tries, chosen))
        for number, (mutant, found) in enumerate(zip(chosen, hunts, strict=True), start=1):
            outcomes[mutant.name] = found
            if asked.record:
                _record(known, mutant.name, found)
            print(f"{number:>3} of {len(chosen)}  {mutant.name}: {words(found)}", flush=True)
    alarm = _false_alarm(outcomes.values())
    table(outcomes)
    return verdict(outcomes, alarm=alarm)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--only", help="mutants with this in their names")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="runs at most for each")
    parser.add_argument(
        "--first", type=int, default=1, help="the first seed, for bugs in what few runs trade"
    )
    parser.add_argument(
        "--recorded", action="store_true", help="begin with the seed that caught it last"
    )
    parser.add_argument(
        "--stale", action="store_true", help="those alone that the run on record catches no more"
    )
    parser.add_argument("--record", action="store_true", help="remember which seed caught it")
    return parser.parse_args(arguments)


def is_stale(mutant: Mutant, known: dict[str, dict[str, Any]]) -> bool:
    """Whether the run on record catches a bug no more: the suite then tries others for it."""
    if mutant.claim is not None:
        return False
    return hunt(mutant, tries_of(mutant, (), known)).caught is None


def _record(known: dict[str, dict[str, Any]], name: str, outcome: Outcome) -> None:
    """Remember what caught a mutant; what is in the catalogue no more is forgotten."""
    known.pop(name, None)
    if outcome.caught is not None:
        known[name] = asdict(outcome.caught)
    kept = {one.name: known[one.name] for one in CATALOGUE if one.name in known}
    RECORD.write_text(json.dumps(kept, indent=2) + "\n")


def _false_alarm(outcomes: Iterable[Outcome]) -> str | None:
    """Run the tree as it is under every seed that caught something: it must not be caught."""
    catches = [outcome.caught for outcome in outcomes if outcome.caught is not None]
    wanted = {(one.seed, one.lives): None for one in catches if one.seed is not None}
    outcome = hunt(None, wanted)
    if outcome.caught is not None:
        return f"seed {outcome.caught.seed}: {outcome.caught.text}"
    if outcome.broken is None:
        print(f"the tree as it is, in the {len(wanted)} runs that caught something: nothing")
    return outcome.broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
