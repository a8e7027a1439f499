"""Reading workflow files: their states, their expressions, and what one expression gives."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonata import Jsonata

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
NAMES = sorted(path.parent.name for path in FUNCTIONS.glob("*/workflow.asl.yaml"))

EXPRESSION = re.compile(r"\{%\s*(.*?)\s*%\}", re.DOTALL)
VARIABLE = re.compile(r"\$(\w+)\b(?!\s*\()")
ERROR_IN_CARD = re.compile(r"\b\w+Error\b")

Definition = dict[str, Any]


def load(name: str) -> Definition:
    """Return a workflow's definition as its file says it."""
    text = (FUNCTIONS / name / "workflow.asl.yaml").read_text(encoding="utf-8")
    definition: Definition = yaml.safe_load(text)
    return definition


def graphs(definition: Definition) -> Iterator[Definition]:
    """Yield the workflow and every graph inside it: each has ``StartAt`` and ``States``."""
    yield definition
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            yield from graphs(state["ItemProcessor"])


def states(definition: Definition) -> dict[str, Definition]:
    """Return every state, those of inner graphs too."""
    return {name: state for graph in graphs(definition) for name, state in graph["States"].items()}


def nexts(state: Definition) -> list[str]:
    """Return where a state may go."""
    choices = [*state.get("Choices", []), *state.get("Catch", [])]
    following = [state.get("Next"), state.get("Default"), *(choice["Next"] for choice in choices)]
    return [name for name in following if name is not None]


def texts(value: Any) -> Iterator[str]:
    """Yield every text below a value."""
    match value:
        case dict():
            for below in value.values():
                yield from texts(below)
        case list():
            for below in value:
                yield from texts(below)
        case str():
            yield value


def expressions(value: Any) -> list[str]:
    """Return every JSONata expression below a value."""
    return [found for text in texts(value) for found in EXPRESSION.findall(text)]


def errors_named(state: Definition) -> set[str]:
    """Return the errors that a state retries or catches."""
    handlers = [*state.get("Retry", []), *state.get("Catch", [])]
    return {error for handler in handlers for error in handler["ErrorEquals"]}


def faults_of(function: str) -> set[str]:
    """Return the faults that a function's card says it may raise."""
    card = (FUNCTIONS / function / "__init__.py").read_text(encoding="utf-8")
    lines = card.partition("\nFaults")[2].splitlines()
    said = [lines[0], *iter_while_indented(lines[1:])]
    return set(ERROR_IN_CARD.findall(" ".join(said)))


def iter_while_indented(lines: list[str]) -> Iterator[str]:
    """Yield the lines that continue an entry of a card."""
    for line in lines:
        if not line.startswith(" "):
            return
        yield line


def evaluate(template: Any, **variables: Any) -> Any:
    """Return what a template with expressions gives; ``states`` is a variable like the others."""
    match template:
        case dict():
            return {key: evaluate(below, **variables) for key, below in template.items()}
        case str() if found := EXPRESSION.fullmatch(template):
            return Jsonata(found[1]).evaluate(None, variables)
        case _:
            return template
