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
