"""A campaign of days is interrupted, goes on, and never calls what it has not played clean."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests import commits
from tests.simulation import campaign, invariants, kept, run
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

    path, standing = tmp_path / "kept.json", signal.getsignal(number)
    with monkeypatch.context() as patched:
        interrupt_behind(patched, 3, number)
        assert main([*ASKED, "--keep", str(path)]) == INTERRUPTED
    told = capsys.readouterr().out
    assert "interrupted: 3 of 4 runs are done" in told
    assert "30 order lives" in told.splitlines()[-1]
    assert signal.getsignal(number) is standing

    assert main([*ASKED, "--keep", str(path)]) == 0
    assert totals(capsys.readouterr().out) == whole


def test_the_totals_of_another_campaign_are_not_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(json.dumps({"seed": 5, "lives": 40, "parts": []}))
    with pytest.raises(SystemExit, match="another campaign"):
        main([*ASKED, "--keep", str(path)])


def test_a_run_that_fails_is_made_again_by_who_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, check = tmp_path / "kept.json", invariants.check
    monkeypatch.setattr("tests.simulation.__main__.REPORT_SECONDS", 0.0)

    def failing(world: Any, *rest: Any) -> Any:
        broken = [invariants.Violation("one", "of this test")] if world.seed == 4_000_002 else []
        return broken or check(world, *rest)

    monkeypatch.setattr(run, "check", failing)
    for _ in range(2):
        assert main([*ASKED, "--keep", str(path)]) == 1
        assert " 1 violations, " in capsys.readouterr().out.splitlines()[-1]
        (part,) = json.loads(path.read_text())["parts"]
        assert part["tally"]["runs"] == 2
        assert part["broken"] == {"4000002": ["one: of this test"]}


def test_who_goes_on_with_another_commit_has_a_part_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.json"
    monkeypatch.setattr(commits, "commit", lambda: "before")
    with monkeypatch.context() as patched:
        interrupt_behind(patched, 3, signal.SIGTERM)
        assert main([*ASKED, "--keep", str(path)]) == INTERRUPTED
    monkeypatch.setattr(commits, "commit", lambda: "behind+changes")
    assert main([*ASKED, "--keep", str(path)]) == 0
    assert "30 order lives were played with earlier commits" in capsys.readouterr().out

    assert kept.main([str(tmp_path)]) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert [row[:3] for row in rows[2:]] == [
        ["| before", "3", "30"],
        ["| behind+changes", "1", "10"],
        ["| all", "4", "40"],
    ]
    assert all(row[6] == "0" for row in rows[2:])


def test_a_run_that_two_files_have_of_one_commit_lived_once(tmp_path: Path) -> None:
    part = kept.Part("a", tally=campaign.Tally(runs=1, lives=10))
    for name, commit in (("one", "a"), ("two", "b"), ("three", "a")):
        part.commit = commit
        told = {"seed": 4, "lives": 40, "parts": [part.told()]}
        (tmp_path / f"{name}.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"run 4000000 of a is in .*one.json and in .*three.json"):
        kept.summed([tmp_path])


def test_what_was_broken_is_told_by_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = kept.Part("a", broken={"4000002": ["1. one", "2. two"]})
    told = {"seed": 4, "lives": 40, "parts": [part.told()]}
    (tmp_path / "one.json").write_text(json.dumps(told))
    assert kept.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].split(" | ")[6] == "2"
