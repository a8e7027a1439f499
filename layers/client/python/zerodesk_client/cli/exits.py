"""Exit codes, and the errors that lead to them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell gets to see."""

    OK = 0
    DIFFERENT = 1
    """The order was refused, a replay differs from its file, or a recount found a breach."""
    USAGE = 2
    UNREACHABLE = 3
    PROBLEM = 4
    """The venue refused the request with a problem document; nothing was changed."""
    INTERRUPTED = 130


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
