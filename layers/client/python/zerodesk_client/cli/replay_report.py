"""The verdict of a replay, for people and as JSON."""

from collections.abc import Iterable
from typing import Any, Final

from rich.console import Group, RenderableType

from zerodesk_client.cli.reconciliation import reconciliation_table
from zerodesk_client.cli.tables import Cell, card, milliseconds, number, price, table, verdict
from zerodesk_client.replay.comparison import Check
from zerodesk_client.replay.replay import Verdict
from zerodesk_client.replay.selection import Selection

MAX_DIFFERENCES: Final = 20
"""So many prices and orders that differ are named; the counts tell of the rest."""


def to_document(found: Verdict) -> dict[str, Any]:
    """Return the verdict as one JSON document; units are in the names or beside the values."""
    outcome = found.outcome
    return {
        "as_recorded": found.is_as_recorded,
        "run_id": found.run_id,
        **file_document(found.file, found.selection),
        "market": found.listing,
        "trades": len(found.selection.rows),
        "trades_found_done": found.taken_up,
        "orders": outcome.orders,
        "orders_placed_anew": outcome.placed_anew,
        "requests_sent_again": found.retries,
        "in_flight_max": found.in_flight,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "trades_per_s": round(_rate(outcome.trades, outcome.elapsed_s), 2),
        "orders_per_s": round(_rate(outcome.orders, outcome.elapsed_s), 2),
        "latency": outcome.latency,
        "checks": checks_document(found.checks),
        "volume_differences": found.differences,
        "surprises": outcome.surprises,
        "reconciliation": found.reconciliation,
    }


def file_document(file: str, selection: Selection[Any]) -> dict[str, Any]:
    """Return which rows of which file were replayed as JSON."""
    rows, skipped = selection.rows, selection.skipped
    return {
        "file": file,
        "format": selection.format_name,
        "clock": selection.clock,
        "rows": {"first": rows[0].row, "last": rows[-1].row, "skipped": skipped},
    }


def file_facts(file: str, selection: Selection[Any]) -> list[tuple[str, str]]:
    """Return the same as facts."""
    rows = selection.rows
    skipped = ", ".join(f"{count} {reason}" for reason, count in selection.skipped.items())
    return [
        ("file", f"{file}, {selection.format_name}, clock {selection.clock}"),
        ("rows", f"{rows[0].row} to {rows[-1].row}; skipped: {skipped or 'none'}"),
    ]


def checks_document(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Return what was compared as JSON."""
    return [
        {
            "name": check.name,
            "unit": check.unit,
            "file": check.file,
            "venue": check.venue,
            "equal": check.is_equal,
        }
        for check in checks
    ]


def render(found: Verdict) -> RenderableType:
    """Return the verdict as tables."""
    parts: list[RenderableType] = [_how(found), checks_table(found.checks)]
    if found.differences:
        parts.append(_differences(found))
    if found.outcome.surprises:
        parts.append(_surprises(found))
    parts.append(
        reconciliation_table(found.reconciliation, (found.listing.base, found.listing.quote))
    )
    alike = (
        "everything is as recorded" if found.is_as_recorded else "the venue DIFFERS from the file"
    )
    parts.append(f"run {found.run_id}: {alike}")
    return Group(*parts)


def _how(found: Verdict) -> RenderableType:
    outcome, listing = found.outcome, found.listing
    latency = outcome.latency
    quote, base = listing.quote, listing.base
    facts: list[tuple[Cell, Cell]] = [
        *file_facts(found.file, found.selection),
        (
            "market",
            f"{listing.symbol}, tick {listing.tick_size:f} {quote}, lot {listing.lot_size:f}",
        ),
        ("collar", f"{listing.collar_bps} basis points, the range of the trades around any mark"),
        (
            "smallest, largest order",
            (f"{number(listing.min_notional)} {quote}, {number(listing.max_quantity)} {base}"),
        ),
        (
            "trades in this run",
            (
                f"{outcome.trades:,} in {outcome.elapsed_s:.1f} s, "
                f"{_rate(outcome.trades, outcome.elapsed_s):.1f} trades/s, "
                f"{_rate(outcome.orders, outcome.elapsed_s):.1f} orders/s"
            ),
        ),
        ("found done", f"{found.taken_up:,} trades"),
        (
            "POST to final answer",
            (
                f"p50 {milliseconds(latency.p50_ms)}, p95 "
                f"{milliseconds(latency.p95_ms)}, p99 {milliseconds(latency.p99_ms)}, "
                f"max {milliseconds(latency.max_ms)}"
            ),
        ),
        (
            "sent again",
            (
                f"{found.retries:,} requests without an answer, {outcome.placed_anew:,} "
                "orders refused in passing"
            ),
        ),
    ]
    return card("Replay", facts)


def checks_table(checks: Iterable[Check]) -> RenderableType:
    """Return what was compared as a table."""
    rows: list[tuple[Cell, ...]] = [
        (check.name, check.unit, check.file, check.venue, verdict(good=check.is_equal))
        for check in checks
    ]
    return table("The file and the venue", ("", "unit", ">file", ">venue", ""), rows)


def _differences(found: Verdict) -> RenderableType:
    shown = found.differences[:MAX_DIFFERENCES]
    rows = [(price(entry.price), number(entry.file), number(entry.venue)) for entry in shown]
    listing = found.listing
    return table(
        f"{len(found.differences)} prices with another volume, the first {len(shown)}",
        (f">price ({listing.quote})", f">file ({listing.base})", f">venue ({listing.base})"),
        rows,
    )


def _surprises(found: Verdict) -> RenderableType:
    shown = found.outcome.surprises[:MAX_DIFFERENCES]
    rows = [(entry.client_order_id, entry.expected, entry.found) for entry in shown]
    return table("Orders that came to something else", ("order", "expected", "found"), rows)


def _rate(count: int, seconds: float) -> float:
    return count / seconds if seconds > 0 else 0.0
