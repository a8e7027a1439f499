"""The venue's own recount: ``reconcile``, and its report as a table."""

from collections.abc import Collection

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from zerodesk_client.api import Reconciliation
from zerodesk_client.cli.exits import ExitCode
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, table


def reconcile(context: typer.Context) -> None:
    """Have the venue recount every account and book now (operator). Exit code 1 at a breach."""
    session = Session.of(context)
    report = session.operator().reconcile()
    session.show(report, lambda: reconciliation_table(report))
    if not report.balanced:
        raise typer.Exit(ExitCode.DIFFERENT)


def reconciliation_table(
    report: Reconciliation, currencies: Collection[str] | None = None
) -> RenderableType:
    """Return the checks, the totals and the breaches of a report.

    ``currencies`` narrows the totals that are shown; None shows all.
    """
    parts: list[RenderableType] = []
    if report.checks:
        checks: list[tuple[Cell, ...]] = [
            (check.name, f"{check.checked:,}", _good(check.breaches == 0, f"{check.breaches:,}"))
            for check in report.checks
        ]
        title = f"Reconciliation of {report.accounts:,} accounts"
        parts.append(table(title, ("check", ">checked", ">breaches"), checks))
    if report.totals:
        headings = (
            "currency",
            *(f">{name.replace('_', ' ')}" for name in list(report.totals[0])[1:]),
        )
        rows = [
            tuple(str(value) for value in total.values())
            for total in report.totals
            if currencies is None or total["currency"] in currencies
        ]
        parts.append(table("Totals, in each currency's units", headings, rows))
    if report.breaches:
        breaches = [(breach.code, breach.subject, breach.detail) for breach in report.breaches]
        parts.append(table("Breaches", ("code", "of", "detail"), breaches))
    whole = "" if report.complete else "; it could not read everything in time"
    parts.append(_good(report.balanced, "balanced" if report.balanced else f"NOT balanced{whole}"))
    return Group(*parts)


def _good(good: object, text: str) -> Text:
    return Text(text, style="green" if good else "bold red")
