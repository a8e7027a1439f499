"""Kill switches: ``kill``, ``unkill`` and ``kills``."""

from typing import Annotated

import typer

from zerodesk_client.api import KillSwitch
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, table

VENUE = "venue"
SYMBOL = "symbol"
ACCOUNT = "account"

WhatArgument = Annotated[
    str, typer.Argument(metavar="WHAT", help="venue; symbol or account, with its name.")
]
NameArgument = Annotated[
    str | None, typer.Argument(metavar="NAME", help="The symbol or the account.")
]
ReasonOption = Annotated[str, typer.Option(help="Why; it is journaled with the switch.")]


def kill(
    context: typer.Context, what: WhatArgument, name: NameArgument = None, *, reason: ReasonOption
) -> None:
    """Let no new order pass, and cancel all: of a symbol, an account or the venue (operator)."""
    _switch(context, what, name, reason, is_on=True)


def unkill(
    context: typer.Context, what: WhatArgument, name: NameArgument = None, *, reason: ReasonOption
) -> None:
    """Turn a kill switch off; markets stay halted until they are opened (operator)."""
    _switch(context, what, name, reason, is_on=False)


def kills(context: typer.Context) -> None:
    """List the kill switches of the venue and its symbols, with who, when and why (operator)."""
    session = Session.of(context)
    _show(session, session.operator().kill_switches())


def _switch(
    context: typer.Context, what: str, name: str | None, reason: str, *, is_on: bool
) -> None:
    if (what, name is None) not in {(VENUE, True), (SYMBOL, False), (ACCOUNT, False)}:
        raise CommandError(f"{what!r} {name or ''}: venue; symbol or account, and its name")
    session = Session.of(context)
    operator = session.operator()
    if what == ACCOUNT and name is not None:
        _show(session, (operator.kill_account(name, reason, is_on=is_on),))
        return
    symbol = None if name is None else name.upper()
    _show(session, operator.set_kill_switch(symbol, reason, is_on=is_on))


def _show(session: Session, found: tuple[KillSwitch, ...]) -> None:
    rows = [
        (one.stops, "on" if one.is_on else "off", one.author, at(one.since), one.reason)
        for one in found
    ]
    headings = ("stops", "is", "by", "since (UTC)", "why")
    session.show({"kills": found}, lambda: table("Kill switches", headings, rows))
