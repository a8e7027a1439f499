"""Arguments that several commands share, and how they are read."""

from decimal import Decimal
from typing import Annotated

import typer

from zerodesk.money import NumberError, parse_decimal
from zerodesk_client.cli.exits import CommandError

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
SymbolArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC-USD.")]
LimitOption = Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")]


def amount_of(text: str, name: str) -> Decimal:
    """Return a positive decimal.

    Raises
    ------
    CommandError
        It is none, by the grammar of the API.
    """
    try:
        amount = parse_decimal(text)
    except NumberError as error:
        raise CommandError(f"{name} {text!r} is no amount: {error.rule}") from error
    if amount <= 0:
        raise CommandError(f"{name} {text!r} is no amount: it must be positive")
    return amount
