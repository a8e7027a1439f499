"""The local cloud: ``up``, ``down``, ``status``, ``logs``. Only this module asks for it."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from zerodesk_client.api import ApiError
from zerodesk_client.cli.exits import CommandError, ExitCode, not_up
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import card


def local_cloud() -> ModuleType:
    """Return the module that runs the local cloud.

    It stands outside all others and is imported only when asked for: a client that is installed
    alone has none.
    """
    try:
        from infra_cdk import local
    except ImportError as error:
        raise CommandError(
            f"this installation has no local cloud: {error}",
            "run it from a checkout of Zerodesk: `make setup`, then `.venv/bin/zerodesk`",
        ) from error
    return local


def up(
    context: typer.Context,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Functions run from the checkout as it stands.")
    ] = False,
) -> None:
    """Start the local cloud with the state it had, and deploy Zerodesk to it."""
    session = Session.of(context)
    cloud = local_cloud()
    started_s = time.monotonic()

    def progress(line: str) -> None:
        session.notes.print(f"{time.monotonic() - started_s:6.1f} s  {line}", markup=False)

    endpoint = guarded(cloud, lambda: cloud.up(progress, live=live))
    seconds = time.monotonic() - started_s
    session.show(
        asdict(endpoint),
        lambda: (
            f"up after {seconds:.1f} s: {endpoint.api_url}\n"
            "next: `zerodesk demo`, `zerodesk status`, `zerodesk book BTC-USD`"
        ),
    )


def down(context: typer.Context) -> None:
    """Save the state and stop the local cloud."""
    session = Session.of(context)
    cloud = local_cloud()
    was_running = guarded(
        cloud, lambda: cloud.down(lambda line: session.notes.print(line, markup=False))
    )
    session.show(
        {"was_running": was_running},
        lambda: (
            "stopped; `zerodesk up` brings it back with all its state"
            if was_running
            else "nothing was running"
        ),
    )


def status(context: typer.Context) -> None:
    """Say what runs, where, since when. Exit code 3 if the API does not answer."""
    session = Session.of(context)
    local = None if session.api_url else local_cloud().status()
    health, fault = _health(session)
    document = {
        "api": {"answers": fault is None, "fault": fault, **(health or {})},
        "local_cloud": None if local is None else asdict(local),
    }
    session.show(document, lambda: _status_table(document))
    if fault is not None:
        if not session.as_json:
            raise not_up(fault)
        raise typer.Exit(ExitCode.UNREACHABLE)


def logs(
    context: typer.Context,
    *,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as matching.")],
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes; end with Ctrl-C.")
    ] = False,
    since: Annotated[
        int, typer.Option(min=0, max=1_000_000_000, help="How far back to begin, in seconds.")
    ] = 600,
) -> None:
    """Print what a function of the local cloud has logged."""
    session = Session.of(context)
    cloud = local_cloud()

    def lines() -> None:
        for line in cloud.logs(function, follow=follow, since_seconds=since):
            _print_line(session, line.at_ms, line.text)

    guarded(cloud, lines)


def _print_line(session: Session, at_ms: int, text: str) -> None:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    if session.as_json:
        # JSON lines: a log has no end to wait for.
        line = json.dumps({"at": moment, "text": text})
        session.out.print(line, markup=False, soft_wrap=True)
    else:
        session.out.print(f"{moment}  {text}", markup=False, soft_wrap=True)


def guarded(cloud: ModuleType, act: Any) -> Any:
    """Do what may fail in the local cloud; its error says what to look at."""
    try:
        return act()
    except cloud.UsageError as error:
        raise CommandError(str(error)) from error
    except cloud.LocalCloudError as error:
        raise CommandError(str(error), "", ExitCode.UNREACHABLE) from error


def _health(session: Session) -> tuple[dict[str, Any] | None, str | None]:
    try:
        url = session.url()
        health = session.anybody().health()
    except (ApiError, CommandError) as error:
        return None, str(error)
    return {"url": url, "status": health.status, "version": health.version}, None


def _status_table(document: dict[str, Any]) -> RenderableType:
    api, local = document["api"], document["local_cloud"] or {}
    facts = [
        ("API answers", "yes" if api["answers"] else "no"),
        ("API", api.get("url", "-")),
        ("version", api.get("version", "-")),
    ]
    if local:
        age = local["snapshot_age_seconds"]
        facts += [
            ("local cloud runs", "yes" if local["is_running"] else "no"),
            ("process", str(local["pid"] or "-")),
            ("port", str(local["port"] or "-")),
            (
                "up for",
                "-" if local["uptime_seconds"] is None else f"{local['uptime_seconds']:.0f} s",
            ),
            ("last snapshot", "-" if age is None else f"{local['snapshot_at']}, {age:.0f} s old"),
            ("state", local["state_folder"]),
            ("log", local["log_file"]),
        ]
    return card("Zerodesk", facts)
