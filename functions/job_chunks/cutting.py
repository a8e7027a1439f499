"""The upload of a job, checked and cut into chunks that one call prices in time."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from job_chunks.sizes import MAX_CHUNKS, MAX_ROWS, Capacity, capacity_of
from zerodesk_aws.job_files import CHUNKS, OUTCOME, PLAN, REQUEST, UPLOAD, JobFiles, numbered

MAX_ROW_BYTES: Final = 1_000
"""More than every column of a kind can fill; a file without line ends is no CSV."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
SHOWN_CHARACTERS: Final = 80


class UploadError(ValueError):
    """The upload is not what its job said, or too large: field, value, rule."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field}: {rule}, was {value}")
        told = str(value)[:SHOWN_CHARACTERS]
        self.refusal = {"field": field, "value": told, "rule": rule}


class Chunk(NamedTuple):
    """Rows that are priced together; the first row of a file is 1."""

    first_row: int
    rows: list[bytes]


def cut(files: JobFiles, folder: str) -> int | None:
    """Write the chunks of a job and its plan; return how many there are.

    None where the upload is refused: its outcome is written then, and says why.
    """
    request = files.document(folder, REQUEST)
    plan = []
    try:
        for number, chunk in enumerate(_chunks(files.blocks(folder, UPLOAD), request)):
            files.put(folder, numbered(CHUNKS, number), b"\n".join(chunk.rows))
            plan.append(
                {
                    "folder": folder,
                    "number": number,
                    "first_row": chunk.first_row,
                    "rows": len(chunk.rows),
                }
            )
    except UploadError as error:
        files.put_document(folder, OUTCOME, {"status": "REFUSED", "refusal": error.refusal})
        return None
    files.put_document(folder, PLAN, plan)
    return len(plan)


def _chunks(blocks: Iterable[bytes], request: dict[str, Any]) -> Iterator[Chunk]:
    """Yield the chunks of an upload; only its end shows whether it was the right one."""
    digest = hashlib.sha256()
    lines = _lines(blocks, digest.update)
    _check_heading(next(lines, b""), request["columns"])
    rows = 0
    for number, chunk in enumerate(chunks_of(lines, capacity_of(request))):
        if number == MAX_CHUNKS:
            rule = f"at most {MAX_CHUNKS} chunks: use several jobs"
            raise UploadError("rows", f"more than {rows}", rule)
        rows += len(chunk.rows)
        if rows > MAX_ROWS:
            raise UploadError("rows", f"more than {MAX_ROWS}", f"at most {MAX_ROWS} rows")
        yield chunk
    if digest.hexdigest() != request["sha256"]:
        raise UploadError("sha256", digest.hexdigest(), f"as the job said: {request['sha256']}")
    if not rows:
        raise UploadError("rows", 0, "at least one row below the heading")


def chunks_of(lines: Iterable[bytes], capacity: Capacity) -> Iterator[Chunk]:
    """Yield rows in chunks, each as many as fit.

    Examples
    --------
    >>> two = Capacity(rows=2, weight=9.0, weigh=lambda row: float(len(row)))
    >>> [chunk.rows for chunk in chunks_of([b"1", b"22", b"3", b"44444444", b"55"], two)]
    [[b'1', b'22'], [b'3', b'44444444'], [b'55']]
    """
    first_row, weight = 1, 0.0
    rows: list[bytes] = []
    for line in lines:
        added = capacity.weigh(line)
        if rows and (len(rows) == capacity.rows or weight + added > capacity.weight):
            yield Chunk(first_row, rows)
            first_row, rows, weight = first_row + len(rows), [], 0.0
        rows.append(line)
        weight += added
    if rows:
        yield Chunk(first_row, rows)


def _lines(blocks: Iterable[bytes], seen: Callable[[bytes], None]) -> Iterator[bytes]:
    """Yield the lines of a file, without their ends."""
    rest = b""
    for block in blocks:
        seen(block)
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield _bounded(line).rstrip(b"\r")
        _bounded(rest)
    if rest:
        yield rest.rstrip(b"\r")


def _bounded(line: bytes) -> bytes:
    if len(line) > MAX_ROW_BYTES:
        raise UploadError("rows", f"{len(line)} bytes", f"at most {MAX_ROW_BYTES} bytes in a row")
    return line


def _check_heading(line: bytes, columns: list[str]) -> None:
    found = line.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    names = [name.strip(' "') for name in found.split(",")]
    if names != columns:
        rule = f"the first line names the columns of the job: {','.join(columns)}"
        raise UploadError("columns", found, rule)
