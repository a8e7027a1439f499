"""One command prints all figures; a part that fails loses no other, and is named."""

import importlib
import re
import sys

import pytest

from tests.benchmarks import figures
from tests.benchmarks.figures import PARTS, PROFILES, Part, main, measured


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_a_part_that_fails_is_named_and_the_others_are_measured(
    capfd: pytest.CaptureFixture[str],
) -> None:
    parts = {
        "broken": Part("fails", (python("raise SystemExit(3)"), python("print('never')"))),
        "whole": Part("works", (python("print('first')"), python("print('second')"))),
    }
    assert measured(parts, small=False) == ["broken"]
    told = capfd.readouterr()
    assert told.out.split() == ["first", "second"]
    said = re.sub(r"\d+ s\n", "so long\n", told.err).splitlines()
    assert said == [
        "1 of 2, broken: fails",
        "broken failed after so long",
        "2 of 2, whole: works",
        "whole took so long",
    ]


def test_the_exit_code_says_whether_all_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    fails, works = Part("", (python("raise SystemExit(1)"),)), Part("", (python(""),))
    monkeypatch.setattr(figures, "PARTS", {"fails": fails, "works": works})
    assert main([]) == 1
    assert main(["works"]) == 0


def test_a_part_that_there_is_not_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["cost", "weather"])
    assert "weather: no part" in capsys.readouterr().err


def test_in_small_only_the_last_command_is_asked_for_less() -> None:
    part = Part("", (("build",), ("measure",)), ("--rounds", "1"))
    assert part.asked(small=True) == (("build",), ("measure", "--rounds", "1"))
    assert part.asked(small=False) == part.commands


def test_the_cost_is_printed_of_each_profile(capfd: pytest.CaptureFixture[str]) -> None:
    assert measured({"cost": PARTS["cost"]}, small=True) == []
    told = capfd.readouterr().out
    assert all(f"profile {profile}" in told for profile in PROFILES)


@pytest.mark.parametrize("name", [name for name, part in PARTS.items() if part.small])
def test_a_part_in_small_is_asked_for_what_it_knows(name: str) -> None:
    module = PARTS[name].commands[-1][-1]
    package = "" if module.endswith("cold_start") else ".__main__"
    asked = importlib.import_module(f"{module}{package}")._parser().parse_args(PARTS[name].small)
    assert asked != importlib.import_module(f"{module}{package}")._parser().parse_args([])
