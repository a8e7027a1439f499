"""How every command is called: global options anywhere, every error with a way out."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import typer
from rich.console import Console
from rich.text import Text
from typer._click.exceptions import NoSuchOption
from typer.core import TyperGroup

from zerodesk_client.api import ApiError, ApiProblem, UnreachableError
from zerodesk_client.cli.exits import CommandError, ExitCode, not_answered, not_up
from zerodesk_client.formats import FormatError
from zerodesk_client.replay.market import ReplayOptionError
from zerodesk_client.replay.selection import SelectionError

FLAGS: Final = frozenset({"--json"})
VALUES: Final = frozenset({"--api-url", "--key", "--account"})

NEGATIVE: Final = re.compile(r"-[0-9.]")
"""What the parser takes for an option."""

HINTS: Final = {
    "UNAUTHENTICATED": "the venue does not know this key: `zerodesk key create ACCOUNT` makes one",
    "FORBIDDEN": "this needs a key with another role: an operator's for accounts and markets, a "
    "trader's for orders",
    "INTAKE_UNKNOWN_SYMBOL": "`zerodesk markets` lists what there is",
    "INTAKE_IDEMPOTENCY_CONFLICT": "it was used before with other terms: choose another",
    "INTAKE_UNKNOWN_ACCOUNT": "an operator sees what there is: `zerodesk account list`",
    "RISK_INSUFFICIENT_MARGIN": "`zerodesk margin` shows what is needed; ask under a new --id",
    "LEDGER_INSUFFICIENT_BALANCE": "`zerodesk balances` shows what is free; ask under a new --id",
    "LEDGER_NOT_REVERSIBLE": "`zerodesk statement ACCOUNT` shows the kind of each record",
    "ORDER_NOT_OPEN": "`zerodesk orders --status all` shows what became of it",
}


def globals_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the global options in front, wherever they were written.

    Examples
    --------
    >>> globals_first(["book", "BTC-USD", "--json", "--account", "demo"])
    ['--json', '--account', 'demo', 'book', 'BTC-USD']
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in FLAGS or (word.partition("=")[0] in VALUES and "=" in word):
            front.append(word)
        elif word in VALUES:
            front += [word, *_next(words)]
        else:
            rest.append(word)
    return front + rest


def _next(words: Iterable[str]) -> list[str]:
    for word in words:
        return [word]
    return []


class ZerodeskGroup(TyperGroup):
    """The root of all commands."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run with the global options moved to where the parser expects them."""
        words = sys.argv[1:] if args is None else args
        return super().main(globals_first(words), *rest, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; turn what went wrong into text and an exit code."""
        try:
            return super().invoke(ctx)
        except NoSuchOption as error:
            if not NEGATIVE.match(error.option_name):
                raise
            told = f"no argument is negative, and one begins with {error.option_name}"
            raise typer.Exit(_report(CommandError(told), ctx)) from error
        except (ApiError, CommandError, FormatError, SelectionError, ReplayOptionError) as error:
            raise typer.Exit(_report(error, ctx)) from error


def _report(error: Exception, context: Any) -> ExitCode:
    explained = _explain(error, context.obj.named if context.obj else None)
    if context.params.get("as_json"):
        document = {"message": explained.message, "hint": explained.hint or None}
        if isinstance(error, ApiProblem):
            document["code"] = error.code
        print(json.dumps({"error": document}, indent=2))
        return explained.code
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("error  ", "bold red"), explained.message))
    if explained.hint:
        console.print(Text.assemble(("next   ", "bold"), explained.hint))
    return explained.code


def _explain(error: Exception, named: str | None) -> CommandError:
    if isinstance(error, CommandError):
        return error
    if isinstance(error, UnreachableError):
        return not_answered(str(error), named) if error.maybe_arrived else not_up(str(error))
    if isinstance(error, ApiProblem):
        return CommandError(str(error), HINTS.get(error.code, ""), ExitCode.PROBLEM)
    if isinstance(error, ApiError):
        return CommandError(
            str(error), "is this tool of the same version as the venue?", ExitCode.PROBLEM
        )
    return CommandError(str(error))
