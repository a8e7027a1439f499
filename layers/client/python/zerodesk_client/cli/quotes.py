"""``replay`` of a file of quotes: the run, and its verdict for people and as JSON."""

from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Group, RenderableType

from zerodesk_client.api import ApiError, RetryPolicy
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.reconciliation import reconciliation_table
from zerodesk_client.cli.replay_report import (
    checks_document,
    checks_table,
    file_document,
    file_facts,
)
from zerodesk_client.cli.replay_watch import watching
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import card, milliseconds, number, price, table
from zerodesk_client.replay.quotes import QuoteRefusedError, QuoteReplay, QuoteVerdict, Quoting
from zerodesk_client.replay.replay import RetryCounter

MAX_SHOWN: Final = 20


def replay_quotes(
    session: Session, file: Path, run_id: str, quoting: Quoting, patience_s: float
) -> None:
    """Replay a file of quotes and show what came of it."""
    retries = RetryCounter()
    policy = RetryPolicy(unreachable_s=patience_s, faults_s=patience_s)
    again = f"`zerodesk replay {file} --run-id {run_id}` with the same options takes it up again"
    # Asked once without patience: where nothing runs at all, say so at once.
    session.operator().health()
    try:
        with watching(session.notes, retries, what="quotes") as watcher:
            operator = session.operator(policy, retries)
            verdict = QuoteReplay(operator, file, run_id, quoting, watcher).run()
    except KeyboardInterrupt as error:
        raise CommandError(f"run {run_id} was interrupted", again, ExitCode.INTERRUPTED) from error
    except ApiError:
        session.notes.print(f"run {run_id} stopped; {again}", markup=False)
        raise
    except QuoteRefusedError as error:
        raise CommandError(f"run {run_id}: {error}", "", ExitCode.DIFFERENT) from error
    session.show(to_document(verdict), lambda: render(verdict))
    if not verdict.is_as_recorded:
        raise typer.Exit(ExitCode.DIFFERENT)


def to_document(found: QuoteVerdict) -> dict[str, Any]:
    """Return the verdict as one JSON document; units are in the names or beside the values."""
    quotes = len(found.selection.rows)
    return {
        "as_recorded": found.is_as_recorded,
        "run_id": found.run_id,
        **file_document(found.file, found.selection),
        "market": found.listing,
        "venues": found.venues,
        "quotes": quotes,
        "elapsed_s": round(found.elapsed_s, 3),
        "quotes_per_s": round(quotes / found.elapsed_s, 2),
        "latency": found.latency,
        "expected": found.expected,
        "traded": found.traded,
        "checks": checks_document(found.checks),
        "reconciliation": found.reconciliation,
    }


def render(found: QuoteVerdict) -> RenderableType:
    """Return the verdict as tables."""
    listing, latency, quotes = found.listing, found.latency, len(found.selection.rows)
    facts = [
        *file_facts(found.file, found.selection),
        ("market", f"{listing.symbol}, tick {listing.tick_size:f} {listing.quote}"),
        ("venues", ", ".join(found.venues)),
        (
            "quotes",
            (f"{quotes:,} in {found.elapsed_s:.1f} s, {quotes / found.elapsed_s:.1f} a second"),
        ),
        (
            "POST to final answer",
            (
                f"p50 {milliseconds(latency.p50_ms)}, p95 {milliseconds(latency.p95_ms)}, "
                f"p99 {milliseconds(latency.p99_ms)}"
            ),
        ),
    ]
    trades = [
        (
            f"{one.taker_row}",
            f"{one.taker} {one.taker_side.value.lower()}s of {one.maker}",
            price(one.price),
            number(one.quantity),
        )
        for one in found.expected[:MAX_SHOWN]
    ]
    alike = "every trade is the expected one" if found.is_as_recorded else "the venue DIFFERS"
    return Group(
        card("Replay of quotes", facts),
        table(
            f"{len(found.expected)} trades expected, the first {len(trades)}",
            (">row", "", f">price ({listing.quote})", f">quantity ({listing.base})"),
            trades,
        ),
        checks_table(found.checks),
        reconciliation_table(found.reconciliation, (listing.base, listing.quote)),
        f"run {found.run_id}: {alike}",
    )
