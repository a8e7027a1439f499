"""Pricing jobs, as the API tells them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NewJob:
    """A batch of options in a file: what all have in common, and the columns of the rest."""

    job_id: str
    kind: str
    terms: dict[str, Any]
    columns: tuple[str, ...]
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Link:
    """A request to the venue's storage that is signed already."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Rows without values, because the call that priced them failed for good."""

    first_row: int
    last_row: int
    error: str


@dataclass(frozen=True, slots=True)
class JobRefusal:
    """Which rule the file broke."""

    field: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands: CREATED, RUNNING, or ended: DONE, INCOMPLETE, REFUSED, FAILED."""

    job_id: str
    kind: str
    status: str
    created_at: datetime
    rows: int | None
    chunks: int | None
    chunks_done: int
    rows_with_values: int | None
    given_up: tuple[GivenUp, ...]
    refusal: JobRefusal | None
    error: str | None
    upload: Link | None
    result: Link | None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in ("CREATED", "RUNNING")
