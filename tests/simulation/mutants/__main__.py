"""``python -m tests.simulation.mutants``: let every seeded bug live until something catches it."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants.catalogue import CATALOGUE, RECORD, quick, recorded
from tests.simulation.mutants.hunt import Try
from tests.simulation.mutants.nursery import Outcome, hunt, warm_up
from tests.simulation.mutants.report import table, verdict, words

SEEDS: Final = 40


def main(arguments: list[str]) -> int:
    """Hunt; 0 when every bug was caught and the tree as it is was not."""
    asked = _asked(arguments)
    wanted = quick() if asked.quick else CATALOGUE
    chosen = [one for one in wanted if asked.only is None or asked.only in one.name]
    if not chosen:
        print(f"no mutant has {asked.only!r} in its name")
        return 2
    warm_up()
    known = recorded()
    outcomes: dict[str, Outcome] = {}
    for number, mutant in enumerate(chosen, start=1):
        tries = _tries(known.get(mutant.name) if asked.recorded else None, asked.seeds)
        found = hunt(mutant, tries, shrinking=asked.record)
        outcomes[mutant.name] = found
        if asked.record:
            _record(known, mutant.name, found)
        print(f"{number:>3} of {len(chosen)}  {mutant.name}: {words(found)}", flush=True)
    if asked.json is not None:
        told = {name: asdict(outcome) for name, outcome in outcomes.items()}
        Path(asked.json).write_text(json.dumps(told))
    alarm = _false_alarm(outcomes.values())
    table(outcomes)
    return verdict(outcomes, alarm=alarm)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--only", help="mutants with this in their names")
    parser.add_argument("--quick", action="store_true", help="those that the suite takes")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="runs at most for each")
    parser.add_argument(
        "--recorded", action="store_true", help="begin with the seed that caught it last"
    )
    parser.add_argument("--record", action="store_true", help="remember which seed caught it")
    parser.add_argument("--json", help="a file for the outcomes")
    return parser.parse_args(arguments)


def _tries(known: dict[str, Any] | None, seeds: int) -> list[Try]:
    """Return what to try: first what caught the bug last, if that is known, then seed by seed."""
    first = [] if known is None or known["seed"] is None else [(known["seed"], known["lives"])]
    return [*first, *((seed, None) for seed in range(1, seeds + 1))]


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
