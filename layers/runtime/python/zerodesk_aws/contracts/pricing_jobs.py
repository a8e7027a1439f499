"""Pricing jobs: batches beyond the bound of one request, as files, priced in chunks."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from zerodesk_aws.contracts.fields import (
    Contract,
    Hash,
    JobId,
    Timestamp,
)
from zerodesk_aws.contracts.pricing import (
    Columns,
    FindVolatility,
    PriceAmericans,
    PriceExotics,
    PriceOptions,
)

MAX_JOB_BYTES: Final = 100_000_000
"""Of an upload: a hundred bytes for each of the rows."""
MAX_COLUMNS: Final = 12
"""More than any kind has."""

JobKind = Literal["options", "implied-volatility", "american", "exotics"]
BATCHES: Final[dict[str, type[Columns]]] = {
    "options": PriceOptions,
    "implied-volatility": FindVolatility,
    "american": PriceAmericans,
    "exotics": PriceExotics,
}
"""The request of the route of each kind: a job has the same fields."""

JobStatus = Literal["CREATED", "RUNNING", "DONE", "INCOMPLETE", "REFUSED", "FAILED"]
"""INCOMPLETE: some chunks were given up, the others have their values. REFUSED: the upload is not
what the job said, or too large. FAILED: the fault is ours, and there is no result."""


class CreateJob(Contract):
    """A batch that is to be uploaded: its kind, what all options have in common, its columns."""

    job_id: JobId
    kind: JobKind
    terms: dict[str, Any] = Field(
        {}, description="Fields of the kind's own route that are the same for all options."
    )
    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_COLUMNS, strict=False)]
    """The other fields, in the order of the file's columns; its first line repeats them."""
    bytes: Annotated[int, Field(ge=1, le=MAX_JOB_BYTES)] = Field(description="Size of the file.")
    sha256: Hash = Field(description="Digest of the file, hexadecimal.")


class Link(Contract):
    """A request to S3 that is signed already and good for some minutes."""

    method: Literal["GET", "PUT"]
    url: str
    headers: dict[str, str]
    valid_seconds: int


class GivenUp(Contract):
    """A chunk without values: its rows, counted from 1, and the error that it ended with."""

    first_row: int
    last_row: int
    error: str


class JobRefusal(Contract):
    """Which rule the upload broke."""

    field: str
    value: str
    rule: str


class Job(Contract):
    """A job as it stands. What is not known yet is null."""

    job_id: str
    kind: JobKind
    status: JobStatus
    created_at: Timestamp
    rows: int | None
    chunks: int | None
    chunks_done: int
    rows_with_values: int | None
    given_up: tuple[GivenUp, ...]
    refusal: JobRefusal | None
    error: str | None = Field(description="What a FAILED job ended with.")
    upload: Link | None = Field(description="Where the file goes, until the job is started.")
    result: Link | None = Field(description="The values, in the order of the rows.")
