"""What stands in an account's journal, and its correction: ``statement``, ``reverse``."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from zerodesk_client.api import Balance, Statement, StatementRecord
from zerodesk_client.cli.arguments import AccountArgument, time_of
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, at, number, table

HASH_CHARACTERS: Final = 12
"""Of a record's hash, enough to tell it; --json has it whole."""


def statement(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    account: Annotated[
        str | None,
        typer.Argument(metavar="ACCOUNT", help="Any account, with the operator's key."),
    ] = None,
    from_time: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="ISO 8601; UTC if it says no more.")
    ] = None,
    to_time: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Up to, and without, this time.")
    ] = None,
    from_sequence: Annotated[int | None, typer.Option(min=1, help="The first record.")] = None,
    to_sequence: Annotated[int | None, typer.Option(min=1, help="The last record.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many records.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Go on where a page before ended.")] = None,
) -> None:
    """Show what an account had, what happened, and what it has; in each currency's units."""
    session = Session.of(context)
    client = session.trader() if account is None else session.operator()
    found = client.statement(
        account,
        from_sequence=from_sequence,
        to_sequence=to_sequence,
        from_time=time_of(from_time, "--from"),
        to_time=time_of(to_time, "--to"),
        limit=limit,
        cursor=cursor,
    )
    session.show(found, lambda: _tables(found))


def reverse(
    context: typer.Context,
    account: AccountArgument,
    sequence: Annotated[int, typer.Argument(min=1, metavar="SEQUENCE", help="The record.")],
    reason: Annotated[str, typer.Option(help="Why, in words; it stands in the journal.")],
    record_hash: Annotated[
        str | None, typer.Option("--hash", help="The record's hash, to be sure which one it is.")
    ] = None,
) -> None:
    """Reverse a deposit, a posted withdrawal or a transfer by a record that names it (operator)."""
    session = Session.of(context)
    found = session.operator().reverse(account, sequence, reason, record_hash=record_hash)
    rows = [(row.ledger_account, number(row.amount), row.currency) for row in found.entries]
    title = (
        f"Record {found.sequence} of {found.account_id}, reversed by {found.reversal_sequence}: "
        f"{found.reason}"
    )
    session.show(found, lambda: table(title, ("ledger account", ">amount", "currency"), rows))


def _tables(found: Statement) -> RenderableType:
    stretch = "no record"
    if found.from_sequence is not None:
        stretch = f"records {found.from_sequence} to {found.to_sequence}"
    rows = [row for record in found.records for row in _rows(record)]
    headings = ("record", "time (UTC)", "hash", "cause", "ledger account", ">amount", "currency")
    parts: list[RenderableType] = [
        _balances(f"Opening balances of {found.stream}, {stretch}", found.opening),
        table("Records", headings, rows),
        _balances("Closing balances", found.closing),
    ]
    if found.next_cursor is not None:
        parts.append(Text(f"there is more: --cursor {found.next_cursor}", style="dim"))
    return Group(*parts)


def _balances(title: str, balances: Iterable[Balance]) -> Table:
    rows = [
        (row.currency, number(row.available), number(row.held), number(row.total))
        for row in balances
    ]
    return table(title, ("currency", ">available", ">held", ">total"), rows)


def _rows(record: StatementRecord) -> list[tuple[Cell, ...]]:
    """Return a record's entries, a row each; the first says which record it is."""
    head = (
        str(record.sequence),
        at(record.recorded_at),
        record.hash[:HASH_CHARACTERS],
        _told(record.cause),
    )
    legs = [
        (entry.ledger_account, number(entry.amount), entry.currency) for entry in record.entries
    ] or [("-", "", "")]
    return [(*(head if leg is legs[0] else ("", "", "", "")), *leg) for leg in legs]


def _told(cause: dict[str, Any]) -> str:
    """Return a cause in words: ``deposit wire-1``, ``settle book BTC-USD from 1 to 3 fills 2``."""
    kind = str(cause.get("kind"))
    words = [kind]
    for name, value in cause.items():
        if name not in ("kind", "account_id") and not isinstance(value, dict):
            words += [name.removesuffix("_id"), str(value)]
    return " ".join(words[:1] + words[2:] if words[1:2] == [kind] else words)
