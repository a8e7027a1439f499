"""Kill switches: ``kill``, ``unkill`` and ``kills``."""

from typing import Annotated

import typer

from zerodesk_client.api import KillSwitch
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, table

VENUE = "venue"
SYMBOL = "symbol"

WhatArgument = Annotated[
    str, typer.Argument(metavar="WHAT", help="venue, or symbol with its name.")
]
NameArgument = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The symbol.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it is journaled with the switch.")]


def kill(
    context: typer.Context, what: WhatArgument, name: NameArgument = None, *, reason: ReasonOption
) -> None:
    """Let no new order pass, halt, and cancel every order: of a symbol or the venue (operator)."""
    _switch(context, what, name, reason, is_on=True)


def unkill(
    context: typer.Context, what: WhatArgument, name: NameArgument = None, *, reason: ReasonOption
) -> None:
    """Turn a kill switch off; markets stay halted until they are opened (operator)."""
    _switch(context, what, name, reason, is_on=False)


def kills(context: typer.Context) -> None:
    """List the kill switches: on or off, by whom, since when and why (operator)."""
    session = Session.of(context)
    _show(session, session.operator().kill_switches())


def _switch(
    context: typer.Context, what: str, name: str | None, reason: str, *, is_on: bool
) -> None:
    if (what, name is None) not in {(VENUE, True), (SYMBOL, False)}:
        raise CommandError(f"{what!r} {name or ''}: venue, or symbol and its name")
    session = Session.of(context)
    symbol = None if name is None else name.upper()
    _show(session, session.operator().set_kill_switch(symbol, reason, is_on=is_on))


def _show(session: Session, found: tuple[KillSwitch, ...]) -> None:
    rows = [
        (one.stops, "on" if one.is_on else "off", one.author, at(one.since), one.reason)
        for one in found
    ]
    headings = ("stops", "is", "by", "since (UTC)", "why")
    session.show({"kills": found}, lambda: table("Kill switches", headings, rows))
