"""The journal: ``state`` at any point, ``export`` to files, ``verify`` either."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.json import JSON

from zerodesk.archive import Archive, ArchiveError, range_name
from zerodesk.verification import VerificationError, Verifier
from zerodesk_client.api import Client, Reconciliation, StreamState
from zerodesk_client.api.decode import decode
from zerodesk_client.archives import (
    archives_in,
    begin_range,
    extend_archive,
    read_archive,
    records_of,
    verify_live,
)
from zerodesk_client.cli.arguments import time_of
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.reconciliation import reconciliation_table
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, card
from zerodesk_client.transfers import Matched, match_transfers
from zerodesk_client.verifying import Verified, reconciled, verify_archives

StreamArgument = Annotated[
    str, typer.Argument(metavar="STREAM", help="Such as book#BTC-USD or account#alice.")
]


def state(
    context: typer.Context,
    stream: StreamArgument,
    *,
    when: Annotated[
        str | None,
        typer.Option("--at", metavar="SEQUENCE|TIME", help="Behind this record, or at this time."),
    ] = None,
) -> None:
    """Show a book or an account as it was at any point; now, without one."""
    session = Session.of(context)
    if when is not None and when.isdigit():
        found = session.operator().state_at(stream, sequence=int(when))
    else:
        found = session.operator().state_at(stream, time=time_of(when, "--at"))
    session.show(found, lambda: _shown(found))


def _shown(found: StreamState) -> RenderableType:
    facts = [
        ("record", f"{found.sequence:,}"),
        ("recorded", at(found.recorded_at)),
        ("record hash", found.record_hash),
        ("state hash", found.state_hash),
    ]
    head = card(found.stream, facts)
    if found.state is None:
        return Group(head, "The state is too large for an answer: export the stream.")
    return Group(head, JSON(json.dumps(found.state)))


def export(
    context: typer.Context,
    stream: StreamArgument,
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", file_okay=False, help="Else the venue's bucket."),
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="SEQUENCE|TIME", help="The first record; else the first."),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--until", metavar="SEQUENCE|TIME", help="The last record; else the last."),
    ] = None,
) -> None:
    """Add what a stream has to its archive, in a folder or in the venue's bucket.

    With --from or --until, what is between goes to an archive of its own, named STREAM@FIRST-LAST,
    which begins with the state before. In a folder every record is verified on the way; of the
    bucket, copy archive/ and `verify` it.
    """
    session = Session.of(context)
    between = None if begin is end is None else _range(session.operator(), stream, begin, end)
    name = stream if between is None else range_name(stream, *between)
    if to is None:
        _export_to_bucket(session, stream, name, between)
    else:
        _export_to_folder(session, stream, to / name, between)


def _range(client: Client, stream: str, begin: str | None, end: str | None) -> tuple[int, int]:
    """Return the first and the last record of what somebody asks for."""
    first = 1 if begin is None else _position(client, stream, begin, "--from")
    if begin is not None and not begin.isdigit():
        first += 1
    last = _position(client, stream, end, "--until")
    if not 0 < first <= last:
        raise CommandError(f"{stream} has no records from {first:,} to {last:,}", "see --help")
    return first, last


def _position(client: Client, stream: str, point: str | None, option: str) -> int:
    """Return a point as a sequence: a time as that of the last record until then."""
    if point is None:
        return client.state_at(stream).sequence
    if point.isdigit():
        return int(point)
    return client.state_at(stream, time=time_of(point, option)).sequence


def _export_to_bucket(
    session: Session, stream: str, name: str, between: tuple[int, int] | None
) -> None:
    client, added = session.operator(), 0
    while (exported := client.export_stream(stream, between)).added:
        added += exported.added
    session.show(
        replace(exported, added=added),
        lambda: (
            f"{added:,} records added to archive/{name}, which ends at {exported.last:,}; "
            f"manifest {exported.manifest_hash}"
        ),
    )


def _export_to_folder(
    session: Session, stream: str, folder: Path, between: tuple[int, int] | None
) -> None:
    client, last = session.operator(), None if between is None else between[1]
    try:
        if between is not None and between[0] > 1:
            begin_range(folder, client, stream, between[0])
        archive = read_archive(folder)
        first = archive.verifier.sequence + 1
        extend_archive(archive, folder, records_of(client, stream, first, last))
    except (ArchiveError, VerificationError) as error:
        raise _not_believed(error) from error
    _check_any(archive.verifier)
    added = archive.verifier.sequence - first + 1
    session.show(
        _archived(archive) | {"added": added, "folder": str(folder)},
        lambda: (
            f"{added:,} records added to {folder}; {_told(archive.verifier)}, manifest "
            f"{archive.head.manifest_hash}"
        ),
    )


def verify(
    context: typer.Context,
    target: Annotated[
        str, typer.Argument(metavar="FOLDER|STREAM", help="Archives, or a stream as it stands.")
    ],
    *,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=64, help="As many at most; else one a core.")
    ] = os.cpu_count() or 1,
) -> None:
    """Hash, fold and audit every record again, of archives or of the live journal.

    Archives of accounts and books in one folder are held against each other, too: balances,
    holds, fills, transfers, fees and totals.
    The transfers of a live account are matched with the accounts at their other ends, which are
    verified for that. Archives end where they end, and are verified each by itself.
    """
    session = Session.of(context)
    folders = archives_in(Path(target)) if Path(target).is_dir() else []
    matched: Matched | None = None
    if not folders and "#" not in Path(target).name:
        raise CommandError(f"{target} is no archive and no stream", "such as book#BTC-USD")
    try:
        if folders:
            _verify_folders(session, folders, processes)
        else:
            client = session.operator()
            verifier = verify_live(client, target)
            _check_any(verifier)
            matched = match_transfers(client, verifier)
            session.show(
                {"verified": [_verified(verifier) | _matched(matched)]},
                lambda: "\n".join(_lines(verifier, matched)),
            )
    except (ArchiveError, VerificationError) as error:
        raise _not_believed(error) from error


def _verify_folders(session: Session, folders: list[Path], processes: int) -> None:
    verified = verify_archives(folders, processes)
    documents = [one.told() for one in verified]
    lines = [_line(one) for one in verified]
    report = reconciled(verified)
    if report is None:
        session.show({"verified": documents}, lambda: "\n".join(lines))
        return
    session.show(
        {"verified": documents, "reconciliation": report},
        lambda: Group(*lines, reconciliation_table(decode(Reconciliation, report))),
    )
    if report["breaches"]:
        raise CommandError(
            f"not reconciled: {len(report['breaches'])} breaches",
            "keep what there is as evidence",
            ExitCode.DIFFERENT,
        )


def _line(one: Verified) -> str:
    told = f"{one.name}: {one.records:,} records verified, state {one.head.state_hash}"
    if one.is_whole:
        return told
    return f"{told}; begun behind record {one.began_at.sequence:,} at {one.began_at.state_hash}"


def _lines(verifier: Verifier, matched: Matched | None) -> Iterator[str]:
    yield _told(verifier)
    if matched is not None:
        yield (
            f"{matched.transfers:,} transfers have both their sides, {matched.on_their_way:,} are "
            "on their way"
        )


def _matched(matched: Matched | None) -> dict[str, Any]:
    return {} if matched is None else {"transfers": asdict(matched)}


def _verified(verifier: Verifier) -> dict[str, Any]:
    return {
        "stream": verifier.stream,
        "records": verifier.sequence,
        "last_record_hash": verifier.hash,
        "state_hash": verifier.state_hash(),
    }


def _archived(archive: Archive) -> dict[str, Any]:
    return _verified(archive.verifier) | {"manifest_hash": archive.head.manifest_hash}


def _told(verifier: Verifier) -> str:
    return (
        f"{verifier.stream}: {verifier.sequence:,} records verified, state {verifier.state_hash()}"
    )


def _check_any(verifier: Verifier) -> None:
    """Refuse a stream without records: its name is most likely misspelled."""
    if verifier.sequence == 0:
        raise CommandError(f"{verifier.stream} has no record", "such as book#BTC-USD")


def _not_believed(error: Exception) -> CommandError:
    return CommandError(
        f"not to be believed: {error}",
        "nothing behind that was read or written; keep what there is as evidence",
        ExitCode.DIFFERENT,
    )
