"""Rounds of killing are kept, gone on from, and summed up by commit."""

from pathlib import Path

from tests.end_to_end.rounds import Round, table


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
