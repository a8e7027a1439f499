"""Trading: ``cancel-after``."""

from typing import Annotated

import typer

from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, at, card


def cancel_after(
    context: typer.Context,
    seconds: Annotated[int, typer.Argument(min=0, metavar="SECONDS", help="0 switches it off.")],
    symbol: Annotated[str | None, typer.Option(help="Of this market only.")] = None,
) -> None:
    """Cancel all orders after some seconds, unless asked again before: a dead man's switch."""
    session = Session.of(context)
    wanted = None if symbol is None else symbol.upper()
    switch = session.trader().cancel_after(seconds, symbol=wanted)
    facts: list[tuple[Cell, Cell]] = [
        ("market", switch.symbol or "all"),
        ("cancels at (UTC)", "never" if switch.cancels_at is None else at(switch.cancels_at)),
        ("its time was up", "yes, what was open is cancelled" if switch.fired else "no"),
    ]
    session.show(switch, lambda: card("Dead man's switch", facts))
