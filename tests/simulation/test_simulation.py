"""The real handlers under everything that can go wrong.

More lives, and other seeds: ``make simulate LIVES=N SEED=S``.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation import seam

ROOT = Path(__file__).parents[2]
LIVES_PER_PART = 5_000
PARTS = 10
DIGEST = """
from tests.simulation import seam
with seam.installed():
    from tests.simulation.campaign import campaign, seeds_of
    print(campaign(seeds_of(11, 300), lambda _: None).digest)
"""


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def test_without_faults_every_order_is_answered_and_everything_balances() -> None:
    from tests.simulation.faults import Script
    from tests.simulation.run import simulate
    from tests.simulation.traffic import draw

    result = simulate(1, draw(1, 100), Script())
    assert result.violations == ()
    assert result.answered >= 100


@pytest.mark.parametrize("part", range(PARTS))
def test_no_seed_breaks_an_invariant(part: int) -> None:
    from tests.simulation.campaign import campaign, seeds_of

    tally = campaign(seeds_of(1_000 + part, LIVES_PER_PART), lambda _: None)
    assert tally.failed is None, (tally.failed_seed, tally.failed.violations)
    assert tally.lives == LIVES_PER_PART
    assert tally.kills > LIVES_PER_PART // 20
    assert tally.timeouts_after_commit > LIVES_PER_PART // 100


@pytest.mark.parametrize(("processes", "runs_each"), [(2, 10), (2, 2), (1, 4)])
def test_several_processes_come_to_the_same_as_one(
    processes: int, runs_each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.simulation import campaign

    runs = [(seed, 15) for seed in range(21, 27)]
    one = campaign.campaign(runs, lambda _: None)
    monkeypatch.setattr(campaign, "RUNS_PER_PROCESS", runs_each)
    several = campaign.campaign(runs, lambda _: None, processes=processes)
    assert one.digest == several.digest
    assert (one.lives, one.calls, one.faults) == (several.lives, several.calls, several.faults)
    assert one.lives == 90


def test_a_run_is_the_same_whatever_was_run_before_it() -> None:
    from tests.simulation.campaign import campaign

    digests = []
    for before in (8, 2, 9):
        campaign([(before, 10)], lambda _: None)
        digests.append(campaign([(10, 100)], lambda _: None).digest)
    assert len(set(digests)) == 1


def test_the_same_seed_leads_to_the_same_journals_in_two_processes() -> None:
    digests = [
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 64
