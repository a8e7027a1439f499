"""Every correction says first what it corrects, and refuses to start when that has changed.

ministack is pinned to one version; these checks are for the day when somebody raises it.
"""

import inspect
from typing import Any


class EmulatorChangedError(Exception):
    """ministack no longer holds what a correction was written against; the text names it."""


def expect_text(subject: Any, text: str, *, times: int = 1) -> None:
    """Check that the source of a function or module holds ``text`` so many times.

    Raises
    ------
    EmulatorChangedError
        It does not.
    """
    found = inspect.getsource(subject).count(text)
    if found != times:
        raise EmulatorChangedError(f"{subject!r} holds {text!r} {found} times, not {times}")


def expect_parameters(function: Any, names: list[str]) -> None:
    """Check the names of the parameters that a function takes.

    Raises
    ------
    EmulatorChangedError
        They differ.
    """
    found = list(inspect.signature(function).parameters)
    if found != names:
        raise EmulatorChangedError(f"{function!r} takes {found}, not {names}")


def expect_value(module: Any, name: str, value: object) -> None:
    """Check that a constant of a module is what a correction replaces.

    Raises
    ------
    EmulatorChangedError
        It is missing or another.
    """
    found = getattr(module, name, None)
    if found != value:
        raise EmulatorChangedError(f"{module.__name__}.{name} is {found!r}, not {value!r}")
