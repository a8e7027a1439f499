"""Every seeded bug is caught, and the tree as it is is not.

One command lets each mutant live once, beginning with the seed that caught it last; a claim looks
at what came of one. Where the product has changed, its mutants no longer fit, and say so. Those
that need many orders to show are left to ``make mutants``.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.simulation.mutants.catalogue import CATALOGUE, quick, recorded
from tests.simulation.mutants.mutant import Mutant, MutantGoneError
from tests.simulation.mutants.nursery import Outcome
from tests.simulation.mutants.report import verdict
from tests.simulation.mutants.trees import ROOT, copied

SEEDS = 4
"""Seeds that are tried where the recorded one does not catch a bug any more, say because the
traffic is another one: ``make mutants`` finds and records a new one."""

NAMES = [mutant.name for mutant in CATALOGUE]
QUICK = [mutant.name for mutant in quick()]


@pytest.fixture(scope="module")
def hunted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int, str]:
    """Let all mutants live; return the outcomes by name, the exit code and what was printed."""
    path = tmp_path_factory.mktemp("mutants") / "outcomes.json"
    command = [sys.executable, "-m", "tests.simulation.mutants", "--quick", "--recorded"]
    done = subprocess.run(
        [*command, "--seeds", str(SEEDS), "--json", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert path.exists(), done.stderr
    return json.loads(path.read_text()), done.returncode, done.stdout


@pytest.mark.parametrize("mutant", CATALOGUE, ids=NAMES)
def test_a_mutant_fits_the_product(mutant: Mutant) -> None:
    rewritten = mutant.rewritten((ROOT / mutant.file).read_text())
    assert mutant.careless.endswith(".")
    compile(rewritten, mutant.file, "exec")


@pytest.mark.parametrize("name", QUICK)
def test_a_seeded_bug_is_caught(name: str, hunted: tuple[dict[str, Any], int, str]) -> None:
    outcome = hunted[0][name]
    assert outcome["broken"] is None
    assert outcome["caught"] is not None


def test_the_tree_as_it_is_is_not_caught_under_the_same_seeds(
    hunted: tuple[dict[str, Any], int, str],
) -> None:
    _, code, printed = hunted
    assert "FALSE ALARM" not in printed
    assert code == 0


def test_there_are_forty_bugs_and_each_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len(QUICK) >= 40


def test_of_every_bug_it_is_on_record_what_caught_it() -> None:
    assert list(recorded()) == NAMES


def test_a_mutant_lives_in_a_copy_and_nowhere_else() -> None:
    mutant = CATALOGUE[0]
    product = (ROOT / mutant.file).read_text()
    with copied(mutant) as tree:
        assert (tree / mutant.file).read_text() == mutant.rewritten(product)
    assert not tree.exists()
    assert (ROOT / mutant.file).read_text() == product


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
