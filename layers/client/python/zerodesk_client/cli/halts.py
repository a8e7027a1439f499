"""What is stopped: ``halts``."""

import typer

from zerodesk_client.api import every
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, table


def halts(context: typer.Context) -> None:
    """List all that is stopped, accounts too: how, by whom, when and why (operator)."""
    session = Session.of(context)
    operator = session.operator()
    found = [*operator.halts(), *every(operator.stopped_accounts)]
    rows = [
        (
            one.stops,
            one.how,
            one.by or "somebody",
            "" if one.since is None else at(one.since),
            "" if one.until is None else at(one.until),
            one.reason,
        )
        for one in found
    ]
    headings = ("stops", "how", "by", "since (UTC)", "until (UTC)", "why")
    session.show({"halts": found}, lambda: table("Halts", headings, rows))
