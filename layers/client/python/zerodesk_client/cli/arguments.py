"""Arguments that several commands share, and how they are read."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from zerodesk.money import NumberError, parse_decimal
from zerodesk_client.cli.exits import CommandError

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
CurrencyArgument = Annotated[str, typer.Argument(metavar="CURRENCY", help="Such as USD or BTC.")]
AmountArgument = Annotated[str, typer.Argument(metavar="AMOUNT", help="In the currency's units.")]
IdOption = Annotated[
    str | None, typer.Option("--id", help="Makes repeating it harmless; a new one by default.")
]
SymbolArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC-USD.")]
PerpetualArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC-PERP.")]
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


def given(text: str | None, option: str) -> Decimal | None:
    """Return the positive decimal that an option gives, or None if it was not given."""
    return None if text is None else amount_of(text, option)


def time_of(text: str | None, option: str) -> datetime | None:
    """Return the time that an option gives; UTC if it says no more."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text!r} is no time", "such as 2026-11-01T09:30") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
