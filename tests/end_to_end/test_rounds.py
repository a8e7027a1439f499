"""Rounds of killing are kept, gone on from, and summed up by commit."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end import killing
from tests.end_to_end.rounds import Round, table

REPLAY = """
import sys
print("replaying 9 trades", file=sys.stderr)
print("9 of 9 trades  15.1/s  0 in flight", file=sys.stderr)
print("reading the market's trades back and reconciling", file=sys.stderr)
print('{"as_recorded": true}')
sys.exit(int(sys.argv[1] == "10"))
"""
"""Stands in for a replay: that of the trades from row 10 on differs."""


def a_round(commit: str, number: int, difference: str = "") -> Round:
    return Round(commit, 7, number, "trades.csv", 1, 3_000, 40, 90.0, difference=difference)


def test_a_round_is_read_as_it_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "rounds.jsonl"
    assert Round.read(None) == Round.read(path) == []
    rounds = [a_round("a", 1), a_round("a", 2, "two trades more")]
    for one in rounds:
        one.keep(path)
    assert Round.read(path) == rounds


def test_the_table_has_a_row_for_each_commit_and_says_what_differed() -> None:
    rounds = [a_round("a", 1), a_round("b", 1), a_round("b", 2, "two trades more")]
    assert table(rounds)[2:] == ["| a | 1 | 3,000 | 40 | 0 | 2 |", "| b | 2 | 6,000 | 80 | 1 | 3 |"]


def test_nothing_is_killed_once_a_replay_only_compares() -> None:
    one = a_round("a", 1)
    for text in ("replaying 3000 trades", "400 of 3000 trades  15.1/s  8 in flight"):
        one.step(text, 1.04)
    assert (one.steps, one.is_judged) == ([(1.0, "replaying 3000 trades")], False)
    one.step("reading the market's trades back and reconciling", 99.0)
    assert one.is_judged


def test_a_campaign_goes_on_behind_the_rounds_that_are_kept_and_ends_with_the_first_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def started(_: Path, limit: int, *more: str) -> "subprocess.Popen[str]":
        assert (limit, more[0]) == (9, "--from")
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", REPLAY, more[1]]
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)

    monkeypatch.setattr(killing, "started", started)
    monkeypatch.setattr(killing, "function_processes", list)
    monkeypatch.setattr(killing, "commit", lambda: "a")
    monkeypatch.setattr(killing, "rows_of", lambda _: 100)
    path = tmp_path / "rounds.jsonl"
    asked = ["killing", "--trades", "9", "--life", "0.1", "--keep", str(path), "--times"]

    monkeypatch.setattr(sys, "argv", [*asked, "1"])
    assert killing.main() == 0
    monkeypatch.setattr(sys, "argv", [*asked, "3"])
    assert killing.main() == 1
    assert "| a | 2 | 18 | 0 | 1 | 0 |" in capsys.readouterr().out
    first, second = Round.read(path)
    assert [text for _, text in first.steps] == [
        "replaying 9 trades",
        "reading the market's trades back and reconciling",
    ]
    assert (first.difference, second.first_row) == ("", 10)
    assert "as_recorded" in second.difference
