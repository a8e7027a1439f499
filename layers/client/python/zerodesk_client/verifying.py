"""Verify many archives on all cores, and reconcile what they say with each other.

The streams are shared out among processes by their size. Each process verifies its own; then all
tell up to where their accounts are settled, so that each can fold its books as far before it hands
its audits over. What a book did to its accounts record by record never leaves its process.
"""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from zerodesk.archive import Archive, ArchiveError
from zerodesk.reconciliation import AccountAudit, BookAudit, ShownOrders, compared, watermarks_of
from zerodesk.verification import Audit, VerificationError
from zerodesk_client.archives import read_archive

BOOK_WEIGHT: Final = 2
"""A book's bytes cost so much more than an account's: it is folded and audited."""

Watermarks = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Verified:
    """One stream, verified to its end."""

    stream: str
    records: int
    last_record_hash: str
    state_hash: str
    manifest_hash: str
    audit: Audit | None

    @classmethod
    def of(cls, archive: Archive) -> "Verified":
        """Return what is told of an archive that was verified."""
        verifier = archive.verifier
        return cls(
            verifier.stream,
            verifier.sequence,
            verifier.hash,
            verifier.state_hash(),
            archive.head.manifest_hash,
            verifier.audit,
        )

    def told(self) -> dict[str, Any]:
        """Return it as a JSON-able document."""
        names = ("stream", "records", "last_record_hash", "state_hash", "manifest_hash")
        return {name: getattr(self, name) for name in names}


def verify_archives(folders: Sequence[Path], processes: int) -> list[Verified]:
    """Verify archives, in the order of their folders, in as many processes at most.

    Raises
    ------
    ArchiveError, VerificationError
        A file or a record cannot be believed: the first that any process met.
    """
    shares = [share for share in _shared(folders, processes) if share]
    if shares[1:] == []:
        return list(_verify(folders))
    context = multiprocessing.get_context("spawn")
    workers, pipes = [], []
    for share in shares:
        ours, theirs = context.Pipe()
        worker = context.Process(target=_work, args=(share, theirs), daemon=True)
        worker.start()
        theirs.close()
        workers.append(worker)
        pipes.append(ours)
    try:
        watermarks: Watermarks = {}
        for told in [_received(pipe) for pipe in pipes]:
            for symbol, by_account in told.items():
                watermarks.setdefault(symbol, {}).update(by_account)
        for pipe in pipes:
            pipe.send(watermarks)
        verified = [one for pipe in pipes for one in _received(pipe)]
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    places = {folder.name: place for place, folder in enumerate(folders)}
    return sorted(verified, key=lambda one: places[one.stream])


def reconciled(verified: Iterable[Verified]) -> dict[str, Any] | None:
    """Return the report on streams held against each other; None where there is but one kind."""
    audits = [one.audit for one in verified if one.audit is not None]
    kinds = {type(audit) for audit in audits}
    return compared(audits) if {AccountAudit, BookAudit} <= kinds else None


def _verify(folders: Iterable[Path]) -> Iterator[Verified]:
    return (Verified.of(read_archive(folder)) for folder in folders)


def _work(folders: Sequence[Path], pipe: Connection) -> None:
    """Be one of the processes."""
    try:
        verified = list(_verify(folders))
    except (ArchiveError, VerificationError, OSError) as error:
        pipe.send(error)
        return
    audits = [one.audit for one in verified]
    pipe.send(watermarks_of(audit for audit in audits if isinstance(audit, AccountAudit)))
    watermarks: Watermarks = pipe.recv()
    for audit in audits:
        if isinstance(audit, BookAudit):
            audit.fold_settled(watermarks.get(audit.symbol, {}))
            # The items that these are to be held against are not in any archive.
            audit.shown = ShownOrders()
    pipe.send(verified)


def _received(pipe: Connection) -> Any:
    try:
        answer = pipe.recv()
    except EOFError as error:
        raise ChildProcessError("a verifying process died") from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def _shared(folders: Iterable[Path], processes: int) -> list[list[Path]]:
    """Share archives out, the largest first, each to whoever has least to do."""
    shares: list[list[Path]] = [[] for _ in range(max(1, processes))]
    loads = [0] * len(shares)
    for weight, folder in sorted(((_weight(folder), folder) for folder in folders), reverse=True):
        least = loads.index(min(loads))
        shares[least].append(folder)
        loads[least] += weight
    return shares


def _weight(folder: Path) -> int:
    size_bytes = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return size_bytes * (BOOK_WEIGHT if folder.name.startswith("book#") else 1)
