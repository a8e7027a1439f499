"""What an account has against what its derivatives need: ``margin``."""

import typer

from zerodesk_client.api import CurrencyMargin, MarginStatus
from zerodesk_client.cli.limits import AnyAccount, about
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, number, table


def margin(context: typer.Context, account: AnyAccount = None) -> None:
    """Show an account's equity against what its positions need, at the marks."""
    session = Session.of(context)
    client, account_id = about(session, account)
    found = client.margin(account_id)
    headings = ("currency", ">equity", ">initial", ">maintenance", ">ratio", "called")
    rows = [_row(one) for one in found.margins]
    session.show(found, lambda: table(_title(found), headings, rows))


def _row(one: CurrencyMargin) -> tuple[str, ...]:
    call = one.call
    return (
        one.currency,
        number(one.equity),
        number(one.initial),
        number(one.maintenance),
        "-" if one.ratio is None else number(one.ratio),
        "" if call is None else f"at {number(call.level)} since {at(call.since)}",
    )


def _title(found: MarginStatus) -> str:
    stale = ", ".join(
        f"{one.symbol} since {'ever' if one.since is None else at(one.since)}"
        for one in found.stale
    )
    title = f"Margin of {found.account_id}"
    return title if not stale else f"{title}: not known, the marks are stale of {stale}"
