"""``demo``: a short live market in the terminal."""

import secrets
import time
from typing import Annotated, Final

import typer

from zerodesk_client.api import RetryPolicy
from zerodesk_client.cli.demo_report import curl_lines, render, to_document
from zerodesk_client.cli.demo_watch import watching
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.session import Session
from zerodesk_client.demo.session import Demo, Result
from zerodesk_client.demo.venue import OtherTermsError
from zerodesk_client.replay.market import new_run_id

SECONDS: Final = 8.0
PARTICIPANTS: Final = 6
PATIENCE_S: Final = 30.0
ELSEWHERE: Final = (
    "the demo wants a venue of its own: with ZERODESK_STATE (a new folder) and ZERODESK_PORT "
    "(a free port) set, `zerodesk up`, then `zerodesk demo`"
)


def demo(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long to trade.")] = SECONDS,
    participants: Annotated[
        int, typer.Option(min=4, max=32, help="A maker per market, one who dithers, takers.")
    ] = PARTICIPANTS,
    seed: Annotated[
        str | None, typer.Option(help="What the participants draw from; a new one by default.")
    ] = None,
) -> None:
    """Let simulated participants trade through the API, then recount every account.

    Accounts and markets are made once and kept; what rests at the end stays in the book. Exit
    code 1 if a recount finds any difference.
    """
    session = Session.of(context)
    chosen_seed = seed or secrets.token_hex(4)
    result = _run(session, seconds, participants, chosen_seed)
    session.show(to_document(result, chosen_seed), lambda: render(result, chosen_seed))
    if not session.as_json:
        for line in curl_lines(session.url(), result):
            session.out.print(line, markup=False, soft_wrap=True)
    if not result.is_sound:
        raise typer.Exit(ExitCode.DIFFERENT)


def _run(session: Session, seconds: float, participants: int, seed: str) -> Result:
    session.operator().health()
    operator = session.operator(RetryPolicy(unreachable_s=PATIENCE_S, faults_s=PATIENCE_S))
    notes = session.notes
    demo_run = Demo(
        operator, session.keys_folder, new_run_id(), participants=participants, seed=seed
    )
    started_s = time.monotonic()
    notes.print("opening and funding the demo's accounts")
    try:
        demo_run.set_up()
    except OtherTermsError as error:
        raise CommandError(str(error), ELSEWHERE, ExitCode.PROBLEM) from error
    notes.print(
        f"{participants} participants trade for {seconds:g} s, seed {seed} "
        f"(set up in {time.monotonic() - started_s:.1f} s)",
        markup=False,
    )
    with watching(notes) as (show, every_s):
        demo_run.trade(seconds, show, every_s=every_s)
    notes.print("waiting for settlement, then recounting")
    return demo_run.conclude()
