"""Every seeded bug is caught, and the tree as it is is not.

Each mutant lives once, beginning with the seed that caught it last. Where the product has changed,
its mutants no longer fit, and say so. Those that need many orders to show are left to ``make
mutants``.
"""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.simulation.mutants.__main__ import is_stale
from tests.simulation.mutants.catalogue import CATALOGUE, quick, recorded, tries_of
from tests.simulation.mutants.importing import KEPT, OWN, ROOT
from tests.simulation.mutants.mutant import Mutant, MutantGoneError
from tests.simulation.mutants.nursery import Outcome, hunt
from tests.simulation.mutants.report import verdict

SEEDS = range(1, 5)
"""Seeds that are tried where the recorded one does not catch a bug any more, say because the
traffic is another one: ``make mutants`` finds and records a new one."""

KNOWN = recorded()
NAMES = [mutant.name for mutant in CATALOGUE]
QUICK = quick()
TRIES = sorted(
    {one for mutant in QUICK if mutant.claim is None for one in tries_of(mutant, SEEDS, KNOWN)},
    key=str,
)
"""All runs in which a bug may have been caught."""

LEFT_OUT = """
import sys
from tests.simulation.mutants.importing import OWN
from tests.simulation.mutants.standing import touched_by

own = {name: one for name, one in sys.modules.items() if name.partition(".")[0] in OWN}
for name, module in own.items():
    for value in vars(module).values():
        of = getattr(value, "__module__", None) or getattr(value, "__name__", None)
        hunters = name.startswith("tests.simulation.mutants")
        if of in own and not (of.startswith(name) or hunters or name in touched_by(of)):
            print(name, "holds", value)
print(len(own), *sorted(touched_by("zerodesk_aws.books")))
"""
"""Tells of each module that holds a function, a class or a module of another, and is not touched
by a bug in that; how many modules stand; and what a bug in one of them touches."""

PARTS = 2
"""In so many processes: each imports the project, and makes the venue, before its first run."""


@pytest.mark.parametrize("mutant", CATALOGUE, ids=NAMES)
def test_a_mutant_fits_the_product(mutant: Mutant) -> None:
    rewritten = mutant.rewritten((ROOT / mutant.file).read_text())
    assert mutant.careless.endswith(".")
    compile(rewritten, mutant.file, "exec")


@pytest.mark.parametrize("mutant", QUICK, ids=[mutant.name for mutant in QUICK])
def test_a_seeded_bug_is_caught(mutant: Mutant) -> None:
    outcome = hunt(mutant, tries_of(mutant, SEEDS, KNOWN))
    assert outcome.broken is None
    assert outcome.caught is not None


@pytest.mark.parametrize("part", range(PARTS))
def test_the_tree_as_it_is_is_not_caught_in_the_same_runs(part: int) -> None:
    assert hunt(None, TRIES[part::PARTS]) == Outcome()


def test_there_are_forty_bugs_and_each_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len(QUICK) >= 40


def test_of_every_bug_it_is_on_record_what_caught_it() -> None:
    assert list(recorded()) == NAMES


def test_a_record_is_stale_once_its_run_catches_the_bug_no_more() -> None:
    mutant = next(one for one in QUICK if one.claim is None)
    assert not is_stale(mutant, KNOWN)
    assert is_stale(replace(mutant, after=mutant.before), KNOWN)


def test_a_mutant_lives_in_a_process_of_its_own_and_nowhere_else() -> None:
    mutant = next(one for one in QUICK if one.claim is not None)
    product = (ROOT / mutant.file).read_text()
    assert hunt(mutant, ()).caught is not None
    assert hunt(replace(mutant, after=mutant.before), ()).caught is None
    assert (ROOT / mutant.file).read_text() == product


def test_what_a_hunt_keeps_of_the_project_has_nothing_of_the_product_in_it() -> None:
    asked = f"import sys, {KEPT}; print(*sys.modules)"
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    own = {name for name in done.stdout.split() if name.partition(".")[0] in OWN}
    assert own == {"tests", "tests.simulation", KEPT}


def test_a_bug_touches_whatever_holds_anything_of_its_module_and_little_else() -> None:
    command = [sys.executable, "-c", LEFT_OUT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    number, *touched = done.stdout.splitlines()[0].split()
    assert int(number) > 250
    assert {"zerodesk_aws.books", "matching.handler", "sweeper.books"} <= set(touched)
    assert not {"zerodesk.matching", "zerodesk_aws.journal", KEPT} & set(touched)
    assert len(touched) < 25


def test_a_bug_that_nothing_catches_is_reported_and_fails_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict({"the bug": Outcome()}, alarm=None) == 1
    assert "NOT CAUGHT: the bug" in capsys.readouterr().out


def test_a_mutant_whose_text_is_gone_or_stands_twice_is_refused() -> None:
    mutant = Mutant("any", "Nobody would.", "any.py", "a", "b")
    with pytest.raises(MutantGoneError, match="found 0 times"):
        mutant.rewritten("c")
    with pytest.raises(MutantGoneError, match="found 2 times"):
        mutant.rewritten("a a")
