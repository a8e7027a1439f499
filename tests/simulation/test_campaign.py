"""A campaign of days is interrupted, goes on, and never calls what it has not played clean."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import campaign, invariants, run
from tests.simulation.__main__ import INTERRUPTED, main

ASKED = ["--lives", "40", "--seed", "4"]


@pytest.fixture(autouse=True)
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "LIVES_PER_RUN", 10)


def totals(told: str) -> str:
    """Return the last line without the CPU seconds, behind the digest of all journals."""
    found = re.search("journal digest .*", told)
    assert found is not None
    return f"{found[0]} {told.splitlines()[-1].rpartition(',')[0]}"


def interrupt_behind(monkeypatch: pytest.MonkeyPatch, runs: int, number: int) -> None:
    """Let a signal come while the last of so many runs is made."""
    made, run_one = [0], campaign.run_one

    def counting(seed: int, lives: int) -> Any:
        made[0] += 1
        if made[0] == runs:
            os.kill(os.getpid(), number)
        return run_one(seed, lives)

    monkeypatch.setattr(campaign, "run_one", counting)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_campaign_goes_on_and_comes_to_the_same(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ASKED) == 0
    whole = totals(capsys.readouterr().out)
    assert " 40 order lives" in whole

    kept, standing = tmp_path / "kept.json", signal.getsignal(number)
    with monkeypatch.context() as patched:
        interrupt_behind(patched, 3, number)
        assert main([*ASKED, "--keep", str(kept)]) == INTERRUPTED
    told = capsys.readouterr().out
    assert "interrupted: 3 of 4 runs are done" in told
    assert "30 order lives" in told.splitlines()[-1]
    assert signal.getsignal(number) is standing

    assert main([*ASKED, "--keep", str(kept)]) == 0
    assert totals(capsys.readouterr().out) == whole


def test_the_totals_of_another_campaign_are_not_gone_on_from(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"seed": 5, "lives": 40, "tally": {}}))
    with pytest.raises(SystemExit, match="another campaign"):
        main([*ASKED, "--keep", str(kept)])


def test_a_run_that_fails_is_made_again_by_who_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, check = tmp_path / "kept.json", invariants.check
    monkeypatch.setattr("tests.simulation.__main__.REPORT_SECONDS", 0.0)

    def failing(world: Any, *rest: Any) -> Any:
        broken = [invariants.Violation("one", "of this test")] if world.seed == 4_000_002 else []
        return broken or check(world, *rest)

    monkeypatch.setattr(run, "check", failing)
    for _ in range(2):
        assert main([*ASKED, "--keep", str(kept)]) == 1
        assert " 1 violations, " in capsys.readouterr().out.splitlines()[-1]
        assert json.loads(kept.read_text())["tally"]["runs"] == 2
