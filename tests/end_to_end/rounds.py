"""Rounds of killing that were played, a line of JSON each: a campaign of twenty goes on by days.

A line says of which commit the code was, which trades were replayed, when each of the replay's
steps began, how many processes were killed, and whether everything was as recorded.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

JUDGING: Final = "reading the market's trades back"
"""The replay's own step behind which the venue has done all that was asked of it."""

PROGRESS: Final = " in flight"
"""In each line that says how far a replay is."""


@dataclass(slots=True)
class Round:
    """One round: recorded trades from a row of a file on, replayed while processes were killed."""

    commit: str
    seed: int
    number: int
    file: str
    first_row: int
    trades: int
    killed: int = 0
    seconds: float = 0.0
    steps: list[tuple[float, str]] = field(default_factory=list)
    """When the replay came to each of its steps, seconds from its start."""
    difference: str = ""
    """How it is not as recorded, empty where it is."""

    @classmethod
    def read(cls, path: Path | None) -> list[Self]:
        """Return the rounds of a file, none where there is no file yet."""
        if path is None or not path.exists():
            return []
        told = [json.loads(line) for line in path.read_text().splitlines()]
        return [cls(**one | {"steps": [tuple(step) for step in one["steps"]]}) for one in told]

    def keep(self, path: Path | None) -> None:
        """Add it to a file."""
        if path is not None:
            with path.open("a") as file:
                file.write(json.dumps(asdict(self)) + "\n")

    def step(self, text: str, at_s: float) -> None:
        """Take down what a replay says that it begins to do; how far it is goes by."""
        if PROGRESS not in text:
            self.steps.append((round(at_s, 1), text))

    @property
    def is_judged(self) -> bool:
        """Whether the replay has come to compare."""
        return any(text.startswith(JUDGING) for _, text in self.steps)


def first_row_of(number: int, trades: int, rows: int) -> int:
    """Return where the trades of a round begin: behind those of the last, while there are more.

    Examples
    --------
    >>> [first_row_of(number, 3_000, 7_000) for number in (1, 2, 3)]
    [1, 3001, 1]
    """
    return (number - 1) % max(1, rows // trades) * trades + 1


def table(rounds: Iterable[Round]) -> list[str]:
    """Return a row for each commit: rounds, trades, processes killed, differences and minutes."""
    by_commit: dict[str, list[Round]] = {}
    for one in rounds:
        by_commit.setdefault(one.commit, []).append(one)
    heading = ["commit", "rounds", "trades", "processes killed", "not as recorded", "minutes"]
    lines = [heading, ["---"] * len(heading)]
    for commit, played in by_commit.items():
        counts = (
            len(played),
            sum(one.trades for one in played),
            sum(one.killed for one in played),
            sum(bool(one.difference) for one in played),
            round(sum(one.seconds for one in played) / 60),
        )
        lines.append([commit, *(f"{count:,}" for count in counts)])
    return [f"| {' | '.join(line)} |" for line in lines]
