"""The page of the rules of the market and of margin, from the scenarios that hold to them."""

from collections.abc import Iterator
from pathlib import Path

from tests.scenarios.reading import FOLDER, MARGIN, Rule, read
from tests.scenarios.terms import table

HEAD = """# The rules of the market

Each rule is a file of scenarios in `tests/scenarios`, in plain text. The engine, the fold of its
records, their audit and a second, obvious matcher must all come to what they say:
`.venv/bin/pytest tests/scenarios`. To add a case, add a scenario. This page is generated from them
by `python -m tests.tools.generate`.
"""

OF_TERMS = """## Which terms contradict one another

Any two other terms go together. Of types, times in force, triggers and modes for an account's own
orders, one order has one each; what is reduce-only is of a derivative. Read off the scenarios, in
which every pair is.
"""

OF_MARGIN = """# The rules of margin

These are in `tests/scenarios/margin`. Here it is the handlers that must come to what they say, from
the monitor to the book and its settlement: `.venv/bin/pytest tests/functions/liquidation`. Ann, Ben
and Cat have 7,000 dollars each and trade a perpetual that needs 10 % initial margin and 5 %
maintenance.
"""


def rules_page() -> str:
    """Return the page, the rules of each part by their titles."""
    terms = (OF_TERMS, *table(), "")
    return "\n".join([HEAD, *_part(FOLDER), *terms, OF_MARGIN, *_part(MARGIN)])


def _part(folder: Path) -> Iterator[str]:
    rules = ((read(path), str(path.relative_to(FOLDER))) for path in folder.glob("*.feature"))
    for rule, name in sorted(rules, key=_title):
        yield from _lines(rule, name)


def _title(named: tuple[Rule, str]) -> str:
    return named[0].title


def _lines(rule: Rule, name: str) -> Iterator[str]:
    yield f"## {rule.title}\n"
    yield f"{rule.text} ([scenarios](../tests/scenarios/{name}))\n"
    for scenario in rule.scenarios:
        yield f"- {scenario.title}"
    yield ""
