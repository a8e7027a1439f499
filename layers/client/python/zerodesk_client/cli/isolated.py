"""Perpetuals that are held apart, against margin of their own: ``isolated``."""

from decimal import Decimal

import typer

from zerodesk_client.api import IsolatedMargin
from zerodesk_client.cli.arguments import AmountArgument, PerpetualArgument, amount_of
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.limits import about
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import number

isolated_app = typer.Typer(
    no_args_is_help=True, help="Hold perpetuals apart, each against margin of its own."
)


@isolated_app.command("on")
def on(context: typer.Context, symbol: PerpetualArgument) -> None:
    """Hold the position in a perpetual apart; only while nothing is open there."""
    _set(context, symbol, is_isolated=True)


@isolated_app.command("off")
def off(context: typer.Context, symbol: PerpetualArgument) -> None:
    """Hold it with all others again; what is in its pot is free then."""
    _set(context, symbol, is_isolated=False)


@isolated_app.command("add")
def add(context: typer.Context, symbol: PerpetualArgument, amount: AmountArgument) -> None:
    """Move margin into the pot of an isolated position."""
    _move(context, symbol, amount_of(amount, "AMOUNT"))


@isolated_app.command("remove")
def remove(context: typer.Context, symbol: PerpetualArgument, amount: AmountArgument) -> None:
    """Move margin out of the pot of an isolated position, down to what it needs."""
    _move(context, symbol, -amount_of(amount, "AMOUNT"))


def _set(context: typer.Context, symbol: str, *, is_isolated: bool) -> None:
    session = Session.of(context)
    found = session.trader().isolate(symbol.upper(), is_isolated=is_isolated)
    session.show(found, lambda: _told(found))


def _move(context: typer.Context, symbol: str, amount: Decimal) -> None:
    """Make the move after the latest one: of two at once one is refused, none made twice."""
    session, name = Session.of(context), symbol.upper()
    client, account_id = about(session, None)
    pots = client.margin(account_id).isolated
    moves = next((one.moves for one in pots if one.symbol == name), None)
    if moves is None:
        raise CommandError(f"the position in {name} is not isolated", f"isolated on {name}")
    found = client.move_margin(name, moves + 1, amount)
    session.show(found, lambda: _told(found))


def _told(found: IsolatedMargin) -> str:
    if not found.is_isolated:
        return f"{found.symbol}: with all others"
    return f"{found.symbol}: isolated, {number(found.margin)} {found.currency} in its pot"
