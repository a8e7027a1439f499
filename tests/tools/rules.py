"""The page that lists the rules of the market, from the scenarios that hold the engine to them."""

from collections.abc import Iterator

from tests.scenarios.reading import FOLDER, Rule, read

HEAD = """# The rules of the market

Each rule is a file of scenarios in `tests/scenarios`, in plain text. The engine, the fold of its
records, their audit and a second, obvious matcher must all come to what they say:
`.venv/bin/pytest tests/scenarios`. To add a case, add a scenario. This page is generated from them
by `python -m tests.tools.generate`.
"""


def rules_page() -> str:
    """Return the page, the rules by their titles."""
    rules = sorted(((read(path), path.name) for path in FOLDER.glob("*.feature")), key=_title)
    return "\n".join([HEAD, *(line for rule, name in rules for line in _lines(rule, name))])


def _title(named: tuple[Rule, str]) -> str:
    return named[0].title


def _lines(rule: Rule, name: str) -> Iterator[str]:
    yield f"## {rule.title}\n"
    yield f"{rule.text} ([scenarios](../tests/scenarios/{name}))\n"
    for scenario in rule.scenarios:
        yield f"- {scenario.title}"
    yield ""
