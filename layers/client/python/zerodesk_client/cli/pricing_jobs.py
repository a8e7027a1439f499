"""``price-file``: a file of options through a pricing job of the venue."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from zerodesk_client.api.job_models import Job
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import card
from zerodesk_client.pricing_jobs import describe, download, run

KINDS: Final = ("options", "implied-volatility", "american", "exotics")
GIVEN_UP_SHOWN: Final = 5


def price_file(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    kind: Annotated[str, typer.Option("--kind", help=" | ".join(KINDS))] = KINDS[0],
    terms: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A field that all rows have in common."),
    ] = None,
    outputs: Annotated[
        str | None, typer.Option("--outputs", help="What to tell: price,delta,gamma and so on.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where the values go; FILE.values.csv by default.")
    ] = None,
    job_id: Annotated[
        str | None, typer.Option("--id", help="Of the job; by default one of this very file.")
    ] = None,
) -> None:
    """Price a CSV of up to a million options, as a job of the venue.

    The first line names the columns: fields of `POST /v1/pricing/KIND` that differ by row, such as
    option_type,strike,expiry_years. Those that all rows share are --set. The values come back in
    the order of the rows, each with a status. Called again it goes on where it was interrupted.
    """
    session = Session.of(context)
    if kind not in KINDS:
        raise CommandError(f"--kind {kind!r} is none of {', '.join(KINDS)}")
    client = session.trader()
    job = describe(file, kind, _terms(terms or [], outputs), job_id)
    is_hidden = not session.err.is_terminal
    with Progress(*_COLUMNS, console=session.err, transient=True, disable=is_hidden) as progress:
        task = progress.add_task(job.job_id, total=None)

        def told(seen: Job) -> None:
            progress.update(task, total=seen.chunks, completed=seen.chunks_done)

        done = run(client, job, file, told)
    if done.result is None:
        raise _ended_badly(done)
    place = to or file.with_name(f"{file.stem}.values.csv")
    download(done.result, place)
    document = {
        "job_id": done.job_id,
        "status": done.status,
        "rows": done.rows,
        "rows_with_values": done.rows_with_values,
        "given_up": done.given_up,
        "values": str(place),
    }
    session.show(document, lambda: _told(done, place))
    if done.given_up:
        raise typer.Exit(ExitCode.DIFFERENT)


_COLUMNS: Final = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("chunks"),
    TimeElapsedColumn(),
)


def _terms(given: list[str], outputs: str | None) -> dict[str, Any]:
    """Return the fields that all rows share: numbers where they read as such, else words."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or name in found:
            raise CommandError(f"--set {text!r}: give each field once, such as --set rate=0.03")
        found[name] = _value(value)
    if outputs is not None:
        found["outputs"] = [name.strip() for name in outputs.split(",")]
    return found


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text


def _ended_badly(job: Job) -> CommandError:
    if job.refusal is not None:
        told = f"{job.refusal.field}: {job.refusal.rule}, was {job.refusal.value}"
        return CommandError(f"the file is refused: {told}", code=ExitCode.PROBLEM)
    return CommandError(
        f"the job {job.job_id} has failed: {job.error}",
        "the fault is the venue's; try again under another --id",
        ExitCode.PROBLEM,
    )


def _told(job: Job, place: Path) -> RenderableType:
    rows = job.rows or 0
    without = rows - (job.rows_with_values or 0)
    facts = [("rows", f"{rows:,}"), ("without a value", f"{without:,}"), ("values", str(place))]
    facts += [
        ("failed", f"rows {one.first_row:,} to {one.last_row:,}: {one.error}")
        for one in job.given_up[:GIVEN_UP_SHOWN]
    ]
    if len(job.given_up) > GIVEN_UP_SHOWN:
        facts.append(("failed", f"and {len(job.given_up) - GIVEN_UP_SHOWN} more chunks"))
    return card(job.job_id, facts)
