"""Rules of the market in plain text: a file per rule, a scenario per case, tables of steps.

A file starts with ``Rule:`` and what the rule says. A scenario has steps that act (When) and steps
that say what must have come of it (Then); And goes on with the kind before. A step's table has its
names in the first row; a cell that is empty is a term that the order has not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
"""The rules of the market, to which the engine is held."""

MARGIN: Final = FOLDER / "margin"
"""Those of margin, to which the handlers are held, ``tests/functions/liquidation``."""

Row = dict[str, str]


@dataclass
class Step:
    text: str
    acts: bool
    rows: list[Row] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass
class Scenario:
    title: str
    place: str
    steps: list[Step] = field(default_factory=list)


@dataclass
class Rule:
    title: str
    text: str
    scenarios: list[Scenario]


class ScenarioError(ValueError):
    """A line that is no scenario's; the text says where and why."""


def rules(folder: Path = FOLDER) -> list[Rule]:
    """Return every rule that is written down in a folder, by the names of their files."""
    return [read(path) for path in sorted(folder.glob("*.feature"))]


def read(path: Path) -> Rule:
    """Return the rule of a file, or raise ScenarioError."""
    rule: Rule | None = None
    for number, line in _lines(path):
        place = f"{path.name}:{number}"
        word, _, rest = line.partition(" ")
        if rule is None:
            if word != "Rule:":
                raise ScenarioError(f"{place}: a file starts with its rule")
            rule = Rule(rest, "", [])
        elif word == "Scenario:":
            rule.scenarios.append(Scenario(rest, place))
        elif not rule.scenarios:
            rule.text = f"{rule.text} {line}".strip()
        else:
            _take(rule.scenarios[-1], line, place)
    if rule is None:
        raise ScenarioError(f"{path.name}: it is empty")
    return rule


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield number, line.strip()


def _take(scenario: Scenario, line: str, place: str) -> None:
    word, _, rest = line.partition(" ")
    if line.startswith("|"):
        _take_row(scenario.steps[-1] if scenario.steps else None, line, place)
    elif word == "When":
        if any(not step.acts for step in scenario.steps):
            raise ScenarioError(f"{place}: nothing happens any more after the first Then")
        scenario.steps.append(Step(rest, acts=True))
    elif word == "Then":
        scenario.steps.append(Step(rest, acts=False))
    elif word == "And" and scenario.steps:
        scenario.steps.append(Step(rest, acts=scenario.steps[-1].acts))
    else:
        raise ScenarioError(f"{place}: {line!r} is neither a step nor a row")


def _take_row(step: Step | None, line: str, place: str) -> None:
    if step is None:
        raise ScenarioError(f"{place}: a row of no step")
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if not step.columns:
        step.columns = cells
    elif len(cells) != len(step.columns):
        raise ScenarioError(f"{place}: {len(cells)} cells, {len(step.columns)} columns")
    else:
        step.rows.append(
            {name: cell for name, cell in zip(step.columns, cells, strict=True) if cell}
        )
