"""Verify many archives on all cores, and reconcile what they say with each other.

The archives are shared out among processes, see ``shares``. Each process verifies its own; then all
tell up to where their accounts are settled, so that each can fold its books as far before it hands
its audits over. What a book did to its accounts record by record never leaves its process. The
pieces of one archive are joined where the end of each is what the next began with.
"""

import gc
import multiprocessing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from zerodesk.archive import ArchiveError, Head
from zerodesk.reconciliation import AccountAudit, BookAudit, compared, watermarks_of
from zerodesk.verification import Audit, VerificationError
from zerodesk_client.archives import read_archive
from zerodesk_client.shares import Piece, shared

Watermarks = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Verified:
    """An archive, or a piece of one, verified from one end to the other.

    ``name`` is that of its folder: the stream, and for a range which records of it.
    """

    name: str
    stream: str
    began_at: Head
    head: Head
    began_in: int | None
    epoch: int | None
    audit: Audit | None

    @classmethod
    def of(cls, folder: Path, manifests: tuple[int, int] | None = None) -> "Verified":
        """Verify an archive, or a range of its manifests, see ``read_archive``."""
        archive = read_archive(folder, manifests)
        verifier = archive.verifier
        return cls(
            folder.name,
            verifier.stream,
            archive.began_at,
            archive.head,
            verifier.began_in,
            verifier.epoch,
            verifier.audit,
        )

    @property
    def records(self) -> int:
        """How many records were verified."""
        return self.head.sequence - self.began_at.sequence

    @property
    def is_whole(self) -> bool:
        """Whether it begins with the stream's first record."""
        return not self.began_at.sequence

    def told(self) -> dict[str, Any]:
        """Return it as a JSON-able document."""
        behind = {
            "first": self.began_at.sequence + 1,
            "state_hash_before": self.began_at.state_hash,
            "record_hash_before": self.began_at.record_hash,
        }
        return {
            "stream": self.stream,
            "records": self.records,
            **({} if self.is_whole else behind),
            "last_record_hash": self.head.record_hash,
            "state_hash": self.head.state_hash,
            "manifest_hash": self.head.manifest_hash,
        }


def verify_archives(folders: Sequence[Path], processes: int) -> list[Verified]:
    """Verify archives, in the order of their folders, in as many processes at most.

    Raises
    ------
    ArchiveError, VerificationError
        A file or a record cannot be believed: the first that any process met.
    """
    shares = shared(folders, processes) if processes > 1 else []
    if shares[1:] == []:
        return [Verified.of(folder) for folder in folders]
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
        pieces = [one for pipe in pipes for one in _received(pipe)]
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    places = {folder.name: place for place, folder in enumerate(folders)}
    pieces.sort(key=lambda one: (places[one.name], one.began_at.sequence))
    return [joined(list(of)) for _, of in groupby(pieces, key=lambda one: one.name)]


def reconciled(verified: Iterable[Verified]) -> dict[str, Any] | None:
    """Return the report on streams held against each other; None where there is but one kind.

    A range is held against nothing: what its stream did before is not known.
    """
    audits = [one.audit for one in verified if one.audit is not None and one.is_whole]
    kinds = {type(audit) for audit in audits}
    return compared(audits) if {AccountAudit, BookAudit} <= kinds else None


def joined(pieces: Sequence[Verified]) -> Verified:
    """Return the pieces of one archive as one, if each ends with what the next began with.

    Raises
    ------
    ArchiveError, VerificationError
        One does not: what was verified was not one archive.
    """
    for before, after in pairwise(pieces):
        if before.head != after.began_at:
            raise ArchiveError(f"{before.stream} ends with {before.head}, not {after.began_at}")
        if before.epoch != after.began_in:
            detail = f"epoch {after.began_in} after {before.epoch}"
            raise VerificationError(after.stream, after.began_at.sequence + 1, detail)
    first, last, audit = pieces[0], pieces[-1], pieces[0].audit
    if isinstance(audit, BookAudit):
        for piece in pieces[1:]:
            assert isinstance(piece.audit, BookAudit), "all pieces are of one stream"
            audit.join(piece.audit)
    return replace(first, head=last.head, epoch=last.epoch, audit=audit)


def _work(pieces: Sequence[Piece], pipe: Connection) -> None:
    """Be one of the processes."""
    # What is read stays, and holds no cycles: to look for some costs a twelfth of the whole.
    gc.disable()
    try:
        verified = [Verified.of(one.folder, one.manifests) for one in pieces]
    except (ArchiveError, VerificationError, OSError) as error:
        pipe.send(error)
        return
    audits = [one.audit for one in verified]
    pipe.send(watermarks_of(audit for audit in audits if isinstance(audit, AccountAudit)))
    watermarks: Watermarks = pipe.recv()
    for audit in audits:
        if isinstance(audit, BookAudit):
            audit.fold_settled(watermarks.get(audit.symbol, {}))
    pipe.send(verified)


def _received(pipe: Connection) -> Any:
    try:
        answer = pipe.recv()
    except EOFError as error:
        raise ChildProcessError("a verifying process died") from error
    if isinstance(answer, Exception):
        raise answer
    return answer
