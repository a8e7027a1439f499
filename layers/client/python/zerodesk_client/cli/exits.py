"""Exit codes, and the errors that lead to them. Help and documents say them in these words."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the shell gets to see."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Return the code with what it means."""
        code = int.__new__(cls, value)
        code._value_, code.meaning = value, meaning
        return code

    OK = 0, "done"
    DIFFERENT = (
        1,
        "an order was refused, a replay or recount differs, or a record or file is not believed",
    )
    USAGE = 2, "usage: an argument, a file, a key or a name on this machine that is not there"
    UNREACHABLE = 3, "the venue does not answer, or the local cloud did not start"
    PROBLEM = 4, "the venue refused the request with a problem document; nothing was changed"
    INTERRUPTED = 130, "interrupted"


class CommandError(Exception):
    """A command cannot go on. ``hint`` says what to do next."""

    def __init__(self, message: str, hint: str = "", code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


def not_up(reason: str) -> CommandError:
    """Return the error of a venue that does not answer."""
    return CommandError(
        reason,
        "the venue is not up: run `zerodesk up`, or point --api-url at one that is",
        ExitCode.UNREACHABLE,
    )


def not_answered(reason: str, named: str | None) -> CommandError:
    """Return the error of a venue that may have the request, and has not said what became of it.

    ``named`` is the id that makes repeating the request harmless, if it had one.
    """
    hint = "the venue is there: the same command asks it again"
    if named is not None:
        hint = f"it may yet be carried out: the same command with --id {named} finds out, and "
        hint += "happens once"
    return CommandError(reason, hint, ExitCode.UNREACHABLE)
