"""``replay``: recorded trades through the API, compared trade by trade."""

from pathlib import Path
from typing import Annotated, Final

import typer

from zerodesk_client.api import ApiError, RetryPolicy
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.quotes import replay_quotes
from zerodesk_client.cli.replay_report import render, to_document
from zerodesk_client.cli.replay_watch import watching
from zerodesk_client.cli.session import Session
from zerodesk_client.formats import holds_quotes
from zerodesk_client.replay.market import new_run_id
from zerodesk_client.replay.quotes import Quoting
from zerodesk_client.replay.replay import (
    ACCOUNTS,
    IN_FLIGHT,
    PATIENCE_S,
    Replay,
    ReplayOptions,
    RetryCounter,
    Verdict,
)
from zerodesk_client.replay.selection import Start, parse_start

MAX_IN_FLIGHT: Final = 64
MAX_ACCOUNTS: Final = 32


def replay(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many trades.")] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="A row, a time of day 09:30[:00], or an ISO 8601 time."),
    ] = None,
    speed: Annotated[
        str, typer.Option(help="max, or a multiple of the file's own pace: 1x, 10x.")
    ] = "max",
    symbol: Annotated[
        str | None, typer.Option(help="Of the market to list; one of the run's own by default.")
    ] = None,
    in_flight: Annotated[
        int, typer.Option(min=1, max=MAX_IN_FLIGHT, help="Orders under way at once, at most.")
    ] = IN_FLIGHT,
    accounts: Annotated[
        int, typer.Option(min=1, max=MAX_ACCOUNTS, help="Makers, and as many takers.")
    ] = ACCOUNTS,
    run_id: Annotated[
        str | None, typer.Option(help="Take up an earlier run, with its FILE, --from and --limit.")
    ] = None,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to go on trying while the venue does not answer.")
    ] = PATIENCE_S,
) -> None:
    """Replay recorded trades or quotes as orders, then compare what the venue did with the file.

    Each trade becomes an order that rests and an order that takes it, on a market of the run's
    own. Compared are the number of trades, the volume at each price, the last price, what was
    settled, and the venue's own reconciliation. Each quote replaces its venue's last one on that
    side, one after the other, and those that cross trade: compared trade by trade. Any difference:
    exit code 1.
    """
    session = Session.of(context)
    if holds_quotes(file):
        if (speed, in_flight, accounts) != ("max", IN_FLIGHT, ACCOUNTS):
            raise CommandError(
                "quotes are replayed one after the other, one account a venue",
                "leave --speed, --in-flight and --accounts out",
            )
        quoting = Quoting(start=_start(start), limit=limit, symbol=symbol and symbol.upper())
        replay_quotes(session, file, (run_id or new_run_id()).upper(), quoting, patience)
        return
    options = ReplayOptions(
        start=_start(start),
        limit=limit,
        speed=_speed(speed),
        symbol=symbol.upper() if symbol else None,
        in_flight=in_flight,
        accounts=accounts,
        patience_s=patience,
    )
    verdict = _run(session, file, (run_id or new_run_id()).upper(), options)
    session.show(to_document(verdict), lambda: render(verdict))
    if not verdict.is_as_recorded:
        raise typer.Exit(ExitCode.DIFFERENT)


def _run(session: Session, file: Path, run_id: str, options: ReplayOptions) -> Verdict:
    retries = RetryCounter()
    policy = RetryPolicy(unreachable_s=options.patience_s, faults_s=options.patience_s)
    operator = session.operator(policy, retries)
    operator_once = session.operator()
    # Asked once without patience: where nothing runs at all, say so at once.
    operator_once.health()
    try:
        with watching(session.notes, retries) as watcher:
            return Replay(operator, file, run_id, options, watcher, retries).run()
    except KeyboardInterrupt as error:
        retries.stopped.set()
        raise CommandError(
            f"run {run_id} was interrupted", _take_up(file, run_id), ExitCode.INTERRUPTED
        ) from error
    except ApiError:
        session.notes.print(f"run {run_id} stopped; {_take_up(file, run_id)}", markup=False)
        raise


def _start(text: str | None) -> Start:
    return Start() if text is None else parse_start(text)


def _take_up(file: Path, run_id: str) -> str:
    return f"`zerodesk replay {file} --run-id {run_id}` with the same options takes it up again"


def _speed(text: str) -> float | None:
    """Return the multiple of the file's pace, or None for as fast as it goes."""
    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise CommandError(f"--speed {text!r} is neither max nor a multiple such as 10x")
    return speed
