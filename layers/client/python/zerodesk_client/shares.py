"""The work of verifying archives, in pieces, shared out among processes.

An archive is a piece, and a large one of a book several: ranges of its manifests, each of which
begins from the state behind the manifest before. That state is worth what the range before it comes
to, which whoever joins the pieces compares.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerodesk.archive import manifest_name, state_name

BOOK_WEIGHT: Final = 2
"""A book's bytes cost so much more than an account's: it is folded and audited."""

PIECES_A_PROCESS: Final = 2
"""Into so many pieces a stream that was all there is would be cut, for each process: each costs the
reading of a state, and fewer leave processes without work."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An archive, or a range of its manifests: the first and the last."""

    folder: Path
    weight: int
    manifests: tuple[int, int] | None = None


def shared(folders: Sequence[Path], processes: int) -> list[list[Piece]]:
    """Share archives out, the largest pieces first, each to whoever has least to do."""
    whole = [Piece(folder, _weight(folder)) for folder in folders]
    most = sum(piece.weight for piece in whole) // (PIECES_A_PROCESS * processes)
    pieces = [cut for piece in whole for cut in _cut(piece, most)]
    shares: list[list[Piece]] = [[] for _ in range(processes)]
    loads = [0] * processes
    for piece in sorted(pieces, key=lambda one: one.weight, reverse=True):
        least = loads.index(min(loads))
        shares[least].append(piece)
        loads[least] += piece.weight
    return [share for share in shares if share]


def _weight(folder: Path) -> int:
    records = (path for path in folder.iterdir() if path.name.endswith(".jsonl.gz"))
    size_bytes = sum(path.stat().st_size for path in records)
    return size_bytes * (BOOK_WEIGHT if _is_book(folder) else 1)


def _is_book(folder: Path) -> bool:
    return folder.name.startswith("book#")


def _cut(piece: Piece, most: int) -> Iterable[Piece]:
    """Cut a book that is more than a share where states were kept; what is no archive, not."""
    if piece.weight <= most or not _is_book(piece.folder):
        return [piece]
    try:
        manifests = list(_manifests(piece.folder))
    except (KeyError, TypeError, ValueError):
        return [piece]
    pieces: list[Piece] = []
    first, weight = 1, 0
    for number, (last, size_bytes) in enumerate(manifests, start=1):
        weight += BOOK_WEIGHT * size_bytes
        is_last = number == len(manifests)
        if is_last or (weight >= most and (piece.folder / state_name(last)).exists()):
            pieces.append(Piece(piece.folder, weight, (first, number)))
            first, weight = number + 1, 0
    return pieces


def _manifests(folder: Path) -> Iterator[tuple[int, int]]:
    """Yield the last record and the size of each manifest of an archive."""
    number = 1
    while (path := folder / manifest_name(number)).is_file():
        told = json.loads(path.read_bytes())
        yield told["last"], sum(part["bytes"] for part in told["parts"])
        number += 1
